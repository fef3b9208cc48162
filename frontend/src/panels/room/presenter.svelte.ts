// Presenting in a room: opens it, proves that one presents, tells it what is looked at, and asks the class.
import { untrack } from "svelte";
import { m } from "../../i18n/paraglide/messages.js";
import type { RoomInfo } from "../../store/room";
import { joinRoom, roomUrl, type RoomLine } from "../../transport/room";
import { createRooms, type Rooms } from "../../transport/rooms";
import type { Place } from "../../render/pointing";
import type { Refused } from "../model/link";
import type { Page } from "../model/page.svelte";
import { defaultView, viewToUrl } from "../../store/view";
import { draftOf, type Draft } from "./draft";
import { Hall } from "./hall.svelte";
import { forgetRoom, keepRoom, keptRoom, type Kept } from "./kept";

/** Milliseconds between two tellings of where one points, or looks. */
const PACE = 50;

/** What is looked at, as the address holds it: not what makes the session, which the room shows anyway. */
function lookOf(page: Page): string {
  const lesson = page.state.lesson?.slug ?? defaultView.lesson;
  return viewToUrl({ ...defaultView, ...page.looks(), lesson, present: false, tour: null });
}

export class Presenter {
  readonly hall = new Hall();
  /** How others reach it; null until the server has said it. */
  info: RoomInfo | null = $state.raw(null);
  /** Whether its panel is as small as can be. */
  small = $state(false);
  /** A question that is being written. */
  draft: Draft | null = $state.raw(null);
  /** Whether the pointer is shown to the class. */
  pointing = $state(false);
  /** The number that makes another device the presenter. */
  pin: string | null = $state(null);
  readonly #line: RoomLine;
  readonly #stop: () => void;
  #pointer: (() => Place) | null = null;
  #pointerTimer: ReturnType<typeof setTimeout> | undefined;
  #lookTimer: ReturnType<typeof setTimeout> | undefined;
  #look = "";

  constructor(
    private readonly page: Page,
    readonly kept: Kept,
    private readonly rooms: Rooms = createRooms(),
  ) {
    this.#line = joinRoom({
      url: roomUrl(kept.code),
      hello: () => ({ type: "present", secret: kept.secret }),
    });
    this.hall.listen(this.#line);
    this.#line.onStatus((status) => {
      if (status === "open") {
        this.#sayLook();
        // What this page is sent with each frame the class needs too.
        this.#line.say(page.link.subscription);
      }
      // The room is over: somebody else has ended it, or it was idle for too long.
      if (status === "gone") this.#over(true);
    });
    this.#line.onRoom((message) => {
      if (message.type === "joined" && !message.presenter) this.#handed();
    });
    this.#line.onMessage((message) => {
      if (message.type !== "error") return;
      if (message.code === "room_wrong_secret" || message.code === "room_presenter_only") this.#handed();
      else this.page.tell(message);
    });
    page.link.onSwitch = (session) => this.#move(session);
    page.link.onSubscribed = () => void this.#line.say(page.link.subscription);
    this.#stop = $effect.root(() => {
      $effect(() => {
        const look = lookOf(page);
        untrack(() => {
          if (look === this.#look) return;
          this.#look = look;
          clearTimeout(this.#lookTimer);
          this.#lookTimer = setTimeout(() => {
            this.#sayLook();
          }, PACE);
        });
      });
    });
    void this.#describe();
  }

  /** Opens a room for what this page shows. Rejects with `Problem`. */
  static async open(page: Page): Promise<Presenter> {
    const session = page.link.session;
    if (!session) throw new Error("there is no session");
    const rooms = createRooms();
    const { code, secret } = await rooms.open(session, lookOf(page));
    const kept = { code, secret };
    keepRoom(kept);
    return (page.room = new Presenter(page, kept, rooms));
  }

  /** Goes on in a room that was opened here before, with the session of this page. Null where it is over. */
  static async resume(page: Page, kept: Kept): Promise<Presenter | null> {
    const session = page.link.session;
    if (!session) return null;
    const rooms = createRooms();
    try {
      await rooms.move(kept.code, kept.secret, session, lookOf(page));
    } catch (error) {
      if ((error as Refused).code !== "offline") forgetRoom();
      throw error;
    }
    keepRoom(kept);
    return (page.room = new Presenter(page, kept, rooms));
  }

  get code(): string {
    return this.kept.code;
  }

  async #describe(): Promise<void> {
    try {
      this.info = await this.rooms.find(this.kept.code, this.kept.secret);
    } catch {
      // The link is then as this page's own.
    }
  }

  async #move(session: string): Promise<void> {
    const look = lookOf(this.page);
    this.#look = look;
    try {
      await this.rooms.move(this.kept.code, this.kept.secret, session, look);
    } catch (error) {
      this.page.tell(error as Refused);
    }
  }

  #sayLook(): void {
    if (this.#look) this.#line.say({ type: "look", view: this.#look });
  }

  /** Somebody else presents now: this page follows. */
  #handed(): void {
    this.#over(false);
    location.assign(`/room/${this.kept.code}`);
  }

  #over(tell: boolean): void {
    this.#stop();
    clearTimeout(this.#lookTimer);
    clearTimeout(this.#pointerTimer);
    this.page.link.onSwitch = () => Promise.resolve();
    this.page.link.onSubscribed = () => undefined;
    this.#line.close();
    if (keptRoom()?.code === this.code) forgetRoom();
    this.page.room = null;
    if (tell) this.page.whisper(m.room_over);
  }

  async end(): Promise<void> {
    try {
      await this.rooms.end(this.kept.code, this.kept.secret);
      this.#over(false);
    } catch (error) {
      this.page.tell(error as Refused);
    }
  }

  // What the class sees.

  /** What says the place of the picture that is pointed at, when it is told; null: nowhere. */
  point(at: (() => Place) | null): void {
    this.#pointer = at;
    this.#pointerTimer ??= setTimeout(() => {
      this.#pointerTimer = undefined;
      this.#line.say({ type: "pointer", ...(this.#pointer?.() ?? { mark: null, x: null, y: null }) });
    }, PACE);
  }

  /** Writes a question about what is looked at; a second time puts it. */
  compose(): boolean {
    if (this.draft) this.ask(this.draft);
    else this.draft = draftOf(this.page);
    return true;
  }

  togglePointer(on = !this.pointing): boolean {
    this.pointing = on;
    if (!on) this.point(null);
    return true;
  }

  ask(draft: Draft): void {
    const { kind, text, choices, correct, node, what, index } = draft;
    const chosen = kind === "choice";
    this.#say({
      type: "ask",
      kind,
      text,
      ...(chosen ? { choices, correct } : node ? { node, what, index } : {}),
    });
    this.draft = null;
    this.small = false;
  }

  reveal(): void {
    this.#say({ type: "reveal" });
  }

  dismiss(): void {
    this.#say({ type: "dismiss" });
  }

  #say(message: object): void {
    if (!this.#line.say(message)) this.page.whisper(m.reconnecting);
  }

  async handOver(): Promise<void> {
    try {
      this.pin = (await this.rooms.handOver(this.kept.code, this.kept.secret)).pin;
    } catch (error) {
      this.page.tell(error as Refused);
    }
  }

  async answers(kind: "csv" | "json"): Promise<Blob | null> {
    try {
      return await this.rooms.answers(this.kept.code, this.kept.secret, kind);
    } catch (error) {
      this.page.tell(error as Refused);
      return null;
    }
  }
}
