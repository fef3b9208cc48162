// The page's line to its session: opens one, sends commands, gives each its own answer, and comes back after a loss.
import type { ClientMessage, ErrorMessage, Incoming, JournalEntry } from "../../store/types";
import type { Store } from "../../store/store";
import { Problem, type Rest } from "../../transport/rest";
import type { Transport } from "../../transport/transport";

/** What makes a session: the same four always make the same one. */
export interface Origin {
  lesson: string;
  config: Record<string, unknown>;
  seed: number;
  journal: JournalEntry[];
}

export interface Refused {
  code: string;
  title: string;
  detail: string;
  hint: string;
  place: ErrorMessage["place"];
}

export type Answer = Exclude<Incoming, ErrorMessage>;
interface Waiting {
  /** Which of the messages that answer is wanted; null: the first. */
  type: Answer["type"] | null;
  resolve: (answer: Answer) => void;
  reject: (why: Refused) => void;
}

type Dialler = (url: string, alive: () => Promise<boolean>) => Transport;

export class Link {
  #transport: Transport | null = null;
  #session: string | null = null;
  #waiting = new Map<string, Waiting>();
  /** Told of errors that nobody waits for. */
  onRefused: (why: Refused) => void = () => undefined;
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

  /** Makes a session and connects to it; the old one is given back. Throws `Problem` where the server refuses. */
  async open(origin: Origin): Promise<void> {
    const info = await this.rest.createSession(origin);
    const old = this.#session;
    this.close();
    if (old) this.rest.deleteSession(old);
    this.#session = info.id;
    this.store.dispatch({ type: "local/session", lesson: info.lesson, config: info.config, seed: info.seed });
    await this.connect(info.id);
  }

  /** Resolves with the first frame, when there is something to see. */
  private connect(id: string): Promise<void> {
    const alive = () =>
      this.rest.session(id).then(
        () => true,
        (error: unknown) => !(error instanceof Problem && error.status >= 400 && error.status < 500),
      );
    const transport = this.dial(this.rest.socketUrl(id), alive);
    this.#transport = transport;
    return new Promise((resolve) => {
      transport.onStatus((status) => {
        if (this.#transport !== transport) return;
        this.store.dispatch({ type: "local/status", status });
        if (status === "gone") {
          this.#abandon();
          this.onGone();
        }
      });
      transport.onMessage((message) => {
        if (this.#transport !== transport) return;
        this.#settle(message);
        this.store.dispatch(message);
        if (message.type !== "frame") return;
        resolve();
        // The server sends the next frame when this one has been painted: a slow page skips, and never queues.
        // A page in the background paints nothing; it is then told the latest once a second.
        const painted = () => {
          cancelAnimationFrame(request);
          clearTimeout(timer);
          transport.send({ type: "ack", seq: message.seq });
        };
        const request = requestAnimationFrame(painted);
        const timer = setTimeout(painted, 1000);
      });
    });
  }

  /** Sends and forgets: a refusal goes to `onRefused`. */
  send(command: ClientMessage): void {
    this.#transport?.send(command);
  }

  /**
   * Sends and waits for the answer; rejects with `Refused`. Long commands answer when they are through. Of an answer
   * of several messages `type` picks one; the frame is the last.
   */
  ask(command: ClientMessage, type: Answer["type"] | null = null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.#transport) {
        reject({ code: "offline", title: "", detail: "", hint: "", place: null } satisfies Refused);
        return;
      }
      this.#waiting.set(this.#transport.send(command), { type, resolve, reject });
    });
  }

  #settle(message: Incoming): void {
    if (message.type === "progress") return;
    const waiting = message.id === null ? undefined : this.#waiting.get(message.id);
    const last = message.type === "error" || message.type === "frame";
    if (waiting && !last && waiting.type !== null && waiting.type !== message.type) return;
    if (message.id !== null) this.#waiting.delete(message.id);
    if (message.type !== "error") waiting?.resolve(message);
    else if (waiting) waiting.reject(message);
    else this.onRefused(message);
  }

  #abandon(): void {
    const why: Refused = { code: "offline", title: "", detail: "", hint: "", place: null };
    for (const { reject } of this.#waiting.values()) reject(why);
    this.#waiting.clear();
  }

  close(): void {
    this.#transport?.close();
    this.#transport = null;
    this.#session = null;
    this.#abandon();
  }
}
