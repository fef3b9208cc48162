/** The cells of a number that is explained stand where a pointer finds them. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { estimate, type Item } from "../../src/render/display";
import { hit, numberAt } from "../../src/render/hit";
import { litItems } from "../../src/render/lit";
import { tileOf } from "../../src/render/sizes";
import { lightTheme } from "../../src/render/theme";
import type { Source } from "../../src/store/types";
import { parseTrace } from "../../src/transport/replay";
import { geometryOf, recordingOf } from "../support/pictures";

const { drawing, frames } = recordingOf(
  parseTrace(readFileSync(resolve(__dirname, "../../../tests/golden/one-layer.jsonl"), "utf8")),
);
const at = (name: string, what: Source["what"], ...index: number[]): Source => ({
  name: drawing.nodes.find(({ node }) => node.label === name)!.node.name,
  what,
  index,
  argument: null,
});

it("lights a cell of a gradient, and the row and the column that it is made of", async () => {
  const frame = frames.find(
    ({ header }) => header.step.kind === "backward" && header.step.label === "s → W",
  )!;
  const geometry = await geometryOf(drawing, "right", "scalars");
  const seen = { geometry, theme: lightTheme };
  const lit = [
    at("W", "grad", 1, 2),
    ...[0, 1, 2].flatMap((sample) => [at("x", "value", sample, 1), at("s", "grad", sample, 2)]),
  ];
  const outlines = litItems(lit, seen, tileOf).filter(
    (item): item is Extract<Item, { kind: "rect" }> =>
      item.kind === "rect" && item.stroke !== lightTheme.card,
  );
  expect(outlines).toHaveLength(lit.length);
  // The number itself lies above the others.
  expect(outlines.map(({ stroke }) => stroke === lightTheme.focus).lastIndexOf(true)).toBe(lit.length - 1);
  for (const [k, { what, index, name }] of lit.toReversed().entries()) {
    const { x, y, w, h } = outlines[k]!;
    const middle = { x: x + w / 2, y: y + h / 2 };
    const under = hit(geometry, middle)!;
    expect(drawing.graph.nodes[under.index]!.name).toBe(name);
    // What is no result is not explained by a click.
    if (drawing.graph.nodes[under.index]!.kind === "op" || what === "grad")
      expect(numberAt(geometry, frame, under.index, middle, estimate)).toEqual({ what, index });
  }
  // What has no cell of its own there lights nothing.
  const none = [
    at("x", "grad", 0, 0),
    at("loss", "value"),
    at("W", "grad", 5, 0),
    at("W", "contribution", 0, 0),
  ];
  expect(litItems(none, seen, tileOf)).toEqual([]);
});
