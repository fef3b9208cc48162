import { describe, expect, it } from "vitest";
import { estimate, overlaps, textsOf, type Item } from "../../../src/render/display";
import { chartOf, head, lengthOf } from "../../../src/render/map/ground";
import { hikersOf, type Hiker, type Moment } from "../../../src/render/map/hikers";
import { hikerNear, walkers, type Walk } from "../../../src/render/map/walkers";
import { lightTheme } from "../../../src/render/theme";
import { golden } from "../../support/golden";
import { recordingOf } from "../../support/pictures";

const { graph, frames } = recordingOf(golden("map-and-hiker"));
const total = graph.steps.length;
const START = { x: -4.2, y: 1.2 };

function moment(step: number, more: Partial<Moment> = {}): Moment {
  const at = (name: string, iteration: number) =>
    iteration > 0 ? null : name.endsWith("x") ? START.x : START.y;
  return { graph, frame: frames[step]!, at, t: 1, leap: false, differences: null, ...more };
}
const kinds = graph.steps.map(({ kind }) => kind);
const sgd = (step: number, more: Partial<Moment> = {}): Hiker => hikersOf(moment(step, more))[0]!;

describe("hikers at a step", () => {
  it("stand at the start, and know nothing before the forward pass", () => {
    expect(hikersOf(moment(0)).map(({ name }) => name)).toEqual(["sgd", "adam"]);
    expect(sgd(0).loss).toBeNull();
    expect(sgd(0).gradient).toEqual([null, null]);
    expect(sgd(0).place.x).toBeCloseTo(START.x);
  });

  it("get their height, then their gradient one axis after the other", () => {
    expect(sgd(kinds.indexOf("seed")).loss).toBeCloseTo(0.5 * 4.2 ** 2 + 10 * 1.2 ** 2, 4);
    const known = frames
      .slice(0, total)
      .map((_, step) => sgd(step).gradient.filter((g) => g !== null).length);
    expect([...new Set(known)]).toEqual([0, 1, 2]);
    const [gx, gy] = sgd(total - 1).gradient;
    expect(gx).toBeCloseTo(-4.2);
    expect(gy).toBeCloseTo(24);
  });

  it("walk along one axis in one step: from where they stood at t = 0 to where they come at t = 1", () => {
    const first = kinds.indexOf("update");
    expect(graph.steps[first]!.label).toBe("sgd/x");
    expect(sgd(first, { t: 0 }).place.x).toBeCloseTo(START.x);
    expect(sgd(first, { t: 1 }).place.x).toBeCloseTo(START.x + 0.085 * 4.2);
    expect(sgd(first, { t: 1 }).place.y).toBeCloseTo(START.y);
    const half = sgd(first, { t: 0.67 }).place.x;
    expect(half).toBeGreaterThan(START.x);
    expect(half).toBeLessThan(START.x + 0.085 * 4.2);
    expect(sgd(first).active).toBe(true);
    expect(hikersOf(moment(first))[1]!.active).toBe(false);
  });

  it("that come by a whole iteration walk straight", () => {
    const [from, to] = [sgd(total - 1, { t: 0, leap: true }), sgd(total - 1, { t: 1, leap: true })];
    expect(from.place.x).toBeCloseTo(START.x);
    expect(to.place.y).toBeCloseTo(1.2 - 0.085 * 24);
  });

  it("take their arrow from finite differences where these are shown", () => {
    const run = {
      name: "sgd",
      parameters: [],
      loss: 0,
      nudged: [],
      steps: [],
      slopes: [1, 2],
      gradients: [],
      passes: 3,
    };
    const differences = { runs: [run] } as unknown as Moment["differences"];
    expect(sgd(total - 1, { differences }).gradient).toEqual([1, 2]);
  });
});

describe("the chart", () => {
  const free = { top: 60, right: 20, bottom: 60, left: 20 };
  const chart = chartOf({ low: [-5, -2.5], high: [5, 2.5] }, { w: 840, h: 620 }, free);

  it("has one scale for both axes, and all of the part within the free room", () => {
    expect(chart.scale).toBeCloseTo(80);
    const corner = chart.pixel({ x: 5, y: 2.5 });
    expect(corner.x).toBeCloseTo(820);
    expect(corner.y).toBeGreaterThan(60);
    expect(chart.low[0]).toBeCloseTo(-5.25);
    const back = chart.plane(chart.pixel({ x: 1.5, y: -0.5 }));
    expect(back.x).toBeCloseTo(1.5);
    expect(back.y).toBeCloseTo(-0.5);
  });

  const walk = (step: number, more: Partial<Walk> = {}): Walk => ({
    hikers: hikersOf(moment(step)),
    pixel: chart.pixel,
    largest: 30,
    screen: { w: 840, h: 620 },
    free,
    theme: lightTheme,
    measure: estimate,
    zoom: 1,
    looked: null,
    flag: null,
    ...more,
  });

  it("writes names and losses that cover neither each other nor a hiker", () => {
    for (const step of [0, kinds.indexOf("seed"), total - 1]) {
      const texts = textsOf(walkers(walk(step)), estimate);
      expect(texts.map(({ item }) => item.text)).toEqual(expect.arrayContaining(["SGD", "Adam"]));
      for (const [k, a] of texts.entries())
        for (const b of texts.slice(k + 1)) expect(overlaps(a.box, b.box)).toBe(false);
    }
  });

  it("writes nothing under the flag at the start", () => {
    const { x, y } = chart.pixel(START);
    const flag = { x: x + 3, y: y - 42, w: 30, h: 30 };
    const covered = (list: readonly Item[]) =>
      textsOf(list, estimate).filter(({ box }) => overlaps(box, flag)).length;
    const { hikers } = walk(0);
    const crowd = { hikers: [...hikers, ...hikers] };
    expect(covered(walkers(walk(0, crowd)))).toBeGreaterThan(0);
    expect(covered(walkers(walk(0, { ...crowd, flag })))).toBe(0);
  });

  it("turns the gradient downhill, and a step is as long as it is", () => {
    const strokes = (list: readonly Item[], color: string): Item[] =>
      list.flatMap((item) =>
        item.kind === "group"
          ? strokes(item.items, color)
          : item.kind === "path" && item.stroke === color
            ? [item]
            : [],
      );
    const list = walkers(walk(total - 1, { hikers: [sgd(total - 1)] }));
    const ends = (item: Item | undefined) =>
      item?.kind === "path" ? item.d.slice(0, 2).map((s) => s.slice(1)) : [];
    const [from, to] = ends(strokes(list, lightTheme.phase.backward)[0]) as [number[], number[]];
    // Right, because the slope along x is negative; and down on the screen.
    expect(to[0]! - from[0]!).toBeGreaterThan(0);
    expect(to[1]! - from[1]!).toBeGreaterThan(0);
    const [a, b] = ends(strokes(list, lightTheme.phase.update)[0]) as [number[], number[]];
    expect(Math.hypot(b[0]! - a[0]!, b[1]! - a[1]!)).toBeCloseTo(0.085 * Math.hypot(4.2, 24) * 80, 2);
  });

  it("knows whom a click means", () => {
    const { hikers, pixel } = walk(0);
    const at = pixel(START);
    expect(hikerNear({ hikers, pixel }, at.x + 5, at.y, 12)).toBe("sgd");
    expect(hikerNear({ hikers, pixel }, at.x + 50, at.y, 12)).toBeNull();
  });
});

describe("arrows", () => {
  it("are longer for larger gradients, over three decades", () => {
    const lengths = [0, 1e-4, 1e-2, 0.1, 1, 5].map((size) => lengthOf(size, 1));
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(lengths[0]).toBe(0);
    expect(lengths.at(-1)).toBe(1);
    expect(head({ x: 0, y: 0 }, { x: 0, y: 0 }, 8)).toEqual([]);
    expect(head({ x: 0, y: 0 }, { x: 10, y: 0 }, 4)[0]).toEqual(["M", 10, 0]);
  });
});
