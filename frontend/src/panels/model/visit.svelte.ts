// Where one is: the address, its history, and the session that belongs to it. Every state has an address.
import { untrack } from "svelte";
import type { JournalEntry, LessonInfo } from "../../store/types";
import { defaultView, viewFromUrl, viewToUrl, type View } from "../../store/view";
import { Problem, type Rest } from "../../transport/rest";
import { m } from "../../i18n/paraglide/messages.js";
import type { Link, Origin, Refused } from "./link";
import type { Page } from "./page.svelte";

/** Moves that follow each other faster than this are one entry of the history. */
const QUICK = 1000;
/** Longer journals do not fit an address. */
const LONGEST_JOURNAL = 6000;

export class Visit {
  #origin: Origin | null = null;
  #journal: JournalEntry[] = $state.raw([]);
  /** Where a seek is on its way to: until it is there, the address stays as it is. */
  #heading: { iteration: number; step: number } | null = $state.raw(null);
  #opening = $state(false);
  #lastMove = -QUICK;
  #recovering = false;

  constructor(
    private readonly page: Page,
    private readonly link: Link,
    private readonly rest: Rest,
  ) {
    link.onGone = () => void this.#recover();
  }

  /** Opens what the address says, and from then on keeps the two together. */
  async start(): Promise<void> {
    addEventListener("popstate", () => void this.#return());
    $effect.root(() => {
      $effect(() => {
        this.#keep();
      });
      $effect(() => {
        this.#followJournal();
      });
    });
    await this.#enter(viewFromUrl(location));
  }

  async openLesson(slug: string): Promise<void> {
    await this.#enter(
      { ...defaultView, lesson: slug, seed: this.page.state.seed || defaultView.seed },
      "push",
    );
  }

  async reseed(seed: number): Promise<void> {
    await this.#enter({ ...this.#here(), seed, at: null, selection: null }, "push");
  }

  /** The same session from its start, with another configuration: for presets. */
  async openWith(config: Record<string, unknown>): Promise<void> {
    await this.#enter({ ...this.#here(), config, journal: [], at: null, selection: null }, "push");
  }

  async retry(): Promise<void> {
    await this.#enter(viewFromUrl(location));
  }

  /** The address of what is on screen. */
  address(): string {
    return location.origin + viewToUrl(this.#here());
  }

  #here(): View {
    const { page } = this;
    const { cursor, seed } = page.state;
    const text = JSON.stringify(this.#journal);
    return {
      lesson: this.#origin?.lesson ?? defaultView.lesson,
      seed,
      at:
        cursor && (cursor.iteration > 0 || cursor.step > 0)
          ? { iteration: cursor.iteration, step: cursor.step }
          : null,
      config: this.#origin?.config ?? {},
      zoom: page.zoom,
      selection: page.selection,
      tab: page.tab,
      scale: page.scale,
      present: page.presenting,
      journal: text.length <= LONGEST_JOURNAL ? this.#journal : [],
    };
  }

  async #enter(view: View, entry: "push" | "replace" = "replace"): Promise<void> {
    const { page } = this;
    this.#opening = true;
    try {
      if (page.lessons.length === 0) page.lessons = sorted(await this.rest.lessons());
      const lesson = page.lessons.find((known) => known.slug === view.lesson);
      if (!lesson) {
        page.trouble = { code: "unknown_lesson", title: "", detail: view.lesson, hint: "", place: null };
        return;
      }
      const origin: Origin = {
        lesson: view.lesson,
        config: view.config,
        seed: view.seed,
        journal: view.journal,
      };
      await this.link.open(origin);
      this.#origin = { ...origin, journal: [] };
      this.#journal = view.journal;
      page.store.dispatch({ type: "local/lesson", lesson });
      page.trouble = null;
      page.applyView(view);
      this.#lastMove = performance.now();
      if (view.at) this.#seek(view.at);
      const url = viewToUrl(view);
      if (entry === "push") history.pushState(null, "", url);
      else history.replaceState(null, "", url);
    } catch (error) {
      const why = refusedBy(error);
      if (page.ready && why.code !== "offline") page.tell(why);
      else page.trouble = why;
    } finally {
      this.#opening = false;
    }
  }

  #seek(at: { iteration: number; step: number }): void {
    const { cursor } = this.page.state;
    if (cursor?.iteration === at.iteration && cursor.step === at.step) return;
    this.#heading = at;
    this.link.ask({ type: "seek", ...at }).then(
      (answer) => {
        // A place that is no longer there: stay where the server went.
        const there = answer.type === "moved" ? answer.cursor : null;
        if (there?.iteration !== at.iteration || there.step !== at.step) this.#heading = null;
      },
      (why: unknown) => {
        this.#heading = null;
        this.page.tell(why as Refused);
      },
    );
  }

  /** Keeps the address with what is on screen. Runs after each change. */
  #keep(): void {
    const { page } = this;
    const { cursor, playback } = page.state;
    if (this.#opening || page.trouble || !cursor || !page.ready || page.state.status === "gone") return;
    if (this.#heading) {
      if (cursor.iteration !== this.#heading.iteration || cursor.step !== this.#heading.step) return;
      this.#heading = null;
    }
    const url = viewToUrl(this.#here());
    if (url === location.pathname + location.search) return;
    const now = performance.now();
    const quick = now - this.#lastMove < QUICK || playback.playing;
    this.#lastMove = now;
    if (quick) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  }

  /** After an edit or a change of configuration, the journal belongs to the address. */
  #followJournal(): void {
    const { branches, canUndo, config, currentBranch } = this.page.state;
    void [branches, config, currentBranch];
    const id = this.link.session;
    // Untracked: the journal that is fetched here must not ask for itself again.
    if (!id || (!canUndo && untrack(() => this.#journal.length === 0))) return;
    this.rest.session(id).then(
      (info) => {
        if (this.link.session === id) this.#journal = info.journal;
      },
      () => {
        // The address then lacks the last edit; the line says when the server cannot be reached.
      },
    );
  }

  /** The browser's Back and Forward. */
  async #return(): Promise<void> {
    const view = viewFromUrl(location);
    const origin = this.#origin;
    const same =
      origin &&
      !this.page.trouble &&
      view.lesson === origin.lesson &&
      view.seed === origin.seed &&
      JSON.stringify([view.config, view.journal]) === JSON.stringify([origin.config, this.#journal]);
    if (!same) {
      await this.#enter(view);
      return;
    }
    this.#lastMove = performance.now();
    this.#seek(view.at ?? { iteration: 0, step: 0 });
    this.page.applyView(view);
  }

  /** The server has lost the session: make the same one again, from the address. */
  async #recover(): Promise<void> {
    if (this.#recovering) return;
    this.#recovering = true;
    await this.#enter(this.#here());
    this.#recovering = false;
    if (!this.page.trouble) this.page.whisper(m.session_recovered());
  }
}

function sorted(lessons: LessonInfo[]): LessonInfo[] {
  return [...lessons].sort((a, b) => a.order - b.order);
}

function refusedBy(error: unknown): Refused {
  if (error instanceof Problem) return error;
  return { code: "offline", title: "", detail: String(error), hint: "", place: null };
}
