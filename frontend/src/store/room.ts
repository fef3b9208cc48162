/** A room's code, and what the page says and hears beside the messages of the session that the room shows. Pure. */
import type { RoomJoined, RoomPointer, RoomQuestion, RoomSpread, RoomState } from "../protocol.gen";

export type {
  RoomAnswers,
  RoomCreated,
  RoomInfo,
  RoomPointer,
  RoomQuestion,
  RoomSpread,
  RoomState,
  SpreadBin,
  TakenOver,
} from "../protocol.gen";

export type QuestionKind = RoomQuestion["kind"];

/** What a room says that no session does. */
export type RoomMessage = RoomState | RoomJoined | RoomPointer | RoomQuestion | RoomSpread;

const TYPES = new Set(["room", "joined", "pointer", "question", "spread"]);

export function isRoomMessage(message: object): message is RoomMessage {
  return TYPES.has((message as { type?: string }).type ?? "");
}

const LENGTH = 6;
const ADDRESS = /^\/room\/([^/]*)/;

/** The code in an address of a room, as it stands there; null for any other address. */
export function codeIn({ pathname }: { pathname: string }): string | null {
  const written = ADDRESS.exec(pathname)?.[1];
  if (written === undefined) return null;
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Reads a code kindly: in any case, with spaces or dashes, or as the link that holds it. Null for what is none. */
export function readCode(text: string): string | null {
  const link = /\/room\/([^/?#\s]*)/.exec(text)?.[1] ?? text;
  const code = link.toUpperCase().replace(/[^0-9A-Z]/g, "");
  return code.length === LENGTH ? code : null;
}

/** As it is shown and said: ABC-DEF. */
export function showCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}
