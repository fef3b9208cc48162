// The page's line to its session: opens one, sends commands, gives each its own answer, and comes back after a loss.
import type {
  Breakpoint,
  ClientMessage,
  CompanionRecipe,
  Cursor,
  ErrorMessage,
  Incoming,
  JournalEntry,
  PictureOf,
  SessionInfo,
} from "../../store/types";
import type { Store } from "../../store/store";
import type { Rest } from "../../transport/rest";
import { nextId, type Transport } from "../../transport/transport";
import { countWaiting, MOST_WAITING, TOO_MANY } from "../../transport/websocket";
import { Painted } from "./painted";

/** What makes a session: the same always make the same one. */
export interface Origin {
  lesson: string;
  config: Record<string, unknown>;
  seed: number;
  journal: JournalEntry[];
  /** Where to stand at first, and what is switched on there. */
  cursor?: Cursor;
  breakpoints?: Breakpoint[];
  companion?: CompanionRecipe | null;
  predict?: boolean;
}

export interface Refused {
  code: string;
  title: string;
  detail: string;
  hint: string;
  place: ErrorMessage["place"];
  /** Which of the ways in which the code comes about, and what its sentence speaks of. */
  reason?: ErrorMessage["reason"];
  params?: ErrorMessage["params"];
}

/** With `only` no numbers but those of the nodes named; the row is the sample whose part is sent. */
export interface Subscribed {
  pictures: PictureOf[];
  names: readonly string[] | null;
  only: boolean;
  row: number;
}

export type Answer = Exclude<Incoming, ErrorMessage>;
interface Waiting {
  /** Which of the messages that answer is wanted; null: the first. */
  type: Answer["type"] | null;
  resolve: (answer: Answer) => void;
  reject: (why: Refused) => void;
}

type Dialler = (url: string) => Transport;

const NOTHING = (): void => undefined;
const OFFLINE: Refused = { code: "offline", title: "", detail: "", hint: "", place: null };
const GIVEN_UP: Refused = {
  code: "not_carried_out",
  title: "The last command was not carried out",
  detail: "",
  hint: "The session was lost each time that it was tried.",
  place: null,
};
/** A session made again may be lost again, perhaps by the very command that it is given then. */
const MOST_CARRIED = 3;

export class Link {
  #transport: Transport | null = null;
  #session: string | null = null;
  #waiting = new Map<string, Waiting>();
  /** Between two sessions: what the lost one has not answered, and what has been asked since. */
  #held: ClientMessage[] | null = null;
  #carried = new Map<string, number>();
  #subscribed: Subscribed = { pictures: [], names: null, only: false, row: 0 };
  /** Told of errors that nobody waits for. */
  onRefused: (why: Refused) => void = () => undefined;
  /** Told of another session before the old one is given back: who follows that one comes along. */
  onSwitch: (id: string) => Promise<void> = () => Promise.resolve();
  /** Told what is to be sent with every frame, when that is another thing. */
  onSubscribed: () => void = () => undefined;
  /** Told when the server has lost the session. */
  onGone: () => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly rest: Rest,
    private readonly dial: Dialler,
  ) {}

  get session(): string | null {
    return this.#session;
  }

  /**
   * Makes a session and connects to it; the old one is given back. Throws `Problem` where the server refuses. With
   * `again` it takes the place of a session that was lost: what that one has not answered is asked of this one. `made`
   * is called when there is a session, before anything of it comes.
   */
  async open(origin: Origin, again = false, made = NOTHING): Promise<void> {
    await this.#enter(await this.rest.createSession(origin), again, made);
  }

  /** Connects to a session that there is. */
  join(session: SessionInfo, made = NOTHING): Promise<void> {
    return this.#enter(session, false, made);
  }

  async #enter({ id, lesson, config, seed }: SessionInfo, again: boolean, made: () => void): Promise<void> {
    const old = this.#session;
    const held = again ? (this.#held ?? []) : [];
    this.#transport?.close();
    if (!again) this.#abandon(OFFLINE);
    void this.onSwitch(id).finally(() => {
      if (old) this.rest.deleteSession(old);
    });
    this.#session = id;
    this.store.dispatch({ type: "local/session", lesson, config, seed });
    made();
    await this.watch(this.dial(this.rest.socketUrl(id)), held);
  }

  /**
   * Shows what comes over a line. Resolves with the first frame, when there is something to see; rejects where the
   * session is lost before.
   */
  watch(transport: Transport, held: ClientMessage[] = []): Promise<void> {
    this.#transport = transport;
    this.#held = null;
    return new Promise((resolve, reject) => {
      let seen = false;
      const painted = new Painted((seq) => transport.send({ type: "ack", seq }));
      transport.onStatus((status) => {
        if (this.#transport !== transport) return;
        this.store.dispatch({ type: "local/status", status });
        if (status !== "gone") return;
        this.#hold(transport.pending());
        if (seen) this.onGone();
        else reject(new Error("the session was lost"));
      });
      transport.onWaiting((count) => {
        if (this.#transport === transport) this.store.dispatch({ type: "local/waiting", count });
      });
      transport.onMessage((message) => {
        if (this.#transport !== transport) return;
        this.#settle(message);
        this.store.dispatch(message);
        if (message.type !== "frame") return;
        seen = true;
        resolve();
        painted.owe(message.seq);
      });
      if (this.#subscribed.pictures.length > 0) this.#subscribe(transport);
      for (const command of held) {
        this.#carried.set(command.id ?? "", 1 + (this.#carried.get(command.id ?? "") ?? 0));
        transport.send(command);
      }
    });
  }

  /** The line that is shown; another may stand in for it. */
  get line(): Transport | null {
    return this.#transport;
  }

  set line(transport: Transport | null) {
    this.#transport = transport;
  }

  /** Sends and forgets: a refusal goes to `onRefused`. */
  send(command: ClientMessage): void {
    this.#put({ ...command, id: command.id ?? nextId() } as ClientMessage);
  }

  /**
   * Sends and waits for the answer; rejects with `Refused`. Long commands answer when they are through. Of an answer
   * of several messages `type` picks one; the frame is the last.
   */
  ask(command: ClientMessage, type: Answer["type"] | null = null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = command.id ?? nextId();
      this.#waiting.set(id, { type, resolve, reject });
      this.#put({ ...command, id } as ClientMessage);
    });
  }

  /** Have this sent with every frame, of this session and of those that follow. */
  subscribe(wanted: Subscribed): void {
    if (JSON.stringify(wanted) === JSON.stringify(this.#subscribed)) return;
    this.#subscribed = wanted;
    this.onSubscribed();
    if (this.#transport) this.#subscribe(this.#transport);
  }

  /** The transport says it again after each loss of the connection. */
  #subscribe(transport: Transport): void {
    transport.send(this.subscription);
  }

  get subscription(): ClientMessage {
    return { type: "subscribe", ...this.#subscribed } as ClientMessage;
  }

  get subscribed(): Subscribed {
    return this.#subscribed;
  }

  #put(command: ClientMessage): void {
    if (this.#transport) this.#transport.send(command);
    else if (!this.#held) this.#refuse(command, OFFLINE);
    else if (this.#held.length >= MOST_WAITING) this.#refuse(command, TOO_MANY);
    else this.#hold([...this.#held, command]);
  }

  /** Keeps commands for the session that will take the place of the one that was lost. */
  #hold(commands: ClientMessage[]): void {
    this.#transport = null;
    this.#session = null;
    this.#held = [];
    for (const command of commands) {
      const times = this.#carried.get(command.id ?? "") ?? 0;
      if (times >= MOST_CARRIED) this.#refuse(command, GIVEN_UP);
      else if (command.type !== "cancel") this.#held.push(command);
    }
    this.store.dispatch({ type: "local/waiting", count: countWaiting(this.#held) });
  }

  #refuse({ id }: ClientMessage, why: Refused): void {
    const waiting = this.#waiting.get(id ?? "");
    this.#waiting.delete(id ?? "");
    if (waiting) waiting.reject(why);
    else this.onRefused(why);
  }

  #settle(message: Incoming): void {
    if (message.type === "progress") return;
    const waiting = message.id === null ? undefined : this.#waiting.get(message.id);
    const last = message.type === "error" || message.type === "frame";
    if (waiting && !last && waiting.type !== null && waiting.type !== message.type) return;
    if (message.id !== null) {
      this.#waiting.delete(message.id);
      this.#carried.delete(message.id);
    }
    if (message.type !== "error") waiting?.resolve(message);
    else if (waiting) waiting.reject(message);
    else this.onRefused(message);
  }

  #abandon(why: Refused): void {
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
    this.#carried.clear();
    this.#held = null;
  }

  /** Gives up what the lost session has left. */
  close(): void {
    this.#transport?.close();
    this.#transport = null;
    this.#session = null;
    this.#abandon(OFFLINE);
  }
}
