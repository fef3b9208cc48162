/** What the real engine sends of a window of text, at some steps of an iteration: tests/golden/text. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { FrameView, Graph, TokenResult } from "../../src/store/types";
import { frameView } from "../../src/transport/frames";

export interface TextMoment {
  readonly frame: FrameView;
  /** Null where the loss has not been reached. */
  readonly answer: TokenResult | null;
}

export function textRecording(name: string): { graph: Graph; moments: TextMoment[] } {
  const file = resolve(import.meta.dirname, "../../../tests/golden/text", `${name}.jsonl`);
  const [first, ...rest] = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  const moments: TextMoment[] = [];
  for (const message of rest) {
    if (message.type === "frame")
      moments.push({ frame: frameView({ ...message, payload: null } as never), answer: null });
    else
      moments[moments.length - 1] = {
        ...(moments.at(-1) as TextMoment),
        answer: message as unknown as TokenResult,
      };
  }
  return { graph: (first as unknown as { graph: Graph }).graph, moments };
}
