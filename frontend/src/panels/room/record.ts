// What a session has said, as a recording.
import type { FrameMessage, Incoming } from "../../store/types";

/** Bytes of numbers in what was said. */
export function bytes(said: readonly Incoming[]): number {
  return said.reduce(
    (sum, message) => sum + ("payload" in message ? (message.payload?.byteLength ?? 0) : 0),
    0,
  );
}

/** Each place once, in the order of time. */
export function inOrder(said: readonly Incoming[]): Incoming[] {
  const frames = new Map<string, FrameMessage>();
  const others = said.filter((message) => message.type !== "frame");
  for (const message of said)
    if (message.type === "frame") frames.set(`${message.cursor.iteration}.${message.cursor.step}`, message);
  const sorted = [...frames.values()].sort(
    (a, b) => a.cursor.iteration - b.cursor.iteration || a.cursor.step - b.cursor.step,
  );
  return [...others, ...sorted];
}
