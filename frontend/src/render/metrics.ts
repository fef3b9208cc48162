/** Measures of the picture that layout and marks share. One unit is one CSS pixel at zoom 1. */
import type { Flow, Size, Spacing } from "../layout/types";
import type { DrawnNode } from "../layout/drawing";
import { mono, sans, type Font, type Measure } from "./display";
import { middle } from "./format";
import type { Words } from "./words";

export type Level = "scalars" | "operations";

export const CARD = {
  h: 64,
  r: 11,
  padX: 14,
  minW: 112,
  gap: 12,
  /** Around the cells of a tile. */
  cell: 6,
  /** Where room is scarce: the same type on less paper. */
  dense: { h: 52, padX: 10, minW: 92, gap: 6 },
} as const;

/** Where the two lines of a card stand, and how far in from its sides. */
export function linesOf(h: number): { value: number; grad: number; padX: number } {
  return {
    value: Math.round(h * 0.44),
    grad: Math.round(h * 0.765),
    padX: h < CARD.h ? CARD.dense.padX : CARD.padX,
  };
}

export const FONTS = {
  name: sans(17, 650),
  glyph: sans(19, 650),
  kind: sans(12.5, 400),
  value: mono(16, 500),
  grad: mono(14, 650),
  label: mono(14, 500),
  cell: mono(12, 550),
  token: mono(14, 650),
  strip: mono(14, 600),
  note: sans(12.5, 600),
  /** Cards of tensors: their shape; and of what stands beside an op. */
  shape: mono(13, 500),
  small: sans(13.5, 650),
  smallShape: mono(12, 500),
  title: sans(14, 650),
} satisfies Record<string, Font>;

/** Room for '−0.1966' on a wire or a token. */
export const NUMBER_CHARS = 7;
export const TOKEN = { h: 24, tip: 10, padX: 8 } as const;
export const LABEL_H = 14;
export const STRIP = { h: 22, gap: 7 } as const;

/** A half of a split tile: largest cell, room for all of them, and how many are drawn at most. */
export const TILE = {
  cell: 15,
  w: 92,
  h: 72,
  rows: 16,
  few: 12,
  columns: 16,
  more: 7,
  numbered: { w: 54, h: 20 },
} as const;
/** Where tiles begin, from the card's upper edge. */
export const TILE_TOP = { card: 51, small: 28 } as const;
export const TILE_GAP = 5;

export const TENSOR = { padX: 12 } as const;
/** A card beside an op. */
export const SMALL = { padX: 10, scalar: 62 } as const;

/** A closed group: title, what is in it, the tile of what goes out, and the strip of gradient sizes. */
export const GROUP = { minW: 132, top: 51, strip: 34, pad: 12 } as const;

export function tokenWidth(text: string, measure: Measure): number {
  return measure(text, FONTS.token) + 2 * TOKEN.padX + TOKEN.tip;
}

/** The widest that a token gets. */
export const TOKEN_MAX = NUMBER_CHARS * FONTS.token.size * 0.6 + 2 * TOKEN.padX + TOKEN.tip;

/** Few cards have more room around them: their wires and numbers breathe. `close` for large type. */
export function spacing(flow: Flow, cards: number, close = false): Spacing {
  if (flow === "down") return { layer: cards <= 6 ? 64 : 92, node: cards <= 6 ? 30 : 44 };
  return { layer: close ? 78 : 106, node: close ? 36 : cards <= 8 ? 116 : cards <= 20 ? 84 : 46 };
}

/** Between tensors, whose wires carry no numbers. */
export const TENSORS: Readonly<Record<Flow, Spacing>> = {
  right: { layer: 36, node: 34 },
  down: { layer: 44, node: 34 },
};

/** In rows cards stand closer, so that all of them can be seen. */
export const DENSE: Spacing = { layer: 80, node: 32 };

/** Between cards of a unit's circuit: its gradients are long numbers. */
export const LONG = 92;

export function isScalar(shape: readonly number[]): boolean {
  return shape.every((n) => n === 1);
}

/** Rows and columns in which a tensor's cells are drawn: a vector is one row. */
export function gridOf(shape: readonly number[]): { rows: number; columns: number } {
  if (shape.length === 0) return { rows: 1, columns: 1 };
  const columns = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((a, b) => a * b, 1), columns };
}

/** Whether the card has a tile of cells below its name, rather than one number beside it. */
export function hasTile(node: DrawnNode): boolean {
  return !isScalar(node.node.shape);
}

export function nameOf(node: DrawnNode): string {
  return middle(node.glyph, 16);
}

export function kindOf(node: DrawnNode, words: Words): string {
  const { kind, label, op, name, glyph } = node.node;
  if (kind !== "op") return words[kind];
  // A sign that is a word says as much as a name that is none.
  if (node.node.loss && (op?.length ?? 0) > 12 && /^[A-Z]{2,}/.test(glyph)) return "";
  // A loss has its name above the card; what a node computes is longer than its op's name, and less.
  return middle(
    (node.node.loss || label === name || !/^[\p{L}\d_]+′*$/u.test(label) ? op : label) || op || "",
    12,
  );
}

export interface TileSize extends Size {
  readonly cell: Size;
  readonly rows: number;
  readonly columns: number;
  /** Whether there are more rows than are drawn. */
  readonly more: boolean;
}

/** The size of one of the two halves of a split tile: as high at most as can be afforded, however large the batch. */
export function tileSize(shape: readonly number[], numbered = false): TileSize {
  const grid = gridOf(shape);
  const columns = Math.min(grid.columns, TILE.columns);
  const more = grid.rows > TILE.rows;
  const rows = more ? TILE.few : grid.rows;
  const room = more ? TILE.h - TILE.more : TILE.h;
  const cell = numbered
    ? TILE.numbered
    : { w: Math.min(TILE.cell, TILE.w / columns), h: Math.min(TILE.cell, room / Math.max(1, rows)) };
  return { w: columns * cell.w, h: rows * cell.h + (more ? TILE.more : 0), cell, rows, columns, more };
}
