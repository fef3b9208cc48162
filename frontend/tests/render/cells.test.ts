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

describe("a grid of cells as pixels", () => {
  it("has one for each, in the colour of the sign, as opaque as the number is large", () => {
    const numbers = [1, -0.5, 0, NaN];
    const pixels = new Uint8ClampedArray(4 * numbers.length);
    fillCells(new Int32Array(pixels.buffer), grid(numbers, 2));
    const at = (i: number) => [...pixels.slice(4 * i, 4 * i + 4)];
    expect(at(0)).toEqual([0, 0x72, 0xb2, 255]);
    expect(at(1)).toEqual([0xd5, 0x5e, 0, 153]);
    expect(at(2)).toEqual([0xe8, 0xea, 0xeb, 255]);
    expect(at(3)).toEqual([0xb3, 0x26, 0x1e, 255]);
  });

  it("stands beside others in a wider one, and touches none of them", () => {
    const pixels = new Int32Array(10).fill(7);
    fillCells(pixels, grid([1, -1, 0, 1], 2), 2, 5);
    const alone = new Int32Array(4);
    fillCells(alone, grid([1, -1, 0, 1], 2));
    expect([...pixels]).toEqual([7, 7, alone[0], alone[1], 7, 7, 7, alone[2], alone[3], 7]);
  });
});
