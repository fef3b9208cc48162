// Where one is: the address, its history, and the session that belongs to it. Every state has an address.
import { untrack } from "svelte";
import type { ClientMessage, LessonInfo } from "../../store/types";
import { defaultView, unreadIn, viewFromUrl, viewToUrl, type View } from "../../store/view";
import { Problem, type Rest } from "../../transport/rest";
import { backoff } from "../../transport/websocket";
import { m } from "../../i18n/paraglide/messages.js";
import { resumedRoom } from "../room/kept";
import { reading } from "./beats.svelte";
import { Journal } from "./journal.svelte";
import { Keeper } from "./keeper.svelte";
import { oddInWords, openLeniently, type Odd } from "./leniently";
import type { Link, Origin, Refused } from "./link";
import { lackingIn, originOf, originOfSession, placeOf, refusedBy, standing } from "./origin";
import type { Page } from "./page.svelte";
import { translateRefusal } from "./refusals";
import { forgetSession, keepSession, keptSession } from "./reloaded";
import { warm } from "./warm";

/** Moves that follow each other faster than this are one entry of the history. */
const QUICK = 1000;
/** While playing, the address follows no faster than this: a browser takes long over it, and refuses many in a row. */
const WHILE_PLAYING = 2000;

export class Visit {
  #origin: Origin | null = null;
  readonly #journal: Journal;
  /**
   * Where a seek is on its way to: until it is there, the address stays as it is. `seq`: of its answer. The frame that
   * belongs to that may be left out where one has gone on at once.
   */
  #heading: { iteration: number; step: number; seq: number } | null = $state.raw(null);
  #opening = $state(false);
  #lastMove = -QUICK;
  #wrote = -WHILE_PLAYING;
  readonly #keeper: Keeper;
  /** What the entry of the history holds beside its address, because that does not say it yet. */
  #written: Origin | null = null;
  /** The timeline that the entry stands for. */
  #timeline = "";
  /** Counts what is opened: a recovery ends where another thing is opened. */
  #turn = 0;
  /** What was odd about the address that was opened. */
  #odd: Odd[] = [];

  constructor(
    private readonly page: Page,
    private readonly link: Link,
    private readonly rest: Rest,
  ) {
    link.onGone = () => void this.#recover();
    this.#journal = new Journal(link, rest);
    warm(() => this.list());
    this.#keeper = new Keeper(rest, (why) => {
      page.say(m.address_lacks, () => {
        const { title, hint } = translateRefusal(why);
        return `${title}. ${hint}`;
      });
    });
  }

  /** Whether what is shown is not yet where the address leads. */
  get busy(): boolean {
    return this.#opening || this.#heading !== null;
  }

  /** Opens what the address says, and from then on keeps the two together. */
  async start(): Promise<void> {
    addEventListener("popstate", () => void this.#return());
    $effect.root(() => {
      const set = $derived(this.page.state.breakpoints);
      $effect(() => {
        this.#keep();
      });
      $effect(() => {
        this.#journal.follow(this.page.state);
      });
      $effect(() => {
        const { entries: journal, companion } = this.#journal;
        const breakpoints = set;
        if (this.#opening) return;
        untrack(() => {
          if (this.#origin) this.#keeper.follow({ ...this.#origin, journal, breakpoints, companion });
        });
      });
    });
    if (!(await this.#resume())) await this.retry();
  }

  async openLesson(slug: string): Promise<void> {
    const { presenting: present, state } = this.page;
    await this.#enter(
      { ...defaultView, lesson: slug, seed: state.seed || defaultView.seed, present },
      "push",
    );
  }

  async reseed(seed: number): Promise<void> {
    const { config } = { ...defaultView, ...this.#origin };
    const { entries: journal, companion } = this.#journal;
    const { breakpoints } = this.page.state;
    const view = { ...this.#here(), config, journal, breakpoints, companion, seed, snapshot: null };
    await this.#enter({ ...view, at: null, selection: null, trail: [] }, "push");
  }

  /** The same session from its start, with another configuration: for presets. */
  async openWith(config: Record<string, unknown>): Promise<void> {
    const { breakpoints, seed } = this.page.state;
    const anew = { config, journal: [], breakpoints, companion: null, seed, snapshot: null };
    const view = { ...this.#here(), ...anew };
    await this.#enter({ ...view, at: null, selection: null, trail: [] }, "push");
  }

  /** The list of all lessons, which the first picture does not need. */
  async list(): Promise<void> {
    const { page } = this;
    if (page.lessons.length === 0)
      page.lessons = (await this.rest.lessons()).sort((a, b) => a.order - b.order);
  }

  async retry(): Promise<void> {
    await this.#enter(viewFromUrl(location), "replace", lackingIn(history.state), unreadIn(location));
  }

  /** A change was answered. */
  changed(command: ClientMessage): void {
    this.#journal.changed(command, this.page.state);
  }

  /** The address of what is on screen, all changes included; rejects with `Problem` where it cannot be made. */
  async share(): Promise<string> {
    await this.#journal.fetching;
    await this.#keeper.settle();
    return this.address();
  }

  address(): string {
    return location.origin + viewToUrl(this.#here());
  }

  #here(): View {
    const { page } = this;
    const { cursor } = page.state;
    return {
      ...this.#keeper.held,
      lesson: this.#origin?.lesson ?? defaultView.lesson,
      at:
        cursor && (cursor.iteration > 0 || cursor.step > 0)
          ? { iteration: cursor.iteration, step: cursor.step }
          : null,
      ...page.looks(),
    };
  }

  async #enter(
    view: View,
    entry: "push" | "replace" = "replace",
    lacking: Origin | null = null,
    unread: Odd[] = [],
  ): Promise<void> {
    const { page } = this;
    this.#opening = true;
    this.#turn += 1;
    forgetSession();
    try {
      const wanted = lacking ?? originOf(view.snapshot ? await this.rest.snapshot(view.snapshot) : view);
      const lesson = await this.#lesson(wanted.lesson);
      const { origin, odd } = await openLeniently(wanted, (one) =>
        this.link.open(one, false, () => {
          this.#made(lesson, view, !!one.companion);
        }),
      );
      this.#opened(origin, lacking ? null : view.snapshot);
      page.applyView(view);
      this.#odd = lacking ? odd : [...unread, ...odd];
      if (this.#odd.length > 0) this.#tellOdd();
      if (view.at) this.#seek(view.at);
      this.#write(entry, viewToUrl({ ...view, ...this.#keeper.held, lesson: origin.lesson }));
    } catch (error) {
      const why = refusedBy(error);
      const nowhere = why.code === "unknown_lesson" || why.code.includes("snapshot");
      if (!page.ready || page.trouble || nowhere) page.trouble = why;
      else if (why.code === "offline") page.say(m.lost_server, m.lost_server_hint);
      else page.tell(why);
    } finally {
      this.#opening = false;
    }
  }

  /** Goes on with the session that there is: of the room in which this page presents, or where it was loaded again. */
  async #resume(): Promise<boolean> {
    const room = resumedRoom();
    const kept = room ? null : keptSession();
    if (!room && !kept) return false;
    const { page } = this;
    this.#opening = true;
    const turn = ++this.#turn;
    try {
      const session = room
        ? await (await import("../room/resumed")).sessionOf(room, this.rest)
        : await (await import("./held")).sessionAlone(kept as string, this.rest);
      if (!session) return false;
      const lesson = await this.#lesson(session.lesson);
      const said = viewFromUrl(location);
      const view = said.lesson === lesson.slug ? said : { ...defaultView, present: said.present };
      await this.link.join(session, () => {
        if (turn === this.#turn) this.#made(lesson, view, !!session.companion);
      });
      if (turn !== this.#turn) return true;
      const { breakpoints, predict } = page.state;
      this.#opened(originOfSession(session, lesson, breakpoints, predict.on), null);
      page.applyView(view);
      return true;
    } catch {
      return false;
    } finally {
      this.#opening = false;
    }
  }

  /** There is a session. How its picture is seen must be known before its graph comes: else it would be laid out twice. */
  #made(lesson: LessonInfo, view: View, compared: boolean): void {
    const { page } = this;
    // Whoever is shown two runs is to see them side by side; all others first, what they are about.
    if (lesson.slug !== page.state.lesson?.slug) page.left = compared ? "setup" : "lesson";
    reading.chosen = null;
    page.store.dispatch({ type: "local/lesson", lesson });
    page.look(view);
  }

  /** A session is open. `snapshot` is where it came from. */
  #opened(origin: Origin, snapshot: string | null): void {
    const { page } = this;
    const { cursor: _, companion = null, ...rest } = origin;
    this.#origin = { ...rest, journal: [] };
    this.#journal.opened(origin.journal, companion);
    this.#keeper.opened(origin, snapshot);
    page.trouble = null;
    page.applied = page.fieldError = null;
    // Where one was on the way to in the session before, nobody comes any more.
    this.#heading = null;
    this.#lastMove = performance.now();
  }

  async #lesson(slug: string): Promise<LessonInfo> {
    try {
      const { lesson } = this.page.state;
      return lesson?.slug === slug ? lesson : await this.rest.lesson(slug);
    } catch (error) {
      // What is too long for a lesson's name is none either.
      if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 422)) throw error;
      throw new Problem("unknown_lesson", error.status, "", slug, "", null);
    }
  }

  #seek(at: { iteration: number; step: number }): void {
    const { cursor } = this.page.state;
    if (cursor?.iteration === at.iteration && cursor.step === at.step) return;
    const heading = { ...at, seq: Infinity };
    this.#heading = heading;
    this.link.ask({ type: "seek", ...at }).then(
      (answer) => {
        // A place that is no longer there: stay where the server went.
        const there = answer.type === "moved" ? answer.cursor : null;
        const right = there?.iteration === at.iteration && there.step === at.step;
        if (this.#heading === heading) this.#heading = right ? { ...at, seq: answer.seq } : null;
      },
      (why: unknown) => {
        if (this.#heading === heading) this.#heading = null;
        this.#nearest(at, why as Refused);
      },
    );
  }

  /** There is no such place: go to the nearest that there is. */
  #nearest({ iteration }: { iteration: number }, why: Refused): void {
    const last = why.params?.["last_step"];
    if (why.code !== "seek_out_of_range" && why.code !== "limit_iterations") {
      this.page.tell(why);
      return;
    }
    this.#odd = [...this.#odd, typeof last === "number" ? "place_nearest" : "place_far"];
    if (typeof last === "number") this.#seek({ iteration, step: last });
    this.#tellOdd();
  }

  #tellOdd(): void {
    const odd = this.#odd;
    this.page.notice = { text: () => oddInWords(odd), tone: "bad" };
  }

  /** Keeps the address with what is on screen. Runs after each change. */
  #keep(): void {
    const { page } = this;
    const { cursor, playback } = page.state;
    if (this.#opening || page.trouble || !cursor || !page.ready || page.state.status === "gone") return;
    if (this.#heading) {
      const { iteration, step, seq } = this.#heading;
      const past = (page.state.frame?.header.seq ?? -1) >= seq;
      if (!past && (cursor.iteration !== iteration || cursor.step !== step)) return;
      this.#heading = null;
    }
    // Frames come faster than anybody reads an address; what it ends on is always written.
    if (playback.playing && performance.now() - this.#wrote < WHILE_PLAYING) return;
    const { lacking } = this.#keeper;
    const url = viewToUrl(this.#here());
    if (url === location.pathname + location.search && lacking === this.#written) return;
    const now = performance.now();
    // A snapshot that is ready takes the place of what the entry held until then.
    const ready = this.#written !== null && lacking === null;
    const quick = now - this.#lastMove < QUICK || playback.playing || this.#samePlace(url);
    if (!ready) this.#lastMove = now;
    this.#write(quick || ready ? "replace" : "push", url);
  }

  /** Whether an address leads to what the entry of the history leads to, but for where one stops on the way. */
  #samePlace(url: string): boolean {
    return placeOf(url) === placeOf(location.href) && this.#timeline === this.#keeper.timeline;
  }

  /** Writes an entry of the history. What its address lacks goes beside it: a reload then loses nothing. */
  #write(entry: "push" | "replace", url: string): void {
    this.#wrote = performance.now();
    this.#written = this.#keeper.lacking;
    this.#timeline = this.#keeper.timeline;
    const beside = this.#written && { lacking: this.#written };
    if (entry === "push") history.pushState(beside, "", url);
    else history.replaceState(beside, "", url);
    if (this.link.session) keepSession(this.link.session);
  }

  /** The browser's Back and Forward. */
  async #return(): Promise<void> {
    const view = viewFromUrl(location);
    const lacking = lackingIn(history.state);
    if (!this.#origin || this.page.trouble || !this.#keeper.leadsHere(view, lacking)) {
      await this.#enter(view, "replace", lacking, unreadIn(location));
      return;
    }
    this.#written = lacking && (this.#keeper.lacking ?? lacking);
    this.#lastMove = performance.now();
    this.#seek(view.at ?? { iteration: 0, step: 0 });
    this.page.applyView(view);
  }

  /** The server has lost the session: make the same one again, as soon as it can be reached. */
  async #recover(): Promise<void> {
    const { page } = this;
    const turn = ++this.#turn;
    const { state } = page;
    if (!this.#origin) return;
    const cursor = standing(state);
    const journal = this.#journal.takeAll();
    const again: Origin = {
      ...this.#origin,
      seed: state.seed,
      journal,
      ...(cursor && { cursor }),
      breakpoints: state.breakpoints,
      predict: state.predict.on,
      companion: this.#journal.companion,
    };
    this.#opening = true;
    try {
      for (let attempt = 0; turn === this.#turn; attempt++) {
        try {
          await this.link.open(again, true);
          if (turn !== this.#turn) return;
          this.#journal.opened(journal, this.#journal.companion);
          if (this.link.session) keepSession(this.link.session);
          this.#heading = null;
          return;
        } catch (error) {
          const why = refusedBy(error);
          if (why.code !== "offline" && why.code !== "overloaded") {
            page.trouble = why;
            return;
          }
        }
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
      }
    } finally {
      if (turn === this.#turn) this.#opening = false;
    }
  }
}
