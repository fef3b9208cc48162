/** Recordings of the real engine: tests/golden, which the tests of both sides read. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Incoming } from "../../src/store/types";
import { parseTrace } from "../../src/transport/replay";

export function golden(name: string): Incoming[] {
  const file = resolve(import.meta.dirname, "../../../tests/golden", `${name}.jsonl`);
  return parseTrace(readFileSync(file, "utf8"));
}
