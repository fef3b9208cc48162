import { describe, expect, it } from "vitest";
import { estimate, textsOf, type Item } from "../../src/render/display";
import { rangeAround, ticks, tickText } from "../../src/render/plots/axis";
import {
  isOdd,
  lastFinite,
  parabola,
  parabolaState,
  sweepRange,
  type ParabolaInput,
} from "../../src/render/plots/parabola";
import { lightTheme } from "../../src/render/theme";
import { recordingOf } from "../support/pictures";
import { PROGRAMS, record } from "../support/trace";

const { graph, frames } = recordingOf(record(PROGRAMS["one-weight"]!));
const loss = (w: number) => (3 * w - 10) ** 2;
const xs = Array.from({ length: 101 }, (_, i) => -2 + i * 0.08);
const sweep = { xs, losses: xs.map(loss) };
const words = { x: "w", y: "loss", slope: "slope", waiting: "waiting" };

function input(step: number, more: Partial<ParabolaInput> = {}): ParabolaInput {
  const state = parabolaState(graph, frames[step]!, "w");
  const size = { w: 300, h: 180 };
  return { sweep, state, trail: [], t: 1, size, theme: lightTheme, measure: estimate, words, ...more };
}

function flat(list: readonly Item[]): Item[] {
  return list.flatMap((item) => (item.kind === "group" ? flat(item.items) : [item]));
}
const dashed = (list: readonly Item[]) => flat(list).filter((i) => "dash" in i && i.dash);
const points = (list: readonly Item[]) => flat(list).filter((i) => i.kind === "circle");

describe("the loss over one weight", () => {
  it("shows only what the cursor has reached: the weight, then its loss, then the slope", () => {
    expect(points(parabola(input(1)))).toHaveLength(0);
    expect(points(parabola(input(4)))).toHaveLength(1);
    expect(dashed(parabola(input(7)))).toHaveLength(0);
    const reached = parabola(input(8));
    expect(dashed(reached)).toHaveLength(1);
    expect(textsOf(reached, estimate).map(({ item }) => item.text)).toContain("−24.0");
  });

  it("withholds the slope with the answer", () => {
    const closed = recordingOf(record({ ...PROGRAMS["one-weight"]!, withhold: true }));
    const state = parabolaState(closed.graph, closed.frames[8]!, "w");
    expect(state.grad).toBeNull();
  });

  it("draws the tangent with the gradient's slope, through the point", () => {
    const list = parabola(input(8));
    const [tangent] = dashed(list);
    const [dot] = points(list);
    if (tangent?.kind !== "path" || dot?.kind !== "circle") throw new Error("missing");
    const [a, b] = tangent.d as unknown as [[string, number, number], [string, number, number]];
    expect([(a[1] + b[1]) / 2, (a[2] + b[2]) / 2]).toEqual([expect.closeTo(dot.x), expect.closeTo(dot.y)]);
    const curve = flat(list).find((i) => i.kind === "path" && i.d.length === 101);
    if (curve?.kind !== "path") throw new Error("missing");
    const near = (w: number) =>
      curve.d.reduce((p, q, i) => (Math.abs(xs[i]! - w) < 0.041 ? q : p)) as unknown as number[];
    const [p, q] = [near(1.92), near(2.08)];
    expect((b[2] - a[2]) / (b[1] - a[1])).toBeCloseTo((q[2]! - p[2]!) / (q[1]! - p[1]!), 0);
  });

  it("moves from the ghost to the new weight, as a function of t alone", () => {
    const at = (t: number) => {
      const circles = points(parabola(input(9, { t })));
      return circles.map((c) => (c.kind === "circle" ? c.x : 0));
    };
    const [start, middle, end] = [at(0), at(0.67), at(1)];
    expect(start[0]).toBe(end[0]); // the ghost stays
    expect(start[1]).toBeCloseTo(start[0]!);
    expect(middle[1]).toBeGreaterThan(start[1]!);
    expect(end[1]).toBeGreaterThan(middle[1]!);
    expect(at(0.67)).toEqual(middle);
  });

  it("says where the weight is when it has left, and when there is nothing to draw", () => {
    const state = input(8).state;
    const gone = parabola(input(8, { state: { ...state, w: 1e6, loss: 9e12, grad: 1e7 } }));
    expect(textsOf(gone, estimate).map(({ item }) => item.text)).toContain("1.0e6");
    const odd = parabola(input(8, { state: { ...state, w: Number.NaN } }));
    expect(odd, "a sentence says it instead").toEqual([]);
    expect(isOdd({ ...state, loss: Infinity })).toBe(true);
    expect(isOdd({ ...state, loss: null })).toBe(false);
    const trail = [
      { w: 2, loss: 16 },
      { w: 3e20, loss: 1e38 },
      { w: 4e25, loss: Infinity },
      { w: Number.NaN, loss: Number.NaN },
    ];
    const at = (k: number) => trail[k]!;
    expect(lastFinite(at, trail.length)).toEqual({ iteration: 1, w: 3e20, loss: 1e38 });
    expect(lastFinite(at, 0)).toBeNull();
    const none = parabola(input(8, { sweep: null }));
    expect(textsOf(none, estimate).map(({ item }) => item.text)).toEqual(["waiting"]);
  });

  it("lets no text touch another", () => {
    for (let step = 0; step < graph.steps.length; step++)
      for (const size of [
        { w: 300, h: 180 },
        { w: 260, h: 150 },
        { w: 640, h: 380 },
      ]) {
        const texts = textsOf(parabola(input(step, { size })), estimate);
        texts.forEach((a, i) =>
          texts.slice(i + 1).forEach((b) => {
            const apart =
              a.box.x + a.box.w <= b.box.x ||
              b.box.x + b.box.w <= a.box.x ||
              a.box.y + a.box.h <= b.box.y ||
              b.box.y + b.box.h <= a.box.y;
            expect(apart, `${a.item.text} and ${b.item.text}`).toBe(true);
          }),
        );
      }
  });
});

describe("axes", () => {
  it("have few round numbers", () => {
    expect(ticks(0, 30, 3)).toEqual([0, 10, 20, 30]);
    expect(ticks(-1.2, 1.3, 4)).toEqual([-1, 0, 1]);
    expect(ticks(0, 0, 3)).toEqual([]);
    expect([0, -0.5, 1e6, 2.5e-5].map(tickText)).toEqual(["0", "−0.5", "1e6", "2.5e−5"]);
  });

  it("hold the trail, but not strays that would flatten it", () => {
    const { low, high } = sweepRange(2.2, [{ w: 2, loss: 16 }]);
    expect(low).toBeLessThan(2);
    expect(high).toBeGreaterThan(2.2);
    expect(rangeAround([1e12, 2, 2.1]).high).toBeLessThan(100);
    expect(rangeAround([Number.NaN, Infinity]).low).toBeLessThan(rangeAround([Number.NaN, Infinity]).high);
  });
});
