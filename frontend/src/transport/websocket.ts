/**
 * The socket of a session. A connection that breaks is opened again with growing pauses; commands that were
 * not answered are sent again (repeating one with its id is harmless), so nothing is lost and nothing done twice.
 */
import type { ClientMessage, Incoming, Status } from "../store/types";
import { decodeFrame } from "./frames";
import { Emitter, nextId, type Transport } from "./transport";

export interface SocketOptions {
  url: string;
  /** Asked when a connection cannot be opened: does the server still know the session? */
  alive?: () => Promise<boolean>;
  /** For tests. */
  open?: (url: string) => WebSocket;
  pause?: (attempt: number) => number;
  onError?: (error: unknown) => void;
}

const CLOSED_FOR_GOOD = new Set([4403, 4404, 4410]);
const GONE = new Set(["unknown_session", "session_lost"]);

/** Milliseconds before the n-th attempt: 0.25 s growing to 5 s, spread so that a room does not come back at once. */
export function backoff(attempt: number): number {
  return Math.min(5000, 250 * 2 ** attempt) * (0.75 + Math.random() / 2);
}

export function connect(options: SocketOptions): Transport {
  const messages = new Emitter<Incoming>();
  const statuses = new Emitter<Status>();
  const open = options.open ?? ((url: string) => new WebSocket(url));
  const pause = options.pause ?? backoff;
  const unanswered = new Map<string, ClientMessage>();
  let subscription: ClientMessage | null = null;
  let socket: WebSocket | null = null;
  let ready = false;
  let seq = -1;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const transmit = (message: ClientMessage) => socket?.send(JSON.stringify(message));

  const gone = () => {
    closed = true;
    unanswered.clear();
    socket?.close();
    statuses.emit("gone");
  };

  const receive = (message: Incoming) => {
    if (message.type === "error" && GONE.has(message.code)) return gone();
    seq = message.type === "welcome" ? message.seq : Math.max(seq, message.seq);
    // An answer that is not just "still at it" settles its command.
    if (message.id !== null && message.type !== "progress") unanswered.delete(message.id);
    messages.emit(message);
  };

  const again = () => {
    if (closed) return;
    statuses.emit("lost");
    timer = setTimeout(start, pause(attempt++));
  };

  const start = () => {
    if (closed) return;
    const url = seq < 0 ? options.url : `${options.url}?since=${seq}`;
    const mine = open(url);
    let opened = false;
    mine.binaryType = "arraybuffer";
    socket = mine;
    mine.onopen = () => {
      opened = true;
      ready = true;
      attempt = 0;
      statuses.emit("open");
      if (subscription) transmit(subscription);
      for (const message of unanswered.values()) transmit(message);
    };
    mine.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      try {
        receive(
          typeof event.data === "string" ? (JSON.parse(event.data) as Incoming) : decodeFrame(event.data),
        );
      } catch (error) {
        // A message that cannot be read must not end the session; the next frame is complete in itself.
        options.onError?.(error);
      }
    };
    mine.onclose = (event) => {
      if (socket !== mine) return;
      ready = false;
      socket = null;
      if (closed) return;
      if (CLOSED_FOR_GOOD.has(event.code)) return gone();
      if (opened || !options.alive) return again();
      options.alive().then(
        (alive) => (alive ? again() : gone()),
        () => again(),
      );
    };
  };

  start();
  return {
    send(message) {
      const id = message.id ?? nextId();
      const named = { ...message, id } as ClientMessage;
      if (message.type === "ack") {
        if (ready) transmit(message);
        return id;
      }
      if (message.type === "subscribe") subscription = named;
      else if (!closed) unanswered.set(id, named);
      if (ready) transmit(named);
      return id;
    },
    onMessage: (listener) => messages.on(listener),
    onStatus: (listener) => statuses.on(listener),
    close() {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
