import { describe, expect, it } from "vitest";
import { fillCells } from "../../src/render/cells";
import type { Cells } from "../../src/render/display";

const palette = ["#d55e00", "#e8eaeb", "#0072b2", "#b3261e"] as const;
const grid = (numbers: number[], columns: number, more: Partial<Cells> = {}): Cells => ({
  kind: "cells",
  numbers,
  columns,
  most: 1,
  palette,
  x: 0,
  y: 0,
  w: 2 * columns,
  h: (2 * numbers.length) / columns,
  ...more,
});

function pixelsOf(item: Cells, width: number, height: number, scale = 1, origin = { x: 0, y: 0 }) {
  const pixels = new Uint8ClampedArray(4 * width * height);
  fillCells(new Int32Array(pixels.buffer), width, item, scale, origin);
  return (x: number, y: number) => [...pixels.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
}

describe("a grid of cells as pixels", () => {
  it("has the colour of the sign, as opaque as the number is large", () => {
    const at = pixelsOf(grid([1, -0.5, 0, NaN], 2), 4, 4);
    expect(at(0, 0)).toEqual([0, 0x72, 0xb2, 255]);
    expect(at(1, 1)).toEqual(at(0, 0));
    expect(at(2, 0)).toEqual([0xd5, 0x5e, 0, 153]);
    expect(at(0, 2)).toEqual([0xe8, 0xea, 0xeb, 255]);
    expect(at(3, 3)).toEqual([0xb3, 0x26, 0x1e, 255]);
  });

  it("covers a pixel in part where a cell ends within it", () => {
    const at = pixelsOf(grid([1], 1, { w: 1.5, h: 1 }), 2, 1);
    expect(at(0, 0)).toEqual([0, 0x72, 0xb2, 255]);
    expect(at(1, 0)).toEqual([0, 0x72, 0xb2, 128]);
  });

  it("mixes two cells that meet within a pixel", () => {
    const [red = 0, , blue = 0, alpha = 0] = pixelsOf(grid([1, -1], 2, { w: 3, h: 1 }), 3, 1)(1, 0);
    expect(Math.abs(alpha - 0.75 * 255)).toBeLessThanOrEqual(1);
    expect(red).toBeGreaterThan(0);
    expect(blue).toBeGreaterThan(0);
  });

  it("lies where the picture is", () => {
    const at = pixelsOf(grid([1], 1, { x: 10, y: 20, w: 2, h: 2 }), 4, 4, 2, { x: -20, y: -40 });
    expect(at(3, 3)).toEqual([0, 0x72, 0xb2, 255]);
    expect(pixelsOf(grid([1], 1, { w: 1, h: 1 }), 4, 4, 2)(2, 2)).toEqual([0, 0, 0, 0]);
  });
});
