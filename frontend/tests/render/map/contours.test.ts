import { describe, expect, it } from "vitest";
import { contour, heightAt, levelsOf, shareOf, spreadOf } from "../../../src/render/map/contours";

/** Heights over [−1, 1]². */
function grid(count: number, height: (x: number, y: number) => number) {
  const at = (k: number) => (2 * k) / (count - 1) - 1;
  const values = Array.from({ length: count * count }, (_, k) =>
    height(at(k % count), at(Math.floor(k / count))),
  );
  return { count, values };
}

describe("contour", () => {
  it("of a plane is a straight line at the right place", () => {
    const pieces = contour(
      grid(5, (x) => x),
      0.25,
    );
    expect(pieces).toHaveLength(4);
    for (const [x0, , x1] of pieces) {
      expect(x0).toBeCloseTo(2.5);
      expect(x1).toBeCloseTo(2.5);
    }
  });

  it("of a cone is a circle that closes: each end is the end of two pieces", () => {
    const pieces = contour(
      grid(41, (x, y) => Math.hypot(x, y)),
      0.613,
    );
    const ends = new Map<string, number>();
    for (const [x0, y0, x1, y1] of pieces)
      for (const [x, y] of [
        [x0, y0],
        [x1, y1],
      ] as const) {
        expect(Math.hypot(x / 20 - 1, y / 20 - 1)).toBeCloseTo(0.613, 2);
        const key = `${x.toFixed(6)} ${y.toFixed(6)}`;
        ends.set(key, (ends.get(key) ?? 0) + 1);
      }
    expect(pieces.length).toBeGreaterThan(60);
    expect([...ends.values()].every((times) => times === 2)).toBe(true);
  });

  it("of a saddle parts two corners, and the middle says which", () => {
    const low = contour({ count: 2, values: [1, -2, 1, -2].map((v, k) => (k > 1 ? -v : v)) }, 0);
    expect(low).toHaveLength(2);
    const high = contour({ count: 2, values: [2, -1, -1, 2] }, 0);
    expect(high).toHaveLength(2);
    // Above in the middle: the two low corners are cut off, each by a piece beside it.
    for (const [x0, y0, x1, y1] of high) {
      const corner = x0 + x1 > 1 ? { x: 1, y: 0 } : { x: 0, y: 1 };
      expect(Math.hypot((x0 + x1) / 2 - corner.x, (y0 + y1) / 2 - corner.y)).toBeLessThan(0.5);
    }
  });

  it("leaves out cells that are not finite, and levels that nothing reaches", () => {
    const heights = grid(3, (x) => (x < 0 ? NaN : x));
    expect(contour(heights, 0.5).every(([x0]) => x0 >= 1)).toBe(true);
    expect(contour(heights, 0.5)).toHaveLength(2);
    expect(contour(heights, 7)).toEqual([]);
  });
});

describe("levels", () => {
  it("are spread so that as much lies below the middle tone as above", () => {
    const { values } = grid(33, (x, y) => (x * x + y * y) ** 2);
    const spread = spreadOf(values);
    const shares = values.map((height) => shareOf(spread, height)).sort((a, b) => a - b);
    expect(shares[shares.length >> 1]).toBeCloseTo(0.5, 1);
    expect(shareOf(spread, heightAt(spread, 0.3))).toBeCloseTo(0.3);
    const levels = levelsOf(spread, 8);
    expect(levels).toHaveLength(8);
    expect([...levels].sort((a, b) => a - b)).toEqual(levels);
  });

  it("of a flat ground are none, and of what is no number neither", () => {
    expect(levelsOf(spreadOf([2, 2, 2]), 5)).toEqual([]);
    expect(levelsOf(spreadOf([NaN, Infinity]), 5).every(Number.isFinite)).toBe(true);
    expect(shareOf(spreadOf([0, 1]), NaN)).toBeNaN();
  });
});
