/** What is on its way in a step of a detector: round forward, chevrons backward, rings in the update. Pure. */
import type { Box, Point } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { Phase } from "../../store/types";
import type { Item, Segment } from "../display";
import { appears, during } from "../motion";
import { lightTheme, type Theme } from "../theme";
import type { Act } from "./acts";
import { markItems, truthItems } from "./marks";
import { totalAt } from "./places";
import { mapItems, mapOf } from "./rail";
import { slopesOf, type DetectorInput } from "./scene";

const TRAVEL = { forward: [0.02, 0.72], backward: [0.08, 0.82], update: [0.1, 0.8] } as const;

/** Over a picture the phases have the same colours in both themes, with a rim of white. */
export const OVER = lightTheme.phase;

interface Way {
  readonly from: Point;
  readonly to: Point;
  /** Radius of what travels. */
  readonly r: number;
}

export function moveItems(input: DetectorInput): Item[] {
  const { act, t, phase } = input;
  if (!act) return [];
  switch (act.kind) {
    case "clear":
      return [];
    case "load":
      return loadItems(input);
    case "layer":
      return layerItems(input, act);
    case "back":
      return backItems(input, act);
    case "between":
      return [...markItems(input, act.mark, t), ...travel(input, betweenWays(input, act), phase)];
    case "truth":
      return [...truthItems(input), ...markItems(input, act.mark, 0)];
    case "sum":
      return travel(input, sumWays(input, act.term), phase);
    case "mean":
      return travel(input, meanWays(input, act.term), phase);
    case "whole":
      return travel(input, wholeWays(input, act), phase);
    case "seed":
      return seedItems(input);
    case "update":
      return updateItems(input, act);
  }
}

/** What moves along its ways; what has arrived where it becomes something else is gone at the end. */
function travel(input: DetectorInput, ways: readonly Way[], phase: Phase): Item[] {
  const { t, theme } = input;
  const s = during(t, TRAVEL[phase]);
  const gone =
    input.act?.kind === "between" && input.act.to !== 0 && input.act.to !== 1 ? 0 : appears(t, 0.86, 0.14);
  return ways.map(({ from, to, r }): Item => {
    const at = { x: from.x + (to.x - from.x) * s, y: from.y + (to.y - from.y) * s };
    return {
      kind: "group",
      opacity: 1 - gone,
      items: [
        {
          kind: "path",
          d: [
            ["M", from.x, from.y],
            ["L", at.x, at.y],
          ],
          stroke: theme.phase[phase],
          width: 1,
          opacity: 0.35,
        },
        ...token(at, r, phase, Math.atan2(to.y - from.y, to.x - from.x), theme),
      ],
    };
  });
}

function token(at: Point, r: number, phase: Phase, angle: number, theme: Theme): Item[] {
  const fill = theme.name === "dark" ? theme.phase[phase] : OVER[phase];
  const rim = theme.name === "dark" ? "#14161b" : "#ffffff";
  if (phase === "update")
    return [
      { kind: "circle", ...at, r: r + 1.2, stroke: rim, width: 3.4 },
      { kind: "circle", ...at, r: r + 1.2, stroke: fill, width: 2 },
    ];
  if (phase === "forward") return [{ kind: "circle", ...at, r, fill, stroke: rim, width: 1 }];
  const point = (u: number, v: number): [number, number] => [
    at.x + (u * Math.cos(angle) - v * Math.sin(angle)) * r,
    at.y + (u * Math.sin(angle) + v * Math.cos(angle)) * r,
  ];
  const d: Segment[] = [
    ["M", ...point(1.5, 0)],
    ["L", ...point(0.2, 1.25)],
    ["L", ...point(-1.1, 1.25)],
    ["L", ...point(-0.1, 0)],
    ["L", ...point(-1.1, -1.25)],
    ["L", ...point(0.2, -1.25)],
    ["Z"],
  ];
  return [{ kind: "path", d, fill, stroke: rim, width: 0.8 }];
}

// -- places

export function middle({ x, y, w, h }: Box): Point {
  return { x: x + w / 2, y: y + h / 2 };
}

/** The middle of a cell of the picture (−1) or of the grid of a term. */
export function cellAt({ places, cells }: DetectorInput, term: number, k: number): Point {
  const box = term < 0 ? places.picture : (places.terms[term] ?? places.picture);
  const side = box.w / cells;
  return { x: box.x + ((k % cells) + 0.5) * side, y: box.y + (Math.floor(k / cells) + 0.5) * side };
}

/** Cells that own something that is in the scene. */
export function owners({ found, cells }: DetectorInput): { cell: number; true: number }[] {
  return (found?.true ?? []).flatMap(({ row, column, assigned }, k) =>
    assigned ? [{ cell: row * cells + column, true: k }] : [],
  );
}

/** Cells that a term asks, and how large each is beside the largest. */
function asked(
  input: DetectorInput,
  term: number,
  by: "cells" | "slopes",
): { cell: number; share: number }[] {
  const { found, cells } = input;
  const numbers = (found?.terms[term]?.[by] ?? []).map((x) => Math.abs(toNumber(x) ?? 0));
  const most = Math.max(0, ...numbers.filter(Number.isFinite));
  const all =
    term === 1 ? Array.from({ length: cells * cells }, (_, k) => k) : owners(input).map(({ cell }) => cell);
  return all.map((cell) => {
    const x = numbers[cell] ?? 0;
    return { cell, share: most > 0 ? (Number.isFinite(x) ? x / most : 1) : 0.35 };
  });
}

const radius = (share: number) => 1.8 + 3.2 * Math.sqrt(Math.min(1, share));

function betweenWays(input: DetectorInput, act: Act & { kind: "between" }): Way[] {
  const { phase } = input;
  const back = phase === "backward";
  return asked(input, act.term, back ? "slopes" : "cells").map(({ cell, share }) => {
    const [low, high] = [cellAt(input, -1, cell), cellAt(input, act.term, cell)];
    const at = (p: number) => ({ x: low.x + (high.x - low.x) * p, y: low.y + (high.y - low.y) * p });
    return { from: at(act.from), to: at(act.to), r: radius(share) };
  });
}

function sumWays(input: DetectorInput, term: number): Way[] {
  const total = totalAt(input.places, term);
  if (input.phase === "backward") {
    // The gradient of a sum is the same for all.
    const count = input.cells * input.cells;
    return Array.from({ length: count }, (_, k) => ({ from: total, to: cellAt(input, term, k), r: 2 }));
  }
  return asked(input, term, "cells").map(({ cell, share }) => ({
    from: cellAt(input, term, cell),
    to: total,
    r: radius(share),
  }));
}

/** Every scene of the batch has its sum: the term is their mean. */
function meanWays({ places, phase }: DetectorInput, term: number): Way[] {
  const total = totalAt(places, term);
  return places.strip.map((box) => {
    const scene = middle(box);
    return phase === "backward" ? { from: total, to: scene, r: 2.4 } : { from: scene, to: total, r: 2.4 };
  });
}

function lossAt({ places }: DetectorInput): Point {
  return { x: places.loss.x + places.text * 1.6, y: places.loss.y - places.text * 0.36 };
}

function wholeWays(input: DetectorInput, act: Act & { kind: "whole" }): Way[] {
  const loss = lossAt(input);
  return act.parts.map(({ term, from, to }) => {
    // Between the picture and the grids that it passes.
    const total = totalAt(input.places, term);
    const x = input.places.loss.x - 17 + 5.5 * term;
    const at = (p: number) => ({ x, y: total.y + (loss.y - total.y) * p });
    return { from: at(from), to: at(to), r: 4.2 };
  });
}

// -- single steps

/** The scene comes from the strip. */
function loadItems({ places, row, t, theme }: DetectorInput): Item[] {
  const from = places.strip[row];
  if (!from || t >= 1) return [];
  const s = during(t, TRAVEL.forward);
  const { picture } = places;
  const mix = (a: number, b: number) => a + (b - a) * s;
  return [
    {
      kind: "rect",
      x: mix(from.x, picture.x),
      y: mix(from.y, picture.y),
      w: mix(from.w, picture.w),
      h: mix(from.h, picture.h),
      r: 3,
      stroke: theme.phase.forward,
      width: 2.5,
      opacity: 1 - appears(t, 0.8, 0.2),
    },
  ];
}

/** What the layer before says comes to a convolution, and meets its weights; at the end the cells speak. */
function layerItems(input: DetectorInput, act: Act & { kind: "layer" }): Item[] {
  const { places, t, theme } = input;
  const { rail } = places;
  const to = rail?.layers[act.layer];
  if (!rail || !to || t >= 1) return [];
  if (!act.enters) {
    // Element by element, where it is.
    const s = during(t, TRAVEL.forward);
    const x = to.map.x + to.map.w * s;
    return [
      {
        kind: "path",
        d: [["M", x, to.map.y - 2], ["L", x, to.map.y + to.map.h + 2]],
        stroke: theme.phase.forward,
        width: 2.5,
        opacity: 1 - appears(t, 0.8, 0.2),
      },
    ]; // prettier-ignore
  }
  const from = act.layer === 0 ? rail.image : (rail.layers[act.layer - 1]?.map ?? rail.image);
  const s = during(t, TRAVEL.forward);
  const at = { x: from.x + (to.map.x - from.x) * s, y: from.y };
  const gone = 1 - appears(t, 0.72, 0.28);
  const copy = act.layer === 0 ? [] : mapItems({ ...from, x: at.x }, mapOf(input, act.layer - 1), theme);
  const lift = during(t, [0.3, 0.8]);
  return [
    { kind: "group", opacity: 0.8 * gone, items: copy },
    ...faded(token(middle({ ...from, x: at.x }), 5, "forward", 0, theme), gone),
    {
      kind: "rect",
      ...to.weights,
      y: to.weights.y - (to.weights.y - to.map.y - to.map.h / 2) * lift,
      r: 2,
      stroke: theme.phase.forward,
      width: 1.5,
      opacity: gone,
    },
  ];
}

function faded(items: readonly Item[], opacity: number): Item[] {
  return [{ kind: "group", items, opacity }];
}

function backItems(input: DetectorInput, act: Act & { kind: "back" }): Item[] {
  const { places, t, theme, found } = input;
  const { rail } = places;
  const own = rail?.layers[act.layer];
  if (!rail || !own || t >= 1) return [];
  const gone = 1 - appears(t, 0.86, 0.14);
  const s = during(t, TRAVEL.backward);
  const last = act.layer === rail.layers.length - 1;
  if (act.to === "within") {
    const x = own.map.x + own.map.w * (1 - s);
    return faded(token({ x, y: own.map.y + own.map.h / 2 }, 6, "backward", Math.PI, theme), gone);
  }
  const to =
    act.to === "weight"
      ? own.weights
      : act.to === "bias"
        ? own.bias
        : (rail.layers[act.layer - 1]?.map ?? null);
  if (!to) return [];
  if (last) {
    // Out of the cells of the grid, as much as each has.
    const slopes = slopesOf(found);
    const most = Math.max(0, ...(slopes ?? []));
    const ways = (slopes ?? []).flatMap((x, k): Way[] =>
      x > most * 0.004 ? [{ from: cellAt(input, -1, k), to: middle(to), r: radius(x / most) }] : [],
    );
    return travel(input, ways, "backward");
  }
  const from = own.map;
  const dx = (to.x + to.w / 2 - from.x - from.w / 2) * s;
  const dy = (to.y + to.h / 2 - from.y - from.h / 2) * s;
  const down = act.to !== "before";
  return [
    {
      kind: "group",
      opacity: 0.75 * gone,
      items: down ? [] : mapItems({ ...from, x: from.x + dx }, mapOf(input, act.layer), theme),
    },
    ...faded(
      token(
        { x: from.x + from.w / 2 + dx, y: from.y + from.h / 2 + dy },
        5.5,
        "backward",
        down ? Math.PI / 2 : Math.PI,
        theme,
      ),
      gone,
    ),
  ];
}

function seedItems(input: DetectorInput): Item[] {
  const loss = lossAt(input);
  return travel(input, [{ from: { x: loss.x + 90, y: loss.y }, to: loss, r: 6 }], "backward");
}

/** Out of the optimizer, into the weights. */
function updateItems({ places, t, theme }: DetectorInput, act: Act & { kind: "update" }): Item[] {
  const own = places.rail?.layers[act.layer];
  if (!own || t >= 1) return [];
  const box = act.part === "bias" ? own.bias : own.weights;
  const s = during(t, TRAVEL.update);
  const at = { x: box.x + box.w * s, y: box.y + box.h / 2 };
  return faded(token(at, box.h * 0.4 + 1, "update", 0, theme), 1 - appears(t, 0.84, 0.16));
}
