import { describe, expect, it } from "vitest";
import { coordinate, moved, pixelOf, placeAt, pointNear } from "../../../src/render/plane/places";

const range = { low: -6, high: 6 };

describe("a place of the plane", () => {
  it("is nearest to its pixels: the first row is at the bottom, both ends are on the edges", () => {
    expect(placeAt(0, 300, 300, 41)).toEqual({ column: 0, row: 0 });
    expect(placeAt(300, 0, 300, 41)).toEqual({ column: 40, row: 40 });
    expect(placeAt(150, 150, 300, 41)).toEqual({ column: 20, row: 20 });
    expect(placeAt(-20, 900, 300, 41)).toEqual({ column: 0, row: 0 });
    expect([0, 20, 40].map((k) => coordinate(k, range, 41))).toEqual([-6, 0, 6]);
  });

  it("is the one from whose pixel it was asked, everywhere", () => {
    for (let column = 0; column < 40; column++)
      for (const row of [0, 1, 17, 39]) {
        const x = pixelOf(coordinate(column, range, 40), range, 314);
        const y = 314 - pixelOf(coordinate(row, range, 40), range, 314);
        expect(placeAt(x, y, 314, 40)).toEqual({ column, row });
      }
  });

  it("moves within the grid", () => {
    expect(moved({ column: 38, row: 1 }, 5, -5, 40)).toEqual({ column: 39, row: 0 });
    expect(moved({ column: 3, row: 3 }, -1, 1, 40)).toEqual({ column: 2, row: 4 });
  });
});

describe("the point under a pointer", () => {
  const xs = Float64Array.of(0, 1, 1.2, -4);
  const ys = Float64Array.of(0, 1, 1, 5);

  it("is the nearest within reach", () => {
    expect(pointNear(xs, ys, 1.15, 1, 0.5)).toBe(2);
    expect(pointNear(xs, ys, 0.9, 1.1, 0.5)).toBe(1);
    expect(pointNear(xs, ys, 3, 3, 0.5)).toBe(-1);
    expect(pointNear(Float64Array.of(), Float64Array.of(), 0, 0, 99)).toBe(-1);
  });

  it("is none that cannot be seen", () => {
    expect(pointNear(xs, ys, 1.15, 1, 0.5, (k) => k !== 2)).toBe(1);
    expect(pointNear(xs, ys, 0, 0, 0.5, (k) => k > 0)).toBe(-1);
  });
});
