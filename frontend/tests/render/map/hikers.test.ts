import { describe, expect, it } from "vitest";
import { estimate, overlaps, textsOf, type Item } from "../../../src/render/display";
import { spreadOf } from "../../../src/render/map/contours";
import { chartOf, head, lengthOf, perspectiveOf, surface } from "../../../src/render/map/ground";
import { hikersOf, wayBetween, type Hiker, type Moment } from "../../../src/render/map/hikers";
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

  it("lose their height with the first axis, and are told another with the second", () => {
    const first = kinds.indexOf("update");
    expect(sgd(first).loss).toBeNull();
    expect(sgd(total - 1).loss).toBeNull();
    const { header } = frames[total - 1]!;
    const runs = [{ name: "sgd", because: { height: 14.44 } }];
    const frame = Object.create(frames[total - 1]!, { header: { value: { ...header, runs } } });
    expect(sgd(total - 1, { frame }).loss).toBe(14.44);
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

  it("leaves names where they are when losses come", () => {
    const [one] = walk(0).hikers;
    const crowd = (loss: number | null) =>
      ["A", "Bb", "Ccc", "Dddd"].map((title) => ({ ...one!, name: title, title, loss, active: false }));
    const names = (loss: number | null, screen: number) => {
      const hikers = crowd(loss);
      // Near the left edge a label that is short fits where one with its number does not.
      const pixel = () => ({ x: screen, y: 300 });
      return textsOf(walkers(walk(0, { hikers, pixel })), estimate)
        .filter(({ item }) => hikers.some(({ title }) => title === item.text))
        .map(({ item }) => [item.text, item.x, item.y]);
    };
    for (const at of [40, 60, 80, 90]) {
      expect(names(null, at)).toHaveLength(4);
      expect(names(23.22, at)).toEqual(names(null, at));
    }
  });

  it("writes beside an arrow, not over it", () => {
    const hiker = { ...sgd(total - 1), trail: [], start: { x: 0, y: 0 }, place: { x: 0.1, y: 0 } };
    const from = chart.pixel(hiker.start);
    const arrow = { x: from.x, y: from.y - 1, w: 50, h: 2 };
    const covered = (gradient: [number, number]) =>
      textsOf(walkers(walk(total - 1, { hikers: [{ ...hiker, gradient }] })), estimate).filter(({ box }) =>
        overlaps(box, arrow),
      ).length;
    // Where the arrow points the other way, the label stands on the right.
    expect(covered([20, 0])).toBeGreaterThan(0);
    expect(covered([-20, 0])).toBe(0);
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

describe("the way between two frames", () => {
  const update = kinds.indexOf("update");
  it("is an update, ahead or back, or a whole iteration, or a jump", () => {
    const [before, after, last] = [frames[update - 1]!, frames[update]!, frames[total - 1]!];
    expect(wayBetween(before, after, total)).toEqual({ back: false, whole: false });
    expect(wayBetween(after, before, total)).toEqual({ back: true, whole: false });
    expect(wayBetween(frames[3]!, last, total)).toEqual({ back: false, whole: true });
    expect(wayBetween(last, frames[3]!, total)).toEqual({ back: true, whole: true });
    expect(wayBetween(frames[3]!, frames[1]!, total)).toBeNull();
  });
});

describe("a surface that is turned", () => {
  const count = 5;
  const values = Float64Array.from({ length: count * count }, (_, k) => k % count);
  const heights = { low: [-1, -1] as const, high: [1, 1] as const, count, values };
  const spread = spreadOf(values)!;
  const free = { top: 10, right: 10, bottom: 10, left: 10 };
  it("stays within the room, and draws what is near last, wherever one looks from", () => {
    for (const degrees of [-170, -120, -36, 20, 45, 100, 150]) {
      const view = perspectiveOf(heights, spread, { w: 600, h: 400 }, free, degrees);
      const cells = surface(heights, spread, view, lightTheme).filter(
        (item) => item.kind === "path" && item.fill,
      );
      const tops = cells.map((item) => {
        const points = (item as { d: readonly (readonly [string, ...number[]])[] }).d.filter(
          (s) => s.length === 3,
        );
        for (const [, x = 0, y = 0] of points) {
          expect(x).toBeGreaterThanOrEqual(9.9);
          expect(x).toBeLessThanOrEqual(590.1);
          expect(y).toBeGreaterThanOrEqual(9.9);
          expect(y).toBeLessThanOrEqual(390.1);
        }
        return points.length;
      });
      expect(tops).toHaveLength(16);
      // The corner that is furthest away belongs to the first cell, the nearest to the last.
      const away = (k: number) => {
        const turn = (degrees * Math.PI) / 180;
        const [c, r] = [k % 2 === 0 ? -1 : 1, k < 2 ? -1 : 1];
        return c * Math.sin(turn) + r * Math.cos(turn);
      };
      const corners = [0, 1, 2, 3].sort((a, b) => away(b) - away(a));
      const at = (k: number) => ({ x: k % 2 === 0 ? -1 : 1, y: k < 2 ? -1 : 1 });
      const far = view.project(at(corners[0]!), view.heightAt(at(corners[0]!)));
      const first = (cells[0] as { d: readonly (readonly [string, ...number[]])[] }).d;
      const nearest = Math.min(
        ...first.filter((s) => s.length === 3).map(([, x = 0, y = 0]) => Math.hypot(x - far.x, y - far.y)),
      );
      expect(nearest).toBeLessThan(1);
    }
  });
});
