/**
 * The socket of a session, or of a room. A connection that breaks, or falls silent, is opened again with growing pauses. Commands
 * that were not answered are sent again, one after the other; repeating one with its id is harmless: so nothing is
 * lost and nothing done twice.
 */
import type { ClientMessage, ErrorMessage, Incoming, Status } from "../store/types";
import { decode } from "./frames";
import { Emitter, nextId, type Transport } from "./transport";

export interface SocketOptions {
  url: string;
  /** For tests. */
  open?: (url: string) => WebSocket;
  pause?: (attempt: number) => number;
  onError?: (error: unknown) => void;
  /** What is said first on each connection. A line that has this is a room's: it cannot be asked for what was missed. */
  hello?: () => object;
  /** Takes what is no message of the session; whether it was. */
  apart?: (message: object) => boolean;
}

const CLOSED_FOR_GOOD = new Set([4403, 4404, 4405, 4410, 4411]);
const GONE = new Set(["unknown_session", "session_lost"]);

/** Silence after which the server is asked whether it is there. Milliseconds, like all that follow. */
export const QUIET = 4000;
/** How long it may take to say anything, once it was asked something. */
export const PATIENCE = 4000;
/** How long a connection may take to open and to say the first thing. */
export const OPENING = 8000;
/** A timer that is later than this was held back, and so was what has come in meanwhile: it says nothing. */
const HELD_BACK = 1000;
/** Commands that wait for a connection; more are refused. */
export const MOST_WAITING = 32;

/** The refusal of one more. */
export const TOO_MANY: ErrorMessage = {
  type: "error",
  seq: 0,
  id: null,
  code: "offline_full",
  status: 503,
  title: "The connection is lost",
  detail: `${MOST_WAITING} commands wait for it already.`,
  hint: `${MOST_WAITING} commands wait for it already; this one was not taken.`,
  place: null,
  reason: null,
  params: {},
};

/** How many of these commands somebody waits for; the page asks what explains a number by itself. */
export function countWaiting(commands: ClientMessage[]): number {
  return commands.filter(({ type }) => type !== "explain" && type !== "sweep").length;
}

/** Milliseconds before the n-th attempt: 0.25 s growing to 5 s, spread so that a room does not come back at once. */
export function backoff(attempt: number): number {
  return Math.min(5000, 250 * 2 ** attempt) * (0.75 + Math.random() / 2);
}

export function connect(options: SocketOptions): SocketTransport {
  return new SocketTransport(options);
}

export class SocketTransport implements Transport {
  readonly #messages = new Emitter<Incoming>();
  readonly #statuses = new Emitter<Status>();
  readonly #waits = new Emitter<number>();
  readonly #unanswered = new Map<string, ClientMessage>();
  #subscription: ClientMessage | null = null;
  #socket: WebSocket | null = null;
  /** down: no connection; repairing: what was not answered goes first; up: all goes at once. */
  #line: "down" | "repairing" | "up" = "down";
  /** The command of the repair under way. */
  #repairing: string | null = null;
  #pinged: string | null = null;
  #seq = -1;
  #attempt = 0;
  #waiting = 0;
  #closed = false;
  #again: ReturnType<typeof setTimeout> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly options: SocketOptions) {
    this.#start();
  }

  send(message: ClientMessage): string {
    const id = message.id ?? nextId();
    const named = { ...message, id } as ClientMessage;
    if (message.type === "ack") {
      if (this.#line !== "down") this.#transmit(message);
      return id;
    }
    if (this.#closed) return id;
    if (message.type === "subscribe") {
      this.#subscription = named;
      if (this.#line !== "down") this.#transmit(named);
      return id;
    }
    if (this.#line !== "up" && this.#unanswered.size >= MOST_WAITING) {
      // Only when the caller knows the id can it be told.
      queueMicrotask(() => this.#messages.emit({ ...TOO_MANY, id }));
      return id;
    }
    this.#unanswered.set(id, named);
    // What ends a long command must not wait for it.
    if (this.#line === "up" || (this.#line === "repairing" && message.type === "cancel")) this.#put(named);
    else if (this.#line === "repairing") this.#repair();
    this.#count();
    return id;
  }

  pending(): ClientMessage[] {
    return [...this.#unanswered.values()];
  }

  onMessage(listener: (message: Incoming) => void): () => void {
    return this.#messages.on(listener);
  }

  onStatus(listener: (status: Status) => void): () => void {
    return this.#statuses.on(listener);
  }

  onWaiting(listener: (count: number) => void): () => void {
    return this.#waits.on(listener);
  }

  /** Says something that has no answer; false where there is no connection. */
  say(message: object): boolean {
    if (this.#line === "down") return false;
    this.#transmit(message);
    return true;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#hangUp();
  }

  #start(): void {
    if (this.#closed) return;
    const { url } = this.options;
    const mine = (this.options.open ?? ((to) => new WebSocket(to)))(
      this.#seq < 0 || this.options.hello ? url : `${url}?since=${this.#seq}`,
    );
    mine.binaryType = "arraybuffer";
    this.#socket = mine;
    this.#expect(OPENING);
    mine.onopen = () => {
      if (this.#socket !== mine) return;
      this.#line = "repairing";
      if (this.options.hello) this.#transmit(this.options.hello());
      this.#statuses.emit("open");
      if (this.#subscription) this.#transmit(this.#subscription);
      this.#repair();
    };
    mine.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket !== mine) return;
      this.#heard();
      try {
        this.#receive(
          typeof event.data === "string" ? (JSON.parse(event.data) as Incoming) : decode(event.data),
        );
      } catch (error) {
        // A message that cannot be read must not end the session; the next frame is complete in itself.
        this.options.onError?.(error);
      }
    };
    mine.onclose = (event) => {
      if (this.#socket !== mine) return;
      if (CLOSED_FOR_GOOD.has(event.code)) this.#gone();
      else this.#lost();
    };
  }

  #receive(message: Incoming): void {
    if (message.id !== null && message.id === this.#pinged) return;
    if (this.options.apart?.(message)) return;
    if (message.type === "error" && GONE.has(message.code)) return this.#gone();
    this.#seq = message.type === "welcome" ? message.seq : Math.max(this.#seq, message.seq);
    // An answer that is not just "still at it" settles its command.
    if (message.id !== null && message.type !== "progress" && this.#unanswered.delete(message.id)) {
      if (message.id === this.#repairing) this.#repairing = null;
      this.#repair();
      this.#count();
    }
    this.#messages.emit(message);
  }

  /** Sends the next of what was not answered: each when the one before has its answer, so that none is too early. */
  #repair(): void {
    if (this.#line !== "repairing" || this.#repairing !== null) return;
    const next = this.#unanswered.entries().next();
    if (next.done) {
      this.#line = "up";
      return;
    }
    [this.#repairing] = next.value;
    this.#put(next.value[1]);
  }

  #put(message: ClientMessage): void {
    this.#transmit(message);
    this.#expect(PATIENCE);
  }

  #transmit(message: object): void {
    // One that is closing sends nothing more, and complains; what is unanswered is sent by the next one.
    if (this.#socket && !(this.#socket.readyState > WebSocket.OPEN))
      this.#socket.send(JSON.stringify(message));
  }

  #count(): void {
    const waiting = this.#line === "up" ? 0 : countWaiting(this.pending());
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#waits.emit(waiting);
  }

  /** Something must be heard within a time; a server that is frozen and a cable that is out close nothing. */
  #expect(ms: number): void {
    if (this.#deadline !== undefined) return;
    const due = Date.now() + ms;
    this.#deadline = setTimeout(() => {
      this.#deadline = undefined;
      if (Date.now() - due > HELD_BACK) this.#expect(ms);
      else this.#lost();
    }, ms);
  }

  #heard(): void {
    this.#attempt = 0;
    if (this.#deadline !== undefined) clearTimeout(this.#deadline);
    this.#deadline = undefined;
    this.#heardAt = performance.now();
    // One timer for all that comes until it fires: setting one with each message takes as long as a tenth of a frame.
    if (this.#quiet === undefined) this.#listen(QUIET);
  }

  #listen(ms: number): void {
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined;
      const left = this.#heardAt + QUIET - performance.now();
      if (left > 0) return this.#listen(left);
      this.#pinged = nextId();
      this.#put({ type: "ping", id: this.#pinged });
    }, ms);
  }

  #lost(): void {
    this.#hangUp();
    if (this.#closed) return;
    this.#statuses.emit("lost");
    this.#count();
    this.#again = setTimeout(() => this.#start(), (this.options.pause ?? backoff)(this.#attempt++));
  }

  #gone(): void {
    this.#closed = true;
    this.#hangUp();
    this.#statuses.emit("gone");
  }

  /** Lets go of the socket at once: what it may still say is not heard. */
  #hangUp(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#line = "down";
    this.#repairing = null;
    clearTimeout(this.#deadline);
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    this.#deadline = undefined;
    socket?.close();
  }
}
