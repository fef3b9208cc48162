/**
 * The display list: what is painted, as plain data. A canvas and an SVG file are made from the same list.
 * Coordinates are the picture's; later items lie on top of earlier ones.
 */
import type { Box, Point } from "../layout/types";
import type { UnitMaps } from "../store/types";

export interface Font {
  readonly family: "sans" | "mono";
  readonly size: number;
  readonly weight: number;
}

/** M, L, C and Z with absolute coordinates. */
export type Segment =
  | readonly ["M", number, number]
  | readonly ["L", number, number]
  | readonly ["C", number, number, number, number, number, number]
  | readonly ["Z"];

export interface Glow {
  readonly color: string;
  readonly blur: number;
  readonly dy?: number;
}

interface Painted {
  readonly fill?: string;
  readonly stroke?: string;
  readonly width?: number;
  readonly dash?: readonly number[];
  readonly opacity?: number;
  readonly glow?: Glow;
}

export interface Rect extends Painted, Box {
  readonly kind: "rect";
  readonly r?: number;
}

export interface Path extends Painted {
  readonly kind: "path";
  readonly d: readonly Segment[];
  readonly cap?: "round" | "butt";
}

/** Numbers of a curve: where it begins, two controls, and where it ends. */
export const CURVE = 8;

/** Curves that look alike, as one path: of a table with `CURVE` numbers for each, those of these numbers. */
export interface Curves extends Painted {
  readonly kind: "curves";
  readonly table: Float64Array;
  readonly lines: readonly number[];
}

/** One of them, or of any such table. */
export function curveAt(table: Float64Array, line: number): readonly [Segment, Segment] {
  const at = (k: number) => table[CURVE * line + k] ?? NaN;
  return [
    ["M", at(0), at(1)],
    ["C", at(2), at(3), at(4), at(5), at(6), at(7)],
  ];
}

export interface Circle extends Painted, Point {
  readonly kind: "circle";
  readonly r: number;
}

/** Circles that look alike, as one path: none lies over another. */
export interface Dots extends Painted {
  readonly kind: "dots";
  readonly at: readonly Point[];
  readonly r: number;
}

export interface Text extends Point {
  readonly kind: "text";
  readonly text: string;
  readonly font: Font;
  readonly fill: string;
  readonly align?: "start" | "middle" | "end";
  readonly opacity?: number;
  readonly strike?: boolean;
  /** A rim of this colour keeps the text readable over lines. */
  readonly halo?: string;
  /** Numbers are what nothing may cover. */
  readonly number?: boolean;
  /** Whose it is, for tests: 'value:3', 'contribution:2', 'token:2'. */
  readonly id?: string;
}

/** A unit's thumbnail: numbers over the plane as colours, smoothed. `palette` is negative, zero, positive. */
export interface MapItem extends Box {
  readonly kind: "map";
  readonly map: UnitMaps;
  readonly unit: number;
  readonly r: number;
  readonly palette: readonly [string, string, string];
  readonly opacity?: number;
}

/** Thumbnails of units of one layer, each in its box. */
export interface MapsPart {
  readonly boxes: readonly Box[];
  /** Which unit each box shows. */
  readonly units: readonly number[];
  /** Null before there is one: then the ground is seen. */
  readonly map: UnitMaps | null;
}

/** Thumbnails that look alike, as one item: on their ground, each with an edge around it. */
export interface MapsItem {
  readonly kind: "maps";
  readonly parts: readonly MapsPart[];
  readonly r: number;
  readonly palette: MapItem["palette"];
  readonly ground: string;
  readonly edge: string;
  readonly opacity?: number;
}

/** Numbers as a grid of coloured cells, row by row: as opaque as they are large, beside `most`. */
export interface Cells extends Box {
  readonly kind: "cells";
  readonly numbers: ArrayLike<number>;
  readonly columns: number;
  readonly most: number;
  /** Of what is negative, zero, positive, and no finite number. */
  readonly palette: readonly [string, string, string, string];
  readonly opacity?: number;
}

export interface Group {
  readonly kind: "group";
  readonly items: readonly Item[];
  readonly opacity?: number;
  readonly clip?: Box & { readonly r?: number };
  readonly at?: Point;
  readonly scale?: number;
  readonly id?: string;
}

export type Item = Rect | Path | Curves | Circle | Dots | Text | MapItem | MapsItem | Cells | Group;
export type DisplayList = readonly Item[];

/** Whether two lists would be painted alike: item by item, number by number. */
export function sameList(a: DisplayList, b: DisplayList): boolean {
  return alike(a, b);
}

function alike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return Object.is(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, k) => alike(x, b[k]));
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return (
    keys.length === others.length &&
    keys.every((key) => alike(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

/** How wide a text is. Monospaced text needs no measuring: JetBrains Mono's advance is 0.6 em. */
export type Measure = (text: string, font: Font) => number;

export const MONO_ADVANCE = 0.6;

/** Without a browser: exact for the monospaced font, near enough for the other. */
export const estimate: Measure = (text, font) => {
  const units = [...text].length;
  return units * font.size * (font.family === "mono" ? MONO_ADVANCE : 0.58);
};

export function mono(size: number, weight = 500): Font {
  return { family: "mono", size, weight };
}

export function sans(size: number, weight = 400): Font {
  return { family: "sans", size, weight };
}

/** The box of the ink of a text, near enough: capitals and digits are 0.73 em high. */
export function textBox(item: Text, measure: Measure): Box {
  const w = measure(item.text, item.font);
  const left = item.align === "middle" ? w / 2 : item.align === "end" ? w : 0;
  return { x: item.x - left, y: item.y - item.font.size * 0.73, w, h: item.font.size * 0.76 };
}

export function overlaps(a: Box, b: Box, margin = 0): boolean {
  return (
    a.x < b.x + b.w + margin &&
    b.x < a.x + a.w + margin &&
    a.y < b.y + b.h + margin &&
    b.y < a.y + a.h + margin
  );
}

/** All texts of a list with their boxes in the list's coordinates and how visible they are. */
export function textsOf(
  list: DisplayList,
  measure: Measure,
  opacity = 1,
  at: Point = { x: 0, y: 0 },
  scale = 1,
): { item: Text; box: Box; opacity: number }[] {
  return list.flatMap((item) => {
    if (item.kind === "text") {
      const b = textBox(item, measure);
      const box = { x: at.x + b.x * scale, y: at.y + b.y * scale, w: b.w * scale, h: b.h * scale };
      return [{ item, box, opacity: opacity * (item.opacity ?? 1) }];
    }
    if (item.kind !== "group") return [];
    const inner = { x: at.x + (item.at?.x ?? 0) * scale, y: at.y + (item.at?.y ?? 0) * scale };
    return textsOf(item.items, measure, opacity * (item.opacity ?? 1), inner, scale * (item.scale ?? 1));
  });
}
