/** Measures of the picture that layout and marks share. One unit is one CSS pixel at zoom 1. */
import type { Flow, Size, Spacing } from "../layout/types";
import type { DrawnNode } from "../layout/drawing";
import { mono, sans, type Font, type Measure } from "./display";
import { middle, shapeText } from "./format";
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
  token: mono(14, 650),
  strip: mono(14, 600),
  note: sans(12.5, 600),
} satisfies Record<string, Font>;

/** Room for '−0.1966' on a wire or a token. */
export const NUMBER_CHARS = 7;
/** Room for numbers on a card; longer ones are set smaller. */
const CARD_CHARS = 6;
export const TOKEN = { h: 24, tip: 10, padX: 8 } as const;
export const LABEL_H = 14;
export const STRIP = { h: 22, gap: 7 } as const;

export const TILE = { cell: 15, least: 5, most: 16, w: 132 } as const;

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

/** In rows cards stand closer, so that all of them can be seen. */
export const DENSE: Spacing = { layer: 80, node: 32 };

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
  const { kind, label, op, name } = node.node;
  if (kind !== "op") return words[kind];
  // A loss has its name above the card; what a node computes is longer than its op's name, and less.
  return middle(
    (node.node.loss || label === name || !/^[\p{L}\d_]+′*$/u.test(label) ? op : label) || op || "",
    12,
  );
}

/** The size of one of the two halves of a split tile. */
export function tileSize(shape: readonly number[]): Size & { cell: number } {
  const { rows, columns } = gridOf(shape);
  const r = Math.min(rows, TILE.most);
  const c = Math.min(columns, TILE.most);
  const cell = Math.max(TILE.least, Math.min(TILE.cell, (TILE.w - 2 * CARD.padX) / c));
  return { w: c * cell, h: r * cell, cell };
}

/** Few different widths: cards in a column line up. */
function even(width: number, step = 16): number {
  return Math.round((width + 3) / step) * step;
}

/** `dense` for cards in rows, whose longest numbers are set a little smaller. */
export function cardSize(node: DrawnNode, level: Level, words: Words, measure: Measure, dense = false): Size {
  const name = measure(nameOf(node), node.isGlyph ? FONTS.glyph : FONTS.name);
  if (!hasTile(node)) {
    const kind = measure(kindOf(node, words), FONTS.kind);
    // A long name takes some of the number's room: the number is set smaller where it needs it.
    const chars = dense || nameOf(node).length > 3 ? CARD_CHARS - 1 : CARD_CHARS;
    const value = measure("0".repeat(chars), FONTS.value);
    const grad = measure("0".repeat(dense ? chars : CARD_CHARS), FONTS.grad);
    const { h, padX, minW, gap } = dense ? CARD.dense : CARD;
    const tile = level === "operations";
    const line = tile
      ? Math.max(name, kind) + Math.max(value, grad) + CARD.cell
      : Math.max(name + value, kind + grad);
    return { w: even(Math.max(minW, 2 * padX + gap + line), dense ? 8 : 16), h };
  }
  const tile = tileSize(node.node.shape);
  const shape = measure(shapeText(node.node.shape), FONTS.label);
  const w = Math.max(116, name + CARD.gap + shape + 2 * CARD.padX, tile.w + 2 * CARD.padX);
  return { w: Math.ceil(w / 2) * 2, h: Math.ceil(50 + 2 * tile.h + 6 + 14) };
}
