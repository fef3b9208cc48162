/**
 * A detector's scene as a pure function of (places, answers of the server, view, theme): `below` are pixels, which rest;
 * `above` are the cells, boxes, terms and curves. True boxes are brackets, what the network says are frames.
 */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { DetectResult, FrameView, Graph, Phase, SceneResult } from "../../store/types";
import type { DisplayList, Item, Measure } from "../display";
import { during } from "../motion";
import type { Theme } from "../theme";
import type { Act } from "./acts";
import { curveItems, type CurveWords } from "./curves";
import { boxItems, trueItems } from "./boxes";
import { moveItems } from "./moves";
import { pixelItems } from "./pixels";
import type { Places } from "./places";
import { railItems } from "./rail";
import { lossItems, termItems, termTexts } from "./terms";

export interface DetectorWords extends CurveWords {
  readonly terms: Readonly<Record<"box" | "objectness" | "class", string>>;
  readonly whole: string;
  readonly kinds: readonly string[];
  readonly hint: string;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface DetectorInput {
  readonly places: Places;
  readonly graph: Graph | null;
  /** Of the batch, where that is shown and read. */
  readonly frame: FrameView | null;
  /** What the step does, and how much of it is done: 1 where it rests. */
  readonly act: Act | null;
  readonly t: number;
  readonly cells: number;
  readonly scene: SceneResult;
  readonly found: DetectResult | null;
  /** Which of the scenes is looked at. */
  readonly row: number;
  readonly phase: Phase;
  readonly cell: Cell | null;
  readonly pointed: Cell | null;
  /** Where the box of the cell is held; null: where the network says it. */
  readonly held: readonly number[] | null;
  /** The true box that is looked at; where it is held is in the answer. */
  readonly target: number | null;
  /** How many of the list suppression has come by; null: all. */
  readonly passed: number | null;
  readonly theme: Theme;
  readonly words: DetectorWords;
  readonly measure: Measure;
}

/** Less sure than this, a box is only drawn when its cell is looked at. */
export const SURE = 0.3;

export function below({
  places,
  scene,
  row,
  theme,
}: Pick<DetectorInput, "places" | "scene" | "row" | "theme">): DisplayList {
  const frame = (box: Box, on: boolean): Item => ({
    kind: "rect",
    x: box.x - 2,
    y: box.y - 2,
    w: box.w + 4,
    h: box.h + 4,
    r: 5,
    stroke: on ? theme.focus : "transparent",
    width: 2,
  });
  return [
    ...scene.thumbnails.flatMap((pixels, k): Item[] => {
      const box = places.strip[k];
      return box ? [...pixelItems(pixels, scene.thumbnail, box), frame(box, k === row)] : [];
    }),
    ...pixelItems(scene.pixels, scene.side, places.picture),
  ];
}

export function above(input: DetectorInput): DisplayList {
  const { places, found } = input;
  const { frames, labels } = boxItems(input);
  return [
    ...railItems(input),
    { kind: "group", clip: { ...places.picture, r: 2 }, items: gridItems(input) },
    ...trueItems(input),
    ...frames,
    ...termItems(input),
    ...moveItems(input),
    // What moves covers no number.
    ...labels,
    ...termTexts(input),
    ...lossItems(input),
    ...(places.plots ? curveItems(input, found?.dragged ?? null) : []),
  ];
}

export function cellBox({ places, cells }: DetectorInput, { row, column }: Cell): Box {
  const { x, y, w, h } = places.picture;
  return { x: x + (column * w) / cells, y: y + (row * h) / cells, w: w / cells, h: h / cells };
}

/** The size of the gradient by all the numbers of each cell, row by row; null where none has come. */
export function slopesOf(found: DetectResult | null): number[] | null {
  const parts = found?.terms.map(({ slopes }) => slopes.map((x) => toNumber(x) ?? 0)) ?? [];
  const [first] = parts;
  if (!first || first.length === 0) return null;
  return first.map((_, k) => Math.hypot(...parts.map((part) => part[k] ?? 0)));
}

/** Whether this step is the one in which the cells speak. */
export function speaks({ act, places, graph }: DetectorInput): boolean {
  return (
    act?.kind === "layer" && act.made && graph !== null && act.layer === (places.rail?.layers.length ?? 0) - 1
  );
}

/** The numbers of a term whose gradient arrives at the cells with this step. */
function arriving({ act, phase }: DetectorInput): number | null {
  return phase === "backward" && act?.kind === "between" && act.to === 0 ? act.term : null;
}

/** The grid, and in each cell a mark: how sure it is that something is there; on the way back the gradient's size. */
function gridItems(input: DetectorInput): Item[] {
  const { places, cells, found, phase, cell, pointed } = input;
  const { x, y, w, h } = places.picture;
  const lines: Item[] = [];
  for (let k = 1; k < cells; k++) {
    const at = (k / cells) * w;
    lines.push(
      { kind: "path", d: [["M", x + at, y], ["L", x + at, y + h]], stroke: "#ffffff", width: 1, opacity: 0.22 },
      { kind: "path", d: [["M", x, y + at], ["L", x + w, y + at]], stroke: "#ffffff", width: 1, opacity: 0.22 },
    ); // prettier-ignore
  }
  const slopes = phase === "forward" ? null : slopesOf(found);
  const most = Math.max(...(slopes ?? [0]));
  // What comes with this step grows into the mark.
  const term = arriving(input);
  const late = term === null ? [] : (found?.terms[term]?.slopes ?? []).map((x) => toNumber(x) ?? 0);
  const come = during(input.t, [0.6, 0.95]);
  const spoken = speaks(input) ? during(input.t, [0.45, 0.8]) : 1;
  const marks = (found?.found ?? []).flatMap((one): Item[] => {
    const box = cellBox(input, one);
    const middle = { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    if (slopes) {
      const k = one.row * cells + one.column;
      const [whole, own] = [slopes[k] ?? 0, late[k] ?? 0];
      const now = Math.sqrt(Math.max(0, whole * whole - own * own * (1 - come * come)));
      const size = most > 0 ? now / most : 0;
      const r = Math.sqrt(size) * box.w * 0.42;
      if (r < 0.6) return [];
      return [
        { kind: "circle", ...middle, r, stroke: "#ffffff", width: 4, opacity: 0.75 },
        { kind: "circle", ...middle, r, stroke: PURPLE, width: 2.2 },
      ];
    }
    const r = Math.sqrt(toNumber(one.objectness) ?? 0) * box.w * 0.22 * spoken;
    return r < 0.6
      ? []
      : [
          {
            kind: "circle",
            ...middle,
            r,
            fill: "#ffffff",
            stroke: "#14161b",
            width: 1,
            opacity: one.counted ? 0.85 : 0.4,
          },
        ];
  });
  const ring = (at: Cell | null, width: number): Item[] =>
    at
      ? [
          { kind: "rect", ...cellBox(input, at), stroke: "#14161b", width: width + 2, opacity: 0.75 },
          { kind: "rect", ...cellBox(input, at), stroke: "#ffffff", width },
        ]
      : [];
  return [...lines, ...marks, ...ring(pointed, 1), ...ring(cell, 2.5)];
}

/** The backward phase's colour on pictures, whatever the theme. */
const PURPLE = "#7b1fa2";
