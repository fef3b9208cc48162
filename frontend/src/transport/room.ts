/** The socket of a room. To the page of a follower it is the line to the session, which it can only look at. */
import { isRoomMessage, type RoomMessage } from "../store/room";
import type { ClientMessage, ErrorMessage } from "../store/types";
import { Completed } from "./completed";
import { Emitter, nextId, type Transport } from "./transport";
import { connect, type SocketOptions } from "./websocket";

export interface RoomLine extends Transport {
  /** Says something to the room; false where there is no connection. */
  say(message: object): boolean;
  onRoom(listener: (message: RoomMessage) => void): () => void;
}

/** Milliseconds between two acknowledgements. */
const ACK_PACE = 200;

/** Commands that ask, and move nothing. */
const ASKING: ReadonlySet<ClientMessage["type"]> = new Set([
  "explain",
  "gradcheck",
  "pytorch",
  "sweep",
  "sample",
  "arrows",
  "unfold",
  "map",
  "scene",
  "detect",
  "precision",
  "filter",
  "differences",
  "token",
  "write",
  "nudge",
  "fire",
  "uses",
] as const);

/** What a follower may not do: the page need not ask the server for that. */
export const PRESENTER_ONLY: ErrorMessage = {
  type: "error",
  seq: 0,
  id: null,
  code: "room_presenter_only",
  status: 403,
  title: "Only the presenter moves the room",
  detail: "This page follows.",
  hint: "Explore on your own, and come back when you like.",
  place: null,
  reason: null,
  params: {},
};

export interface RoomLineOptions extends Pick<SocketOptions, "url" | "open" | "pause" | "onError"> {
  /** The first thing that is said on each connection: who one is. */
  hello: () => object;
}

export function joinRoom(options: RoomLineOptions): RoomLine {
  const heard = new Emitter<RoomMessage>();
  const refused = new Emitter<ErrorMessage>();
  const line = connect({
    ...options,
    apart: (message) => {
      if (!isRoomMessage(message)) return false;
      heard.emit(message);
      return true;
    },
  });
  let acknowledged = 0;
  let ack: ReturnType<typeof setTimeout> | undefined;
  /** What was painted last counts, so not every frame is said. */
  const acknowledge = (message: ClientMessage) => {
    clearTimeout(ack);
    const wait = acknowledged + ACK_PACE - Date.now();
    ack = setTimeout(
      () => {
        acknowledged = Date.now();
        line.send(message);
      },
      Math.max(0, wait),
    );
  };
  const whole = new Completed(line);
  return {
    send(message) {
      if (message.type === "ack") {
        acknowledge(message);
        return nextId();
      }
      // What comes with each frame is the presenter's choice; which sample is looked at, the page's own.
      if (message.type === "subscribe") {
        whole.row = message.row ?? 0;
        return nextId();
      }
      if (ASKING.has(message.type)) return line.send(message);
      const id = message.id ?? nextId();
      queueMicrotask(() => {
        refused.emit({ ...PRESENTER_ONLY, id });
      });
      return id;
    },
    onMessage(listener) {
      const stop = [whole.onMessage(listener), refused.on(listener)];
      return () => {
        for (const one of stop) one();
      };
    },
    onStatus: (listener) => line.onStatus(listener),
    onWaiting: (listener) => line.onWaiting(listener),
    onRoom: (listener) => heard.on(listener),
    pending: () => line.pending(),
    say: (message) => line.say(message),
    close: () => {
      clearTimeout(ack);
      whole.close();
      line.close();
    },
  };
}

/** The address of a room's socket. */
export function roomUrl(code: string): string {
  const url = new URL(`/api/rooms/${encodeURIComponent(code)}/ws`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
