/** The products that a filter's weight is the gradient of, drawn where they are made. Pure. */
import type { Box } from "../../layout/types";
import type { Item } from "../display";
import type { Theme } from "../theme";
import { cellBox } from "./arrangement";
import type { Lit } from "./lit";
import type { Stage } from "./stages";

/** What a weight's gradient is the sum of. */
export interface Uses {
  /** Pixel × gradient, place by place of the map, row by row. */
  readonly products: readonly number[];
  /** Of each image of the batch, the sum of its own. */
  readonly shares: readonly number[];
  readonly columns: number;
  /** The place that one stands on. */
  readonly place: number;
}

function colorOf(x: number, theme: Theme): string {
  return Number.isFinite(x) ? (x < 0 ? theme.negative : theme.positive) : theme.warn;
}

function largest(numbers: readonly number[]): number {
  return Math.max(1e-38, ...numbers.map(Math.abs).filter(Number.isFinite));
}

/** Where on the map a cell of a lit area stands: both tiles show the same places. */
function placeOf(one: Lit, made: Lit, k: number, columns: number): number {
  const [row, column] = [Math.floor(k / one.columns), k % one.columns];
  return (made.row + row) * columns + made.column + column;
}

/** A disc at each place, as large and of the sign of what it adds; an empty one where it adds exactly 0. */
export function useItems(
  tile: Box,
  stage: Stage,
  one: Lit,
  made: Lit,
  uses: Uses,
  theme: Theme,
  color: string,
): Item[] {
  const most = largest(uses.products);
  const items: Item[] = [];
  for (let k = 0; k < one.rows * one.columns; k++) {
    const cell = cellBox(tile, stage, one.row + Math.floor(k / one.columns), one.column + (k % one.columns));
    const place = placeOf(one, made, k, uses.columns);
    const x = uses.products[place] ?? 0;
    const at = { x: cell.x + cell.w / 2, y: cell.y + cell.h / 2 };
    const r = x === 0 ? cell.w * 0.07 : cell.w * (0.14 + 0.34 * Math.sqrt(Math.min(1, Math.abs(x) / most)));
    items.push({
      kind: "circle",
      ...at,
      r: Math.max(0.7, r),
      fill: x === 0 ? theme.text3 : colorOf(x, theme),
      ...(x !== 0 && { stroke: theme.card, width: Math.min(1.2, cell.w * 0.1) }),
    });
    if (place === uses.place)
      items.push({ kind: "rect", ...grown(cell, 1.5), r: 2, stroke: color, width: 2.5 });
  }
  return items;
}

function grown({ x, y, w, h }: Box, by: number): Box {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by };
}

/** From the middle of a pixel to that of one that it helped to make. */
export function link(from: Box, to: Box, color: string, width: number, opacity: number): Item {
  const [x0, y0, x1, y1] = [from.x + from.w / 2, from.y + from.h / 2, to.x + to.w / 2, to.y + to.h / 2];
  const bend = (x1 - x0) * 0.45;
  return {
    kind: "path",
    d: [
      ["M", x0, y0],
      ["C", x0 + bend, y0, x1 - bend, y1, x1, y1],
    ],
    stroke: color,
    width,
    opacity,
  };
}

/** Under each image of the batch how much it adds, to the left where that is negative. */
export function shareItems(strip: readonly Box[], uses: Uses, theme: Theme): Item[] {
  const most = largest(uses.shares);
  return strip.flatMap(({ x, y, w, h }, k): Item[] => {
    const share = uses.shares[k];
    if (share === undefined) return [];
    const length = (w / 2) * Math.min(1, Math.abs(Number.isFinite(share) ? share / most : 1));
    const middle = x + w / 2;
    return [
      { kind: "rect", x, y: y + h + 3, w, h: 4, r: 1, fill: theme.zero },
      {
        kind: "rect",
        x: share < 0 ? middle - length : middle,
        y: y + h + 3,
        w: length,
        h: 4,
        fill: colorOf(share, theme),
      },
    ];
  });
}
