import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { estimate, overlaps, textBox, type Item, type Text } from "../../src/render/display";
import {
  bracketAt,
  cellAt,
  dragged,
  handleAt,
  onScreen,
  placesOf,
  sceneAt,
  type Places,
} from "../../src/render/detector-view/places";
import { moveItems } from "../../src/render/detector-view/moves";
import { levelsOf, pixelItems } from "../../src/render/detector-view/pixels";
import { above, below, slopesOf, type DetectorInput } from "../../src/render/detector-view/scene";
import { sceneFrom, sceneToText } from "../../src/panels/detector/look.svelte";
import { darkTheme, lightTheme } from "../../src/render/theme";
import { actOf, layersOf, type Act } from "../../src/render/detector-view/acts";
import type { DetectResult, Graph, SceneResult } from "../../src/store/types";

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
const graph = of<{ graph: Graph }>("graph", "graph").graph;
const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 536 }, phone: { w: 390, h: 365 } };
const words = {
  terms: { box: "Box", objectness: "Objectness", class: "Class" },
  whole: "loss",
  kinds: ["car", "pedestrian"],
  hint: "Drag a box",
  loss: "Box loss",
  scene: "mAP@50 of this scene",
  batch: "batch",
};

function places(size = SIZES.desk, scenes = 16): Places {
  return placesOf({ size, insets, present: false, scenes, side: 64, layers: 6, bare: false });
}

function input(more: Partial<DetectorInput> = {}, size = SIZES.desk): DetectorInput {
  return {
    places: places(size, scene.thumbnails.length),
    graph,
    frame: null,
    act: null,
    t: 1,
    cells: 8,
    scene,
    found: forward,
    row: scene.row,
    phase: "forward",
    cell: null,
    pointed: null,
    held: null,
    target: null,
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
  it("above a raised sheet are the scene's alone", () => {
    const room = { present: false, scenes: 16, side: 64, layers: 6, bare: false };
    const raised = { top: 55, right: 14, bottom: 10, left: 14 };
    const low = placesOf({ ...room, size: { w: 390, h: 176 }, insets: raised });
    const high = placesOf({ ...room, size: { w: 390, h: 370 }, insets: raised });
    expect([low.strip.length, high.strip.length]).toEqual([0, 16]);
    expect(low.picture.h).toBeGreaterThan(80);
    for (const { y, h } of [low.picture, ...low.terms]) expect(y + h).toBeLessThanOrEqual(167);
  });

  it.each(Object.entries(SIZES))("have no overlap and lie within the stage of a %s", (_, size) => {
    const found = places(size);
    const rail = found.rail!;
    expect(rail.layers.length).toBe(6);
    const boxes = [
      found.picture,
      ...found.terms,
      ...found.strip,
      ...(found.plots ?? []),
      rail.image,
      ...rail.layers.flatMap(({ map, weights, bias }) => [map, weights, bias]),
    ];
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
    const grids = new Set(places().terms.map(({ x }) => x));
    const cells = (more: Partial<DetectorInput>) =>
      flat(above(input(more))).flatMap((item) =>
        item.kind === "cells" && grids.has(item.x) ? [[...Array.from(item.numbers)]] : [],
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
        dragged: { of: "said" as const, box: [0, 0, 1, 1], true: 0, pair: null, loss: 1, slopes: [], losses: [0, 0.5, 1], ious: [], scene: values, batch: [0, 0, 0] },
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
    { picture: "original", cell: null, held: null, target: null },
    { picture: null, cell: { row: 3, column: 4 }, held: null, target: null },
    { picture: "held_out", cell: { row: 0, column: 7 }, held: [1, 2.5, 30, 40], target: null },
    { picture: null, cell: null, held: null, target: { index: 2, box: null } },
    {
      picture: "batch",
      cell: { row: 0, column: 7 },
      held: null,
      target: { index: 0, box: [1, 2.5, 30, 40] },
    },
  ] as const)("is in the address and read from there: %o", (chosen) => {
    expect(sceneFrom(sceneToText(chosen))).toEqual(chosen);
  });

  it("is read kindly", () => {
    const nothing = { picture: null, cell: null, held: null, target: null };
    expect(sceneToText(nothing)).toBeNull();
    for (const odd of [null, "", "elsewhere", ":9.", "::1,2,3,4", ":x.y:1", ":::x", ":::-1,2"])
      expect(sceneFrom(odd)).toEqual(nothing);
    expect(sceneFrom("batch:1.2:1,2,x,4")).toEqual({
      picture: "batch",
      cell: { row: 1, column: 2 },
      held: null,
      target: null,
    });
  });
});

describe("a step", () => {
  const terms = forward.terms.map(({ node }) => node);
  const acts = graph.steps.map((step) => actOf(graph, terms, step));
  const list = (more: Partial<DetectorInput>) => JSON.stringify(above(input(more)));
  const kinds = (phase: string) =>
    graph.steps.flatMap((step, k) => (step.phase === phase ? [acts[k]?.kind] : []));

  it("is read off the graph, and none is without a movement", () => {
    expect(acts.filter((act) => act === null)).toEqual([]);
    expect(layersOf(graph).map(({ scope }) => scope)).toEqual([
      "conv1",
      "conv2",
      "conv3",
      "conv4",
      "conv5",
      "head",
    ]);
    // Out of the layers between cells and terms, summed, averaged, added up; and the same way back.
    expect(new Set(kinds("forward"))).toEqual(new Set(["clear", "load", "layer", "between", "truth", "sum", "mean", "whole"])); // prettier-ignore
    expect(new Set(kinds("backward"))).toEqual(new Set(["seed", "whole", "mean", "sum", "between", "back"]));
    expect(new Set(kinds("update"))).toEqual(new Set(["update"]));
  });

  it("comes as far in a term's grid, and back to the cells, for each term", () => {
    const ends = (phase: string, to: number) =>
      graph.steps.flatMap((step, k) => {
        const act = acts[k];
        return step.phase === phase && act?.kind === "between" && act.to === to ? [act.term] : [];
      });
    expect(ends("forward", 1)).toEqual([0, 1, 2]);
    // The four numbers of a box come in two parts.
    expect(ends("backward", 0)).toEqual([2, 1, 0, 0]);
    for (const [k, act] of acts.entries())
      if (act?.kind === "between") {
        const way = act.to - act.from;
        expect(graph.steps[k]!.phase === "forward" ? way : -way).toBeGreaterThan(0);
      }
  });

  it("moves, and rests where the step has come to", () => {
    for (const [k, act] of acts.entries()) {
      const { phase } = graph.steps[k]!;
      const found = phase === "forward" ? forward : backward;
      const at = (t: number) => list({ act, t, phase, found });
      if (act?.kind !== "clear") expect(at(0.4), `${k} ${act?.kind}`).not.toBe(at(1));
      expect(at(0.4)).toBe(at(0.4));
    }
  });

  it("moves below all numbers", () => {
    const sure = { ...forward, found: forward.found.map((one) => ({ ...one, confidence: 0.9, counted: true, by: null })) }; // prettier-ignore
    for (const [k, act] of acts.entries()) {
      const { phase } = graph.steps[k]!;
      const now = input({ act, t: 0.5, phase, found: phase === "forward" ? sure : backward });
      const list = above(now).map((item) => JSON.stringify(item));
      const places = moveItems(now).map((item) => list.lastIndexOf(JSON.stringify(item)));
      expect(places).not.toContain(-1);
      const first = list.findIndex((text) => text.includes('"number":true'));
      expect(first).toBeGreaterThan(-1);
      for (const place of places) expect(place, `${k} ${act?.kind}`).toBeLessThan(first);
    }
  });

  it("lets boxes grow out of their cells when these speak, and labels them at the end", () => {
    const act: Act = { kind: "layer", layer: 5, enters: true, made: true };
    const labels = (t: number) =>
      flat(above(input({ act, t, found: sure }))).filter(
        (item) => item.kind === "text" && item.text.startsWith("car"),
      );
    const sure = { ...forward, found: forward.found.map((one) => ({ ...one, kind: 0, confidence: 0.9, counted: true, by: null })) }; // prettier-ignore
    const frames = (t: number) =>
      flat(above(input({ act, t, found: sure }))).flatMap((item) =>
        item.kind === "rect" && item.width === 1.8 ? [item] : [],
      );
    expect(frames(0.3)).toEqual([]);
    const [half, whole] = [frames(0.6)[0]!, frames(1)[0]!];
    const box = onScreen(places(SIZES.desk, 3), forward.found[0]!.box.map(Number));
    expect(whole).toMatchObject(box);
    expect(half.w).not.toBeCloseTo(box.w);
    expect(labels(0.6)).toEqual([]);
    expect(labels(1).length).toBeGreaterThan(0);
  });

  it("shows of a layer what it says, and on the way back its gradient", () => {
    const shown = (more: Partial<DetectorInput>) => {
      const { rail } = places(SIZES.desk, 3);
      return rail!.layers.map(({ map }) =>
        flat(above(input(more))).find(
          (item) => item.kind === "cells" && item.x === map.x && item.y === map.y,
        ),
      );
    };
    expect(backward.layers.length).toBe(6);
    const numbers = (more: Partial<DetectorInput>) =>
      shown(more).map((item) => item?.kind === "cells" && [...Array.from(item.numbers)]);
    expect(numbers({ found: backward, phase: "backward" })).toEqual(backward.layers.map(({ grad }) => grad));
    expect(numbers({ found: backward, phase: "forward" })).toEqual(backward.layers.map(({ value }) => value));
  });

  it("shows of its weights those that came with the scene where the frame has none", () => {
    const strips = (found: DetectResult) => {
      const { rail } = places(SIZES.desk, 3);
      return rail!.layers.map(({ weights, bias }) =>
        [weights, bias].map((box) => {
          const item = flat(above(input({ found }))).find(
            (one) => one.kind === "cells" && one.x === box.x && one.y === box.y,
          );
          return item?.kind === "cells" ? [...Array.from(item.numbers)] : null;
        }),
      );
    };
    const told = { weight: [[1, 2, 3], [4, 5, 6]], bias: [[7, 8]] }; // prettier-ignore
    const layers = backward.layers.map((one) => ({ ...one, ...told }));
    // Rows of the tensor lie across.
    expect(strips({ ...backward, layers })).toEqual(layers.map(() => [[1, 4, 2, 5, 3, 6], [7]]));
    const none = backward.layers.map((one) => ({ ...one, weight: [], bias: [] }));
    expect(strips({ ...backward, layers: none })).toEqual(none.map(() => [null, null]));
  });
});

describe("a true box", () => {
  it("that is held elsewhere is drawn there, with the cell that owns it then", () => {
    const box = [30, 30, 40, 44];
    const moved = forward.true.map((one, k) =>
      k === 0 ? { ...one, box, row: 4, column: 4, assigned: true } : one,
    );
    const dragged = { of: "true" as const, box, true: 0, pair: null, loss: 1, slopes: [], losses: [], ious: [], scene: [], batch: [] }; // prettier-ignore
    const found = { ...forward, true: moved, dragged };
    const items = flat(above(input({ found, target: 0 })));
    const { x, y } = onScreen(input().places, box);
    const handles = items.filter((item) => item.kind === "rect" && item.w === 8 && item.h === 8);
    expect(handles.length).toBe(4);
    expect(handles[0]).toMatchObject({ x: x - 4, y: y - 4 });
    const cell = onScreen(input().places, [32, 32, 40, 40]);
    expect(
      items.some(
        (item) => item.kind === "rect" && item.x === cell.x && item.y === cell.y && item.w === cell.w,
      ),
    ).toBe(true);
  });

  it("is taken hold of by its brackets", () => {
    const screen = { x: 100, y: 100, w: 80, h: 40 };
    expect(bracketAt(screen, { x: 182, y: 130 })).toBe(true);
    expect(bracketAt(screen, { x: 140, y: 100 })).toBe(false);
    expect(bracketAt(screen, { x: 140, y: 120 })).toBe(false);
  });
});
