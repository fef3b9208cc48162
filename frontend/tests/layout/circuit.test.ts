import { describe, expect, it } from "vitest";
import { layCircuit } from "../../src/layout/circuit";
import type { Box, LayoutRequest } from "../../src/layout/types";
import { fitted } from "../../src/render/camera";
import { overlaps } from "../../src/render/display";
import { framed } from "../../src/render/framing";
import { geometryOf, planOn, STAGE } from "../support/pictures";
import { UNITS, unfoldedRecording } from "../support/unfolded";

const size = { w: 112, h: 52 };

/** A unit of `inputs` inputs whose output `readers` others read; its inputs have other readers, its weights other samples. */
function unit(inputs: number, readers: number): LayoutRequest {
  const nodes: { name: string; from: number[] }[] = [];
  const add = (name: string, ...from: number[]) => nodes.push({ name, from }) - 1;
  const pairs = Array.from({ length: inputs }, (_, k) => {
    const [a, w] = [add(`a${k}`), add(`w${k}`)];
    return { a, w, product: add(`mul${k}`, a, w) };
  });
  const bias = add("b");
  const sum = add("sum", ...pairs.map(({ product }) => product), bias);
  const output = add("tanh", sum);
  for (let k = 0; k < readers; k++) add(`z${k}`, add(`out${k}`, output, add(`v${k}`)));
  add("others.units", ...pairs.map(({ a }) => a));
  add("others.samples", ...pairs.map(({ w }) => w), bias);
  let index = 0;
  return {
    nodes: nodes.map(({ name, from }, k) => ({ index: k, name, size, arity: from.length })),
    edges: nodes.flatMap(({ from }, target) =>
      from.map((source, slot) => ({ index: index++, source, target, slot })),
    ),
    frames: [],
    flow: "right",
    spacing: { layer: 92, node: 32 },
  };
}

function crosses(a: { x: number; y: number }, b: { x: number; y: number }, box: Box): boolean {
  const way = {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    w: Math.max(1, Math.abs(a.x - b.x)),
    h: Math.max(1, Math.abs(a.y - b.y)),
  };
  return overlaps(way, box);
}

describe.each([
  [2, 4],
  [4, 1],
  [7, 3],
  [16, 8],
])("a unit of %i inputs and %i readers", (inputs, readers) => {
  const request = unit(inputs, readers);
  const positions = layCircuit(request);
  const at = (name: string) => positions.names.get(name) as Box;

  it("lets no two cards touch", () => {
    const boxes = [...positions.nodes.values()];
    boxes.forEach((box, k) => {
      for (const other of boxes.slice(k + 1)) expect(overlaps(box, other, 4)).toBe(false);
    });
  });

  it("has each weight right below its input, and the product beside both", () => {
    for (let k = 0; k < inputs; k++) {
      const [a, w, product] = [at(`a${k}`), at(`w${k}`), at(`mul${k}`)];
      expect(w.y - a.y - a.h).toBeLessThan(20);
      expect(product.x).toBeGreaterThan(a.x + a.w);
      expect(product.y).toBeGreaterThanOrEqual(a.y);
      expect(product.y).toBeLessThanOrEqual(w.y);
      if (k > 0) expect(a.y).toBeGreaterThan(at(`w${k - 1}`).y);
    }
  });

  it("keeps the sum and what comes after it where the first inputs are", () => {
    expect(at("sum").y).toBeLessThan(340);
    expect(at("tanh").y).toBe(at("sum").y);
    expect(at("tanh").x).toBeGreaterThan(at("sum").x);
    for (let k = 1; k < readers; k++) expect(at(`z${k}`).y).toBeGreaterThan(at(`z${k - 1}`).y);
  });

  it("leads wires to what stands for others around all cards", () => {
    const names = new Map(request.nodes.map(({ index, name }) => [index, name]));
    for (const { index, target } of request.edges) {
      if (!names.get(target)?.startsWith("others.")) continue;
      const bends = positions.bends.get(index) ?? [];
      const others = [...positions.nodes].filter(([node]) => node !== target).map(([, box]) => box);
      const end = { x: (positions.nodes.get(target) as Box).x, y: bends.at(-1)!.y };
      const way = [...bends, end];
      expect(bends.length).toBeGreaterThan(1);
      for (const box of others)
        for (let k = 1; k < way.length; k++)
          expect(crosses(way[k - 1]!, way[k]!, box), `${index}`).toBe(false);
    }
  });

  it("is the same each time", () => {
    expect(layCircuit(unit(inputs, readers))).toEqual(positions);
  });
});

it("shows a unit of five inputs whole in a small window", () => {
  const { bounds } = layCircuit(unit(5, 1));
  // As wide as cards with long numbers are, in what is left of 1280 × 720.
  const wide = { ...bounds, w: bounds.w + 7 * 14 };
  const { k } = fitted(wide, { w: 658, h: 365 }, { top: 0, right: 0, bottom: 0, left: 0 }, 1.25);
  expect(k).toBeGreaterThan(0.45);
});

describe("what the engine unfolded", () => {
  it.each(UNITS)("%s is seen whole on a stage", async (name) => {
    const { drawing } = unfoldedRecording(name);
    const geometry = await geometryOf(drawing, planOn(drawing, STAGE));
    const insets = { top: 0, right: 0, bottom: 0, left: 0 };
    const camera = framed(geometry, { size: STAGE, insets, present: false }, false);
    const { x, y, w, h } = geometry.bounds;
    expect(camera.x + camera.k * x).toBeGreaterThan(-0.01);
    expect(camera.y + camera.k * y).toBeGreaterThan(-0.01);
    expect(camera.x + camera.k * (x + w)).toBeLessThan(STAGE.w + 0.01);
    expect(camera.y + camera.k * (y + h)).toBeLessThan(STAGE.h + 0.01);
  });
});
