/** Units that the real engine has unfolded, at each step of an iteration: tests/golden/unfolded. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { drawingOf } from "../../src/layout/drawing";
import type { Unfolded, UnfoldedGraph } from "../../src/store/types";
import { unfoldedView, type Caller, type UnfoldedView } from "../../src/store/unfolded";
import type { Recording } from "./pictures";

export const UNITS = ["hidden", "output", "many"] as const;

/** In place of the page's words. */
const call: Caller = ({ role, count, name, mixed }, { glyph }) =>
  ["samples", "units", "inputs"].includes(role)
    ? { glyph: `${count} others`, op: role, label: `${count} other ${role}` }
    : role === "function" && name === null && !mixed
      ? { glyph, op: "own loss", label: "own loss" }
      : null;

export function unfolded(name: string): UnfoldedView[] {
  const file = resolve(import.meta.dirname, "../../../tests/golden/unfolded", `${name}.jsonl`);
  const [first, ...rest] = readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Unfolded);
  let known: UnfoldedGraph | null = null;
  return [first!, ...rest.map((one) => ({ ...first!, ...one }))].map((message) => {
    const view = unfoldedView(message, call, known);
    known = view.graph;
    return view;
  });
}

export function unfoldedRecording(name: string): Recording & { graph: UnfoldedGraph } {
  const views = unfolded(name);
  const { graph } = views[0]!;
  return { graph, drawing: drawingOf(graph), frames: views.map(({ frame }) => frame) };
}
