import { describe, expect, it } from "vitest";
import { arrange, layerMarks } from "../../src/render/layers-view/arrangement";
import { arrangeColumns, columnMarks } from "../../src/render/columns/arrangement";
import { placeAt, pointIn, within, type Mark } from "../../src/render/pointing";
import type { Layer } from "../../src/store/types";

const stage = { x: 0, y: 0, w: 800, h: 400 };
const marks: Mark[] = [
  { mark: "frame", box: { x: 100, y: 100, w: 200, h: 200 } },
  { mark: "card", box: { x: 120, y: 120, w: 50, h: 20 } },
  { mark: "nothing", box: { x: 125, y: 125, w: 0, h: 0 } },
];

describe("where somebody points", () => {
  it("is in the smallest mark that has it", () => {
    expect(placeAt(marks, stage, { x: 145, y: 130 })).toEqual({ mark: "card", x: 0.5, y: 0.5 });
    expect(placeAt(marks, stage, { x: 200, y: 150 })).toEqual({ mark: "frame", x: 0.5, y: 0.25 });
  });

  it("is beside the nearest one, and nowhere without bounds", () => {
    expect(placeAt(marks, stage, { x: 400, y: 200 })).toEqual({ mark: "frame", x: 1.5, y: 0.5 });
    const speck = [{ mark: "speck", box: { x: 0, y: 0, w: 1, h: 1 } }];
    expect(placeAt(speck, stage, { x: 700, y: 0.5 })).toEqual({ mark: "speck", x: 100, y: 0.5 });
  });

  it("is a part of the stage where there is no mark", () => {
    expect(placeAt([], stage, { x: 200, y: 100 })).toEqual({ mark: null, x: 0.25, y: 0.25 });
  });

  it("keeps to the stage, and says so where it would be beyond", () => {
    expect(within(stage, { x: 300, y: 90 }, 10)).toEqual({ x: 300, y: 90, beyond: false });
    expect(within(stage, { x: 900, y: 90 }, 10)).toEqual({ x: 790, y: 90, beyond: true });
  });
});

const insets = { top: 50, right: 16, bottom: 50, left: 16 };
const [wide, phone] = [
  { size: { w: 1280, h: 640 }, insets, present: true },
  { size: { w: 390, h: 500 }, insets, present: false },
];

/** Where something that is pointed at on one window is on another one. */
function told(from: readonly Mark[], to: readonly Mark[], at: { x: number; y: number }) {
  const place = placeAt(from, stage, at);
  const box = to.find(({ mark }) => mark === place.mark)?.box;
  return box && pointIn(box, place);
}

describe("on windows of other sizes", () => {
  it("a layer of a column is the same layer", () => {
    const [a, b] = [arrangeColumns(4, 20, wide), arrangeColumns(4, 20, phone)];
    a.rows.forEach((y, row) => {
      const { box } = a.columns[2]!;
      const there = told(columnMarks(a), columnMarks(b), { x: box.x + box.w / 2, y });
      expect(there?.y).toBeCloseTo(b.rows[row]!);
      expect(there?.x).toBeCloseTo(b.columns[2]!.box.x + b.columns[2]!.box.w / 2);
    });
  });

  it("what lies between two units is between the same two", () => {
    const layers = [2, 8, 4, 1].map((units) => ({ units }) as Layer);
    const [a, b] = [arrange(layers, wide), arrange(layers, phone)];
    const middle = (of: typeof a) => {
      const [from, to] = [of.columns[1]!, of.columns[2]!];
      const [y0, y1] = [from.units[0]!.y, from.box.y + from.box.h];
      return { x: (from.box.x + from.box.w + to.box.x) / 2, y: (y0 + y1) / 2 };
    };
    const there = told(layerMarks(a), layerMarks(b), middle(a));
    expect(there?.x).toBeCloseTo(middle(b).x);
    expect(there?.y).toBeCloseTo(middle(b).y);
  });
});
