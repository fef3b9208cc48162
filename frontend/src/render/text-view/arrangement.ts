/** Where the characters, their bars, what is known of them, the matrices and what may follow stand: pure, from the room. */
import type { Box, Point } from "../../layout/types";
import type { Insets } from "../camera";
import type { Mark } from "../pointing";

export interface TextShape {
  readonly context: number;
  readonly heads: number;
  readonly blocks: number;
  readonly stages: number;
  readonly width: number;
}

export interface TextRoom {
  readonly size: { readonly w: number; readonly h: number };
  readonly insets: Insets;
  readonly present: boolean;
}

export type TextPart = "tokens" | "looks" | "pulls" | "stage" | "matrix" | "next";

/** A place of the picture: of a stage or a matrix, which one; row and column within it. */
export interface TextSpot {
  readonly part: TextPart;
  /** The stage, or of a matrix the block. */
  readonly which: number;
  readonly head: number;
  readonly row: number;
  readonly column: number;
}

export interface TextPlaces {
  readonly size: { readonly w: number; readonly h: number };
  readonly text: number;
  /** No number is smaller. */
  readonly least: number;
  /** Of the names on the left; 0 where there is no room. */
  readonly margin: number;
  readonly column: number;
  readonly arcs: Box;
  readonly tokens: Box;
  readonly looks: Box;
  readonly pulls: Box;
  readonly stages: readonly Box[];
  /** By block and head. */
  readonly matrices: readonly (readonly Box[])[];
  readonly next: Box;
  readonly rows: number;
  readonly shape: TextShape;
}

const MOST_ROWS = 6;

export function arrangeText(shape: TextShape, { size, insets, present }: TextRoom): TextPlaces {
  const area = {
    x: insets.left,
    y: insets.top,
    w: Math.max(120, size.w - insets.left - insets.right),
    h: Math.max(90, size.h - insets.top - insets.bottom),
  };
  const small = area.w < 480;
  const high = area.h * 0.32;
  // The titles of matrices leave them room, on a phone too.
  const fits = high / matrixRows(shape) / 3 - 3;
  const text = present
    ? Math.max(18, Math.min(24, area.h / 17))
    : small
      ? Math.max(10, Math.min(12, fits))
      : 14;
  const margin = small ? 0 : text * 8.2;
  const column = Math.min(present ? 84 : 52, (area.w - margin) / shape.context);
  const left = area.x + margin + Math.max(0, area.w - margin - column * shape.context) / 2;
  const across = column * shape.context;
  // What is less needed gives way first: on a phone on its side only text, bars and what follows are left.
  const listed = area.h > 150;
  const matrixed = area.h > (small ? 190 : 250);
  // For a class the bars are what it is about.
  const staged = matrixed && !small && (!present || area.h > 640);
  const foot = matrixed ? Math.min(present ? 320 : 184, high) : listed ? area.h * 0.3 : 0;
  const gap = text * 0.9;
  const rest = area.h - foot - (foot > 0 ? gap * 1.2 : 0);
  const token = Math.min(column * 1.02, rest * 0.14, text * 2.9);
  const stage = staged ? Math.min(present ? 60 : 40, (rest * 0.3) / shape.stages) : 0;
  const stages = staged ? (stage + gap * 0.45) * shape.stages + gap * 0.4 : 0;
  // Numbers stand over the bars above and under those below.
  const bars = Math.max(24, rest - token - stages - gap * 0.8);
  const arcs = bars * 0.27;
  let y = area.y;
  const row = (h: number, after = 0): Box => {
    const box = { x: left, y, w: across, h };
    y += h + after;
    return box;
  };
  const arcsBox = row(arcs);
  const tokens = row(token, gap * 0.4);
  const looks = row((bars - arcs) * 0.54);
  const pulls = row((bars - arcs) * 0.46, gap * 0.8);
  const boxes = staged ? Array.from({ length: shape.stages }, () => row(stage, gap * 0.45)) : ([] as Box[]);
  const bottom = { x: area.x, y: area.y + area.h - foot, w: area.w, h: foot };
  const matrices = matrixed ? matricesIn(bottom, shape, text) : [];
  const taken = matrices.flat().reduce((most, box) => Math.max(most, box.x + box.w), area.x);
  const nextX = matrices.length > 0 ? taken + text * 3 : area.x;
  const title = text * 1.9;
  const rows = foot === 0 ? 0 : Math.max(2, Math.min(MOST_ROWS, Math.floor((foot - title) / (text * 1.55))));
  return {
    size,
    text,
    least: present ? 24 : 0,
    margin,
    column,
    arcs: arcsBox,
    tokens,
    looks,
    pulls,
    stages: boxes,
    matrices,
    next: {
      x: nextX,
      y: bottom.y + title,
      w: area.x + area.w - nextX,
      h: Math.min(foot - title, rows * text * 2.3),
    },
    rows,
    shape,
  };
}

/** All in one row where there are few, else a row for each block. */
function matrixRows({ heads, blocks }: TextShape): number {
  return heads * blocks <= 4 ? 1 : blocks;
}

function matricesIn(area: Box, shape: TextShape, text: number): Box[][] {
  const { heads, blocks } = shape;
  const rows = matrixRows(shape);
  const columns = (heads * blocks) / rows;
  const title = text * 3;
  const room = area.w * 0.62;
  const gap = text * 0.9;
  const side = Math.floor(Math.min((room - gap * (columns - 1)) / columns, (area.h - title * rows) / rows));
  return Array.from({ length: blocks }, (_, block) =>
    Array.from({ length: heads }, (_, head) => {
      const [row, column] = rows === 1 ? [0, block * heads + head] : [block, head];
      return {
        x: area.x + column * (side + gap),
        y: area.y + title + row * (side + title),
        w: side,
        h: side,
      };
    }),
  );
}

/** The middle of a place of the window. */
export function columnX({ tokens, column }: TextPlaces, position: number): number {
  return tokens.x + (position + 0.5) * column;
}

export function matrixCell(box: Box, context: number, row: number, column: number): Box {
  const cell = box.w / context;
  return { x: box.x + column * cell, y: box.y + row * cell, w: cell, h: cell };
}

export function textSpotAt(places: TextPlaces, at: Point): TextSpot | null {
  const { shape } = places;
  const inside = (box: Box) => at.x >= box.x && at.x < box.x + box.w && at.y >= box.y && at.y < box.y + box.h;
  const along = (from: number, length: number, cells: number, p: number) =>
    Math.min(cells - 1, Math.max(0, Math.floor(((p - from) / length) * cells)));
  const spot = (part: TextPart, box: Box, more: Partial<TextSpot> = {}): TextSpot => ({
    part,
    which: 0,
    head: 0,
    row: 0,
    column: along(box.x, box.w, shape.context, at.x),
    ...more,
  });
  const { tokens, looks, pulls, next } = places;
  if (inside(tokens)) return spot("tokens", tokens);
  if (inside(looks)) {
    const { column } = spot("looks", looks);
    const from = looks.x + column * places.column;
    return spot("looks", looks, { head: along(from, places.column, shape.heads, at.x) });
  }
  if (inside(pulls)) return spot("pulls", pulls);
  for (const [which, box] of places.stages.entries())
    if (inside(box)) return spot("stage", box, { which, row: along(box.y, box.h, shape.width, at.y) });
  for (const [which, heads] of places.matrices.entries())
    for (const [head, box] of heads.entries())
      if (inside(box))
        return spot("matrix", box, { which, head, row: along(box.y, box.h, shape.context, at.y) });
  if (places.rows > 0 && inside(next))
    return spot("next", next, { column: 0, row: along(next.y, next.h, places.rows, at.y) });
  return null;
}

/** What can be pointed at. */
export function textMarks({ arcs, tokens, looks, pulls, stages, matrices, next }: TextPlaces): Mark[] {
  return [
    ...Object.entries({ arcs, tokens, looks, pulls, next }).map(([mark, box]) => ({ mark, box })),
    ...stages.map((box, k) => ({ mark: `stage-${k}`, box })),
    ...matrices.flatMap((heads, k) => heads.map((box, head) => ({ mark: `head-${k}.${head}`, box }))),
  ];
}
