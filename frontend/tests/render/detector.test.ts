import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { estimate, overlaps, textBox, type Item, type Text } from "../../src/render/display";
import {
  cellAt,
  dragged,
  handleAt,
  onScreen,
  placesOf,
  sceneAt,
  type Places,
} from "../../src/render/detector-view/places";
import { levelsOf, pixelItems } from "../../src/render/detector-view/pixels";
import { above, below, slopesOf, type DetectorInput } from "../../src/render/detector-view/scene";
import { sceneFrom, sceneToText } from "../../src/panels/detector/look.svelte";
import { darkTheme, lightTheme } from "../../src/render/theme";
import type { DetectResult, SceneResult } from "../../src/store/types";

function answers(place: string): Record<string, unknown>[] {
  const path = resolve(import.meta.dirname, "../../../tests/golden/detected", `${place}.jsonl`);
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
const of = <T>(place: string, type: string) => answers(place).find((one) => one["type"] === type) as T;
const scene = of<SceneResult>("forward", "scene_result");
const forward = of<DetectResult>("forward", "detect_result");
const backward = of<DetectResult>("backward", "detect_result");
const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 536 }, phone: { w: 390, h: 365 } };
const words = {
  terms: { box: "Box", objectness: "Objectness", class: "Class" },
  kinds: ["car", "pedestrian"],
  hint: "Drag a box",
  loss: "Box loss",
  scene: "mAP@50 of this scene",
  batch: "batch",
};

function places(size = SIZES.desk, scenes = 16): Places {
  return placesOf({ size, insets, present: false, scenes, side: 64, bare: false });
}

function input(more: Partial<DetectorInput> = {}, size = SIZES.desk): DetectorInput {
  return {
    places: places(size, scene.thumbnails.length),
    cells: 8,
    scene,
    found: forward,
    row: scene.row,
    phase: "forward",
    cell: null,
    pointed: null,
    held: null,
    passed: null,
    theme: lightTheme,
    words,
    measure: estimate,
    ...more,
  };
}

const flat = (list: readonly Item[]): Item[] =>
  list.flatMap((item) => (item.kind === "group" ? flat(item.items) : [item]));

describe("places", () => {
  it.each(Object.entries(SIZES))("have no overlap and lie within the stage of a %s", (_, size) => {
    const found = places(size);
    const boxes = [found.picture, ...found.terms, ...found.strip, ...(found.plots ?? [])];
    boxes.forEach((box, k) => {
      expect(box.x).toBeGreaterThanOrEqual(insets.left - 1);
      expect(box.x + box.w).toBeLessThanOrEqual(size.w - insets.right + 1);
      expect(box.y).toBeGreaterThanOrEqual(insets.top);
      expect(box.y + box.h).toBeLessThanOrEqual(size.h - insets.bottom + 1);
      for (const other of boxes.slice(k + 1)) expect(overlaps(box, other)).toBe(false);
    });
    expect(Number.isInteger(found.scale)).toBe(true);
    expect(found.picture.w).toBe(64 * found.scale);
    expect(found.scale).toBeGreaterThan(1);
  });

  it("are found again by a pointer", () => {
    const found = places();
    const { picture, terms, strip } = found;
    expect(cellAt(found, 8, { x: picture.x + 1, y: picture.y + picture.h - 1 })).toEqual({
      term: -1,
      row: 7,
      column: 0,
    });
    const grid = terms[1]!;
    expect(cellAt(found, 8, { x: grid.x + grid.w * 0.9, y: grid.y + 1 })).toEqual({
      term: 1,
      row: 0,
      column: 7,
    });
    expect(cellAt(found, 8, { x: 1, y: 1 })).toBeNull();
    expect(sceneAt(found, { x: strip[5]!.x + 3, y: strip[5]!.y + 3 })).toBe(5);
    expect(sceneAt(found, picture)).toBe(-1);
  });
});

describe("dragging", () => {
  const box = [10, 20, 30, 28];

  it("takes hold of a corner, else of the whole", () => {
    const screen = { x: 100, y: 100, w: 80, h: 40 };
    expect(handleAt(screen, { x: 182, y: 141 }, 10)).toBe("se");
    expect(handleAt(screen, { x: 140, y: 120 }, 10)).toBe("move");
    expect(handleAt(screen, { x: 200, y: 180 }, 10)).toBeNull();
    expect(handleAt(screen, { x: 100, y: 100 }, 0)).toBe("nw");
  });

  it("keeps a box in the picture, and one pixel wide and high", () => {
    expect(dragged(box, "move", 5, -3, 64)).toEqual([15, 17, 35, 25]);
    expect(dragged(box, "move", 500, -500, 64)).toEqual([44, 0, 64, 8]);
    expect(dragged(box, "se", -100, 4, 64)).toEqual([10, 20, 11, 32]);
    expect(dragged(box, "nw", -100, 100, 64)).toEqual([0, 27, 30, 28]);
  });
});

describe("the picture", () => {
  it("paints every pixel once, in its colour", () => {
    const levels = levelsOf(scene.pixels);
    expect(levels.length).toBe(3 * 64 * 64);
    const items = pixelItems(scene.pixels, 64, { x: 0, y: 0, w: 64, h: 64 });
    const seen = new Map<string, string>();
    for (const item of items) {
      if (item.kind !== "rect") throw new Error("not a rectangle");
      for (let x = item.x; x < item.x + item.w; x++) {
        expect(seen.has(`${x} ${item.y}`)).toBe(false);
        seen.set(`${x} ${item.y}`, item.fill ?? "");
      }
    }
    expect(seen.size).toBe(64 * 64);
    expect(seen.get("3 5")).toBe(`rgb(${[0, 1, 2].map((c) => levels[c * 4096 + 5 * 64 + 3]).join(" ")})`);
  });

  it("brackets what is true and frames what is said", () => {
    const items = flat(above(input()));
    const brackets = items.filter(
      (item) => item.kind === "path" && item.cap === "round" && item.width === 2.4,
    );
    expect(brackets.length).toBe(scene.true.length);
    // Dashes mean negative, and nothing here is.
    expect(items.every((item) => !("dash" in item) || item.dash === undefined)).toBe(true);
  });

  it("shows the box of the cell that is looked at, and where it is held", () => {
    const one = forward.found[20]!;
    const cell = { row: one.row, column: one.column };
    const corners = (list: readonly Item[]) =>
      flat(list).filter((item) => item.kind === "rect" && item.w === 8 && item.h === 8);
    expect(corners(above(input({ cell }))).length).toBe(4);
    const held = [1, 2, 9, 12];
    const [corner] = corners(above(input({ cell, held })));
    const { x, y } = onScreen(input().places, held);
    expect(corner).toMatchObject({ x: x - 4, y: y - 4 });
  });

  it("shows what each cell costs, then how large its gradient is", () => {
    const cells = (more: Partial<DetectorInput>) =>
      flat(above(input(more))).flatMap((item) =>
        item.kind === "cells" ? [[...Array.from(item.numbers)]] : [],
      );
    expect(cells({})).toEqual(forward.terms.map((term) => term.cells));
    expect(cells({ found: backward, phase: "backward" })).toEqual(backward.terms.map((term) => term.slopes));
    expect(cells({ found: null })).toEqual([]);
    expect(slopesOf(forward)).toBeNull();
    const [box, thing, kind] = backward.terms.map((term) => Number(term.slopes[9]));
    expect(slopesOf(backward)?.[9]).toBeCloseTo(Math.hypot(box!, thing!, kind!));
  });

  it("draws the loss as a line and mAP as steps", () => {
    const path = (values: number[]) => {
      const found = {
        ...forward,
        dragged: { box: [0, 0, 1, 1], true: 0, pair: null, loss: 1, slopes: [], losses: [0, 0.5, 1], ious: [], scene: values, batch: [0, 0, 0] },
      }; // prettier-ignore
      return flat(above(input({ found })))
        .filter(
          (item) => item.kind === "path" && item.cap === "round" && (item.width === 2 || item.width === 2.25),
        )
        .map((item) => (item.kind === "path" ? item.d.length : 0));
    };
    // Three points; and three with a level and a jump between each two.
    expect(path([1, 1, 0])).toEqual([3, 7]);
  });

  it.each(Object.entries(SIZES))("has no number covered by another on a %s", (_, size) => {
    for (const theme of [lightTheme, darkTheme])
      for (const [found, phase] of [
        [forward, "forward"],
        [backward, "backward"],
      ] as const) {
        const texts = flat([
          ...below(input({}, size)),
          ...above(input({ found, phase, theme }, size)),
        ]).filter((item): item is Text => item.kind === "text" && item.font.size > 0);
        texts.forEach((text, k) => {
          for (const other of texts.slice(k + 1))
            expect(
              overlaps(textBox(text, estimate), textBox(other, estimate)),
              `${text.text} ${other.text}`,
            ).toBe(false);
        });
      }
  });
});

describe("what is chosen", () => {
  it.each([
    { picture: "original", cell: null, held: null },
    { picture: null, cell: { row: 3, column: 4 }, held: null },
    { picture: "held_out", cell: { row: 0, column: 7 }, held: [1, 2.5, 30, 40] },
  ] as const)("is in the address and read from there: %o", (chosen) => {
    expect(sceneFrom(sceneToText(chosen))).toEqual(chosen);
  });

  it("is read kindly", () => {
    const nothing = { picture: null, cell: null, held: null };
    expect(sceneToText(nothing)).toBeNull();
    for (const odd of [null, "", "elsewhere", ":9.", "::1,2,3,4", ":x.y:1"])
      expect(sceneFrom(odd)).toEqual(nothing);
    expect(sceneFrom("batch:1.2:1,2,x,4")).toEqual({
      picture: "batch",
      cell: { row: 1, column: 2 },
      held: null,
    });
  });
});
