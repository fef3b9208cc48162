/**
 * A detector's scene as a pure function of (places, answers of the server, view, theme): `below` are pixels, which rest;
 * `above` are the cells, boxes, terms and curves. True boxes are brackets, what the network says are frames.
 */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { DetectResult, Phase, SceneResult } from "../../store/types";
import { mono, overlaps, sans, type DisplayList, type Item, type Measure } from "../display";
import { short, UNKNOWN } from "../format";
import { classColor } from "../plane/colors";
import type { Theme } from "../theme";
import { pixelItems } from "./pixels";
import { onScreen, type Places } from "./places";
import { curveItems, type CurveWords } from "./curves";

export interface DetectorWords extends CurveWords {
  readonly terms: Readonly<Record<"box" | "objectness" | "class", string>>;
  readonly kinds: readonly string[];
  readonly hint: string;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export interface DetectorInput {
  readonly places: Places;
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
  /** How many of the list suppression has come by; null: all. */
  readonly passed: number | null;
  readonly theme: Theme;
  readonly words: DetectorWords;
  readonly measure: Measure;
}

/** Less sure than this, a box is only drawn when its cell is looked at. */
export const SURE = 0.3;

export function below({ places, scene, row, theme }: DetectorInput): DisplayList {
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
  return [
    { kind: "group", clip: { ...places.picture, r: 2 }, items: gridItems(input) },
    ...trueItems(input),
    ...boxItems(input),
    ...termItems(input),
    ...(places.plots ? curveItems(input, found?.dragged ?? null) : []),
  ];
}

function cellBox({ places, cells }: DetectorInput, { row, column }: Cell): Box {
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
  const marks = (found?.found ?? []).flatMap((one): Item[] => {
    const box = cellBox(input, one);
    const middle = { x: box.x + box.w / 2, y: box.y + box.h / 2 };
    if (slopes) {
      const size = most > 0 ? (slopes[one.row * cells + one.column] ?? 0) / most : 0;
      const r = Math.sqrt(size) * box.w * 0.42;
      if (r < 0.6) return [];
      return [
        { kind: "circle", ...middle, r, stroke: "#ffffff", width: 4, opacity: 0.75 },
        { kind: "circle", ...middle, r, stroke: PURPLE, width: 2.2 },
      ];
    }
    const r = Math.sqrt(toNumber(one.objectness) ?? 0) * box.w * 0.22;
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

/** Brackets at the corners. */
function trueItems({ places, scene, theme }: DetectorInput): Item[] {
  return scene.true.flatMap(({ box, kind }): Item[] => {
    const { x, y, w, h } = onScreen(
      places,
      box.map((p) => toNumber(p) ?? 0),
    );
    const [a, b] = [Math.min(9, w / 2.6), Math.min(9, h / 2.6)];
    const d: (readonly ["M" | "L", number, number])[] = [
      ["M", x, y + b], ["L", x, y], ["L", x + a, y],
      ["M", x + w - a, y], ["L", x + w, y], ["L", x + w, y + b],
      ["M", x + w, y + h - b], ["L", x + w, y + h], ["L", x + w - a, y + h],
      ["M", x + a, y + h], ["L", x, y + h], ["L", x, y + h - b],
    ]; // prettier-ignore
    return [
      { kind: "path", d, stroke: "#ffffff", width: 5, cap: "round", opacity: 0.95 },
      { kind: "path", d, stroke: classColor(theme.name === "dark" ? { ...theme, name: "light" } : theme, kind), width: 2.4, cap: "round" },
    ]; // prettier-ignore
  });
}

/** What is kept so far, the box that is looked at, and where it is held. */
function boxItems(input: DetectorInput): Item[] {
  const { places, found, cell, held, passed, words, theme } = input;
  if (!found) return [];
  const light: Theme = { ...theme, name: "light" };
  const items: Item[] = [];
  const wishes: Wish[] = [];
  found.found.forEach((one, k) => {
    const mine = cell !== null && one.row === cell.row && one.column === cell.column;
    const done = passed === null || k < passed;
    const gone = one.by !== null && (passed === null || (k < passed && one.by < passed));
    const sure = toNumber(one.confidence) ?? 0;
    if (!mine && (!one.counted || sure < SURE || (gone && passed === null))) return;
    const box = mine && held ? held : one.box.map((p) => toNumber(p) ?? 0);
    const place = onScreen(places, box);
    const color = classColor(light, one.kind);
    const opacity = mine ? 1 : gone ? 0.35 : done ? 1 : 0.6;
    if (mine && held)
      items.push({
        kind: "rect",
        ...onScreen(
          places,
          one.box.map((p) => toNumber(p) ?? 0),
        ),
        stroke: color,
        width: 1.5,
        opacity: 0.45,
      });
    items.push(
      { kind: "rect", ...place, stroke: "#ffffff", width: mine ? 5 : 3.4, opacity: opacity * 0.8 },
      { kind: "rect", ...place, stroke: color, width: mine ? 3 : 1.8, opacity },
    );
    if (mine) {
      const corner = (x: number, y: number): Item => ({
        kind: "rect",
        x: x - 4,
        y: y - 4,
        w: 8,
        h: 8,
        r: 2,
        fill: "#ffffff",
        stroke: color,
        width: 2,
      });
      items.push(
        ...[place.x, place.x + place.w].flatMap((x) => [place.y, place.y + place.h].map((y) => corner(x, y))),
        ...meetItems(input, box, one.true),
      );
    }
    if (opacity < 0.5 || (!mine && places.scale < 4)) return;
    const wish = { text: `${words.kinds[one.kind] ?? ""} ${short(sure)}`, place, color, opacity };
    if (mine) wishes.unshift(wish);
    else wishes.push(wish);
  });
  return [...items, ...labelItems(input, wishes)];
}

interface Wish {
  readonly text: string;
  /** The box that it is of. */
  readonly place: Box;
  readonly color: string;
  readonly opacity: number;
}

/** Labels above their boxes, else below or within; one that would cover another is left to the list. */
function labelItems({ places, measure }: DetectorInput, wishes: readonly Wish[]): Item[] {
  const size = places.text * 0.88;
  const font = sans(size, 600);
  const { picture } = places;
  const taken: Box[] = [];
  return wishes.flatMap(({ text, place, color, opacity }): Item[] => {
    const [w, h] = [measure(text, font) + 8, size * 1.4];
    const x = Math.max(picture.x, Math.min(picture.x + picture.w - w, place.x - 1));
    const box = [place.y - h - 1, place.y + place.h + 2, place.y + 2]
      .map((y) => ({ x, y, w, h }))
      .find(
        (one) =>
          one.y >= picture.y &&
          one.y + h <= picture.y + picture.h &&
          taken.every((other) => !overlaps(one, other)),
      );
    if (!box) return [];
    taken.push(box);
    return [
      { kind: "rect", ...box, r: 3, fill: color, opacity },
      {
        kind: "text",
        x: x + 4,
        y: box.y + size * 1.03,
        text,
        font,
        fill: "#ffffff",
        opacity,
        number: true,
      },
    ];
  });
}

/** Where the box that is looked at and the true one meet. */
function meetItems(
  { places, scene, found }: DetectorInput,
  box: readonly number[],
  own: number | null,
): Item[] {
  const goal = scene.true[found?.dragged?.true ?? own ?? -1];
  if (!goal) return [];
  const [a = 0, b = 0, c = 0, d = 0] = box;
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = goal.box.map((p) => toNumber(p) ?? 0);
  const meet = [Math.max(a, x1), Math.max(b, y1), Math.min(c, x2), Math.min(d, y2)] as const;
  if (meet[2] <= meet[0] || meet[3] <= meet[1]) return [];
  return [{ kind: "rect", ...onScreen(places, meet), fill: "#ffffff", opacity: 0.45 }];
}

/** Each term as a grid of its own: what each cell costs; on the way back the size of its gradient. */
function termItems(input: DetectorInput): Item[] {
  const { places, cells, found, theme, phase, words, cell, pointed, measure } = input;
  const size = places.text;
  return ["box", "objectness", "class"].flatMap((name, k): Item[] => {
    const box = places.terms[k];
    const term = found?.terms[k];
    if (!box) return [];
    const back = phase !== "forward" && (term?.slopes.length ?? 0) > 0;
    const numbers = (back ? term?.slopes : term?.cells)?.map((x) => toNumber(x) ?? NaN) ?? [];
    const most = Math.max(0, ...numbers.filter(Number.isFinite));
    const total = toNumber(term?.total ?? null);
    const title = words.terms[name as "box"];
    const ring = (at: Cell | null, width: number): Item[] =>
      at
        ? [
            {
              kind: "rect",
              x: box.x + (at.column * box.w) / cells,
              y: box.y + (at.row * box.h) / cells,
              w: box.w / cells,
              h: box.h / cells,
              stroke: theme.focus,
              width,
            },
          ]
        : [];
    return [
      {
        kind: "text",
        x: box.x,
        y: box.y - size * (places.narrow ? 0.4 : 1.45),
        text: title,
        font: sans(size, 600),
        fill: theme.text,
      },
      {
        kind: "text",
        x: places.narrow ? box.x + measure(title, sans(size, 600)) + 5 : box.x,
        y: box.y - size * (places.narrow ? 0.4 : 0.35),
        text:
          back && places.narrow
            ? `≤ ${short(most)}`
            : back
              ? `|∇z| ≤ ${short(most)}`
              : total === null
                ? UNKNOWN
                : short(total),
        font: mono(size * 0.95, back ? 500 : 600),
        fill: back ? theme.phase.backward : theme.text2,
        number: true,
      },
      { kind: "rect", ...box, r: 3, fill: numbers.length > 0 ? theme.zero : theme.sunken },
      ...(numbers.length > 0 && most > 0
        ? [
            {
              kind: "cells" as const,
              ...box,
              numbers,
              columns: cells,
              most,
              palette: back
                ? ([theme.negative, theme.zero, theme.phase.backward, theme.warn] as const)
                : ([theme.negative, theme.zero, theme.positive, theme.warn] as const),
            },
          ]
        : []),
      {
        kind: "rect",
        ...box,
        r: 3,
        stroke: back ? theme.phase.backward : theme.border,
        width: 1,
      },
      ...ring(pointed, 1),
      ...ring(cell, 2),
    ];
  });
}
