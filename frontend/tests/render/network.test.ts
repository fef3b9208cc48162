import { describe, expect, it } from "vitest";
import {
  curveAt,
  estimate,
  overlaps,
  sameList,
  textsOf,
  type Item,
  type MapsItem,
} from "../../src/render/display";
import { apart } from "../../src/render/layers-view/axis";
import { arrange, MOST_UNITS, NEAR } from "../../src/render/layers-view/arrangement";
import { spotAt } from "../../src/render/layers-view/hit";
import { ghostItems, lineItems, linesOf } from "../../src/render/layers-view/lines";
import { activeIn, decades, meanSize, readNetwork } from "../../src/render/layers-view/reading";
import type { NetworkInput } from "../../src/render/layers-view/input";
import { networkList, networkScene } from "../../src/render/layers-view/scene";
import { tileItems } from "../../src/render/layers-view/tiles";
import { lightTheme } from "../../src/render/theme";
import { colorAt, rampOf } from "../../src/render/thumbnails";
import { toSvg } from "../../src/render/svg";
import { initialState, reduce } from "../../src/store/reduce";
import type { Graph, Layer, State } from "../../src/store/types";
import { golden } from "../support/golden";

const states: State[] = [];
golden("playground").reduce((state, message) => {
  const next = reduce(state, message);
  if (message.type === "frame") states.push(next);
  return next;
}, initialState);

const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 500 }, phone: { w: 390, h: 290 } };

function layersOf(...units: number[]): Layer[] {
  return units.map((n, k) => ({
    name: k === 0 ? "x" : `hidden${k}`,
    kind: k === 0 ? "input" : k === units.length - 1 ? "output" : "hidden",
    units: n,
    labels: [],
    activation: "tanh",
    weight: k,
    bias: k,
    summed: k,
    output: k,
  }));
}

function inputAt(state: State, size = SIZES.desk): NetworkInput {
  const { graph, frame } = state;
  if (!graph || !frame) throw new Error("no frame");
  return {
    graph,
    frame,
    places: arrange(graph.layers, { size, insets, present: false }),
    maps: graph.layers.map(({ units }) => ({
      units,
      size: 16,
      levels: Int8Array.from({ length: units * 256 }, (_, i) => (i % 255) - 127),
      scale: Array.from({ length: units }, () => 1),
    })),
    view: { scale: "global", unit: null, weight: null, selected: null },
    theme: lightTheme,
    words: {
      input: "input",
      hidden: (n) => `hidden ${n}`,
      output: "output",
      loss: "loss",
      targets: "targets",
      stays: "stays:",
      size: "mean |∂L/∂W|",
      out: "out",
    },
    measure: estimate,
  };
}

const at = (step: number): State => states[step] as State;
const graph = at(0).graph as Graph;
const stepOf = (label: RegExp) => graph.steps.findIndex((step) => label.test(step.label));

describe("the arrangement", () => {
  const networks = {
    default: [2, 4, 2, 1],
    deep: [2, ...Array<number>(8).fill(16), 1],
    wide: [7, 128, 3, 1],
  };
  for (const [name, units] of Object.entries(networks))
    for (const [screen, size] of Object.entries(SIZES))
      it(`has all of ${name} within the free part of the ${screen}`, () => {
        const places = arrange(layersOf(...units), { size, insets, present: false });
        const boxes = places.columns.flatMap(({ units: own, box, stays }) => [
          ...own,
          box,
          ...(stays ? [stays.weight, stays.bias] : []),
        ]);
        for (const box of [...boxes, places.loss]) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.x + box.w).toBeLessThanOrEqual(size.w + 0.5);
          expect(box.y).toBeGreaterThanOrEqual(insets.top - 0.5);
          expect(box.y + box.h).toBeLessThanOrEqual(size.h - insets.bottom + 6);
        }
        const edges = places.columns.map(({ box }) => [box.x, box.x + box.w] as const);
        for (let k = 1; k < edges.length; k++)
          expect(edges[k]?.[0]).toBeGreaterThan(edges[k - 1]?.[1] ?? Infinity);
      });

  it("leaves room for the tools of each column's units, below where there is none above", () => {
    for (const units of [
      [2, 5, 5, 2, 1],
      [2, ...Array<number>(7).fill(16), 1],
      [2, 64, 64, 32, 1],
    ]) {
      const places = arrange(layersOf(...units), { size: SIZES.desk, insets, present: false });
      if (places.pitch >= NEAR) continue;
      for (const { box, block } of places.columns)
        expect(box.y + box.h + (block ? 42 : 25), String(units)).toBeLessThan(places.lane.top);
    }
  });

  it("shows each unit of a layer up to the limit, and more as a block", () => {
    const [, most, more] = arrange(layersOf(2, MOST_UNITS, MOST_UNITS + 1, 1), {
      size: SIZES.desk,
      insets,
      present: false,
    }).columns;
    expect(most?.units).toHaveLength(MOST_UNITS);
    expect(more?.block).toBe(true);
    expect(more?.units).toHaveLength(0);
  });
});

describe("the reading", () => {
  it("knows which part of which layer each step of a real iteration is about", () => {
    const told = graph.steps.map((step) => {
      const found = activeIn(graph, at(step.index).frame as NonNullable<State["frame"]>);
      return found && `${found.layer}:${found.part}`;
    });
    expect(told.slice(0, 3)).toEqual([null, "0:load", "1:summed"]);
    expect(told[3]).toBe("1:gate");
    expect(told.filter((one) => one?.endsWith("passes"))).not.toHaveLength(0);
    const weights = graph.layers.filter(({ weight }) => weight !== null).length;
    // Each layer's weight and bias: once as what stays, once as what is updated.
    expect(told.filter((one) => one?.endsWith("weight"))).toHaveLength(2 * weights);
    expect(told.filter((one) => one?.endsWith("bias"))).toHaveLength(2 * weights);
    expect(told.slice(2)).not.toContain(null);
  });

  it("shows weights going forward, gradients going back once they have come, changes in the update", () => {
    const forward = readNetwork(graph, at(3).frame!);
    expect(forward.layers[1]?.weight?.data).toEqual(at(3).frame!.value(graph.layers[1]!.weight!)?.data);
    const first = stepOf(/→ output\.weight/);
    expect(readNetwork(graph, at(first - 1).frame!).layers.at(-1)?.weight).toBeNull();
    const backward = readNetwork(graph, at(first).frame!);
    expect(backward.layers.at(-1)?.weight?.data).toEqual(
      at(first).frame!.grad(graph.layers.at(-1)!.weight!)?.data,
    );
    expect(backward.layers[1]?.weight).toBeNull();
    const done = readNetwork(graph, at(graph.steps.length - 1).frame!);
    const layer = graph.layers[1]!;
    const [before, after] = [at(0).frame!.value(layer.weight!)!, done.layers[1]!.weight!];
    const now = at(graph.steps.length - 1).frame!.value(layer.weight!)!;
    after.data!.forEach((change, i) => {
      expect(before.data![i]! + change).toBeCloseTo(now.data![i]!, 5);
    });
  });

  it("knows from the step what has been passed on, without the numbers", () => {
    for (const { frame } of states) {
      if (!frame) continue;
      const { layers } = readNetwork(graph, frame);
      for (const { layer, forward, passed } of layers.slice(1)) {
        expect(forward).toBe(frame.value(layer.output) !== null);
        expect(passed).toBe(frame.grad(layer.output) !== null);
      }
    }
  });

  it("has a mean size per layer, and an axis that holds them all", () => {
    const { layers } = readNetwork(graph, at(graph.steps.length - 1).frame!);
    const grad = at(graph.steps.length - 1).frame!.grad(graph.layers[1]!.weight!)!.data!;
    const mean = [...grad].reduce((sum, x) => sum + Math.abs(x), 0) / grad.length;
    expect(layers[1]?.size).toBeCloseTo(mean, 7);
    expect(decades([3e-7, null, 20, 0])).toEqual({ low: -7, high: 2 });
    expect(decades([])).toEqual({ low: -4, high: 0 });
  });

  it("is labelled on one line: what would meet stands side by side around where it is", () => {
    const labels = (...xs: number[]) => apart(xs.map((x) => ({ x, w: 10 })));
    expect(labels(0, 40, 41)).toEqual([0, 35.5, 45.5]);
    expect(labels(5, 5, 5)).toEqual([-5, 5, 15]);
    // The second and third are pushed apart, and onto the first.
    expect(labels(0, 11, 12)).toEqual([-7 / 3, 23 / 3, 53 / 3].map((x) => expect.closeTo(x, 9) as number));
    expect(labels()).toEqual([]);
  });
});

describe("a gradient that is too large to be sent unasked", () => {
  const thumbnail = [
    [1, -2],
    [0, 4],
  ];
  const tensor = {
    shape: [64, 64],
    dtype: "float32" as const,
    data: null,
    summary: { minimum: -2, maximum: 4, mean: 0.5, mean_size: 1.5, norm: 9, zeros: 1, non_finite: 0, histogram: [], thumbnail }, // prettier-ignore
  };

  it("has its size on the axis and some of its cells in the lane", () => {
    expect(meanSize(tensor)).toBe(1.5);
    const [cells] = tileItems({ x: 0, y: 0, w: 40, h: 40 }, tensor, inputAt(at(0)), false);
    expect(cells).toMatchObject({ kind: "cells", numbers: [1, -2, 0, 4], columns: 2, most: 4 });
  });
});

describe("the picture", () => {
  it("has one line for each weight, with its sign", () => {
    const input = inputAt(at(3));
    const lines = linesOf(input, readNetwork(graph, input.frame));
    const weights = graph.layers
      .slice(1)
      .reduce((sum, layer, k) => sum + layer.units * graph.layers[k]!.units, 0);
    expect(lines).toHaveLength(weights);
    for (const { layer, unit, from, value } of lines) {
      const view = input.frame.value(graph.layers[layer]!.weight!)!;
      expect(value).toBe(view.data![unit * graph.layers[layer - 1]!.units + from]);
    }
  });

  it("prints no two texts over each other, at every step and size", () => {
    for (const size of [SIZES.desk, SIZES.laptop])
      for (const state of states) {
        const input = inputAt(state, size);
        const texts = textsOf(networkList(input, 1), estimate).filter(({ opacity }) => opacity > 0.1);
        texts.forEach(({ item, box }, i) => {
          for (const other of texts.slice(i + 1)) {
            const apart =
              box.x + box.w <= other.box.x ||
              other.box.x + other.box.w <= box.x ||
              box.y + box.h <= other.box.y ||
              other.box.y + other.box.h <= box.y;
            expect(apart, `${item.text} and ${other.item.text} at ${size.w}`).toBe(true);
          }
        });
      }
  });

  it("prints a sample's own numbers below its units, clear of all others, or none of them", () => {
    for (const [name, size] of Object.entries(SIZES))
      for (const state of states) {
        const { layers } = state.graph!;
        const back = state.frame!.header.phase !== "forward";
        const own = layers.map(({ units }) =>
          Array.from({ length: units }, () => ({ value: 0.12345, grad: back ? -0.001234 : null })),
        );
        const input = inputAt(state, size);
        const list = networkList({ ...input, view: { ...input.view, own } }, 1);
        const texts = textsOf(list, estimate);
        const told = texts.filter(({ item }) => item.id?.startsWith("own"));
        const units = layers.reduce((sum, layer) => sum + layer.units, 0);
        const values = told.filter(({ item }) => item.text === "0.1235");
        const grads = told.filter(({ item }) => item.text === "−0.001234");
        expect(grads.length, name).toBe(back && told.length > 0 ? units : 0);
        if (!back && told.length > 0) expect(values.length).toBe(units);
        if (name === "desk") expect(told.length).toBeGreaterThan(0);
        for (const a of told)
          for (const b of texts)
            if (a !== b) expect(overlaps(a.box, b.box), `${name}: ${a.item.id} ${b.item.text}`).toBe(false);
      }
  });

  it("does not say what the cursor has not reached", () => {
    const numbers = (step: number) =>
      textsOf(networkList(inputAt(at(step)), 1), estimate).filter(({ item }) => item.number);
    expect(numbers(0).map(({ item }) => item.text)).toEqual(["—", "—"]);
    expect(numbers(graph.steps.length - 1).map(({ item }) => item.text)).not.toContain("—");
  });

  it("is the same list for the canvas and for a file", () => {
    const input = inputAt(at(stepOf(/→ output\.weight/)));
    const svg = toSvg(
      {
        list: networkList(input, 0.5),
        view: { x: 0, y: 0, ...SIZES.desk },
        theme: lightTheme,
        measure: estimate,
      },
      "a network",
    );
    expect(svg).toContain("<svg");
    expect(svg).not.toContain("NaN");
    const boxed = ({ parts }: MapsItem) => parts.reduce((n, { boxes }) => n + boxes.length, 0);
    const maps = (items: readonly Item[]): number =>
      items.reduce(
        (n, item) => n + (item.kind === "maps" ? boxed(item) : item.kind === "group" ? maps(item.items) : 0),
        0,
      );
    expect(maps(networkList(input, 0.5))).toBe(graph.layers.reduce((n, { units }) => n + units, 0));
  });

  it("has each unit once, those that recede apart from those that do not", () => {
    const input = inputAt(at(3));
    const shown = (unit: { layer: number; unit: number } | null) =>
      networkList({ ...input, view: { ...input.view, unit } }, 1).flatMap((item) =>
        item.kind === "maps" ? [item] : [],
      );
    const boxes = (unit: { layer: number; unit: number } | null) =>
      shown(unit)
        .flatMap(({ parts }) => parts)
        .flatMap(({ boxes: all, units }) => all.map(({ x, y }, k) => [x, y, units[k]].join()));
    expect(boxes({ layer: 1, unit: 2 }).sort()).toEqual(boxes(null).sort());
    const faint = shown({ layer: 1, unit: 2 }).filter(({ opacity }) => (opacity ?? 1) < 1);
    const near = [0, 1, 2].map((k) => graph.layers[k]!.units);
    const units = graph.layers.reduce((sum, layer) => sum + layer.units, 0);
    // Itself, and all of the columns before and after.
    expect(faint.flatMap(({ parts }) => parts.flatMap(({ units: own }) => own))).toHaveLength(
      units - 1 - near[0]! - near[2]!,
    );
  });

  it("has one path for lines that look alike, and the strongest on top", () => {
    const input = inputAt(at(3));
    const reading = readNetwork(graph, input.frame);
    const items = lineItems(input, reading, () => 1);
    const curves = items.flatMap((item) => (item.kind === "curves" ? item.lines : []));
    expect(curves).toHaveLength(linesOf(input, reading).length);
    // Each is as wide as its size says, to the nearest of a few widths.
    const widths = new Map<string, number>();
    for (const item of items)
      if (item.kind === "curves")
        for (const line of item.lines) widths.set(JSON.stringify(curveAt(item.table, line)), item.width ?? 0);
    const lines = linesOf(input, reading);
    const factor = Math.min(1.15, Math.max(0.45, input.places.side / 42));
    for (const { d, size } of lines)
      expect(widths.get(JSON.stringify(d))).toBeCloseTo((0.7 + (5.3 * Math.round(size * 7)) / 7) * factor, 6);
    const all = items.map((item) => (item.kind === "curves" ? (item.width ?? 0) : 0));
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });

  it("paints the ground anew only where it is another one", () => {
    const scene = (step: number, by = 1) => {
      const input = inputAt(at(step));
      const value: typeof input.frame.value = (node) => {
        const tensor = input.frame.value(node);
        return tensor && { ...tensor, data: tensor.data?.map((x) => by * x) ?? null };
      };
      return networkScene({ ...input, frame: { ...input.frame, value } });
    };
    const step = graph.steps.findIndex(
      ({ kind, node }) => kind === "forward" && node === graph.layers[1]?.output,
    );
    // Other numbers: other lines over the same ground.
    expect(sameList(scene(step).ground, scene(step, -0.5).ground)).toBe(true);
    expect(sameList(scene(step).base, scene(step, -0.5).base)).toBe(false);
    expect(sameList(scene(step).base, scene(step).base)).toBe(true);
    // What the step is about is marked.
    expect(sameList(scene(step).ground, scene(step + 1).ground)).toBe(false);
    const item: Item = { kind: "circle", x: 1, y: NaN, r: 2 };
    expect(sameList([item], [{ ...item }])).toBe(true);
    expect(sameList([item], [{ ...item, fill: "#fff" }])).toBe(false);
    expect(sameList([item], [item, item])).toBe(false);
  });

  it("finds units, cells of what stays, and lines under the pointer", () => {
    const { places } = inputAt(at(3));
    const middle = (box: { x: number; y: number; w: number; h: number }) => ({
      x: box.x + box.w / 2,
      y: box.y + box.h / 2,
    });
    const [, column] = places.columns;
    expect(spotAt(places, graph.layers, middle(column!.units[1]!))).toEqual({
      kind: "unit",
      layer: 1,
      unit: 1,
    });
    const { weight } = column!.stays!;
    const cell = weight.w / graph.layers[0]!.units;
    expect(spotAt(places, graph.layers, { x: weight.x + cell * 1.5, y: weight.y + cell * 0.5 })).toEqual({
      kind: "weight",
      layer: 1,
      unit: 0,
      from: 1,
    });
    const end = places.columns[1]!.ports[0]!.in;
    expect(spotAt(places, graph.layers, { x: end.x - 3, y: end.y })).toMatchObject({
      kind: "weight",
      unit: 0,
    });
    expect(spotAt(places, graph.layers, { x: 2, y: 2 })).toBeNull();
  });
});

describe("thumbnails", () => {
  const palette = ["#d55e00", "#e8eaeb", "#0072b2"] as const;
  it("have the sign as colour, and zero light", () => {
    expect(colorAt(127, palette)).toEqual([0, 0x72, 0xb2]);
    expect(colorAt(-127, palette)).toEqual([0xd5, 0x5e, 0]);
    expect(colorAt(0, palette)).toEqual([0xe8, 0xea, 0xeb]);
  });
  it("mark what is no number with a colour of its own", () => {
    const ramp = rampOf(palette);
    expect(ramp).toHaveLength(256);
    expect(ramp[0]).not.toBe(ramp[1]);
  });
});

describe("in the update", () => {
  const ghosts = (step: number, t: number) => {
    const input = inputAt(at(step));
    const reading = readNetwork(input.graph, input.frame);
    return ghostItems(input, reading, (layer) => reading.layers[layer]?.updated ?? false, t);
  };
  const first = graph.steps.findIndex(({ kind }) => kind === "update");

  it("each weight that was updated stands below its change, as wide as it is large", () => {
    const { layers } = readNetwork(graph, at(first).frame!);
    const count = (k: number) => layers[k]?.weight?.data?.length ?? 0;
    expect(ghosts(first - 1, 1)).toHaveLength(0);
    expect(ghosts(first, 1)).toHaveLength(count(1));
    expect(ghosts(first + 1, 1)).toHaveLength(count(1));
  });

  it("goes from what it was to what it is", () => {
    expect(ghosts(first, 0)).not.toEqual(ghosts(first, 1));
    expect(ghosts(first, 0)).not.toEqual(ghosts(first, 0.5));
  });
});
