/** Where columns, rows and the decade axis stand: pure, from how many there are and the room. */
import type { Box, Point } from "../../layout/types";
import type { Insets } from "../camera";
import type { Mark } from "../pointing";

export interface ColumnPlace {
  readonly box: Box;
  /** From the least decade to the largest. */
  readonly x0: number;
  readonly x1: number;
  /** Where arcs around layers bulge from. */
  readonly rail: number;
  /** The right end of gains; null where there is no room for them. */
  readonly gains: number | null;
}

export interface Arrangement {
  readonly size: { readonly w: number; readonly h: number };
  readonly columns: readonly ColumnPlace[];
  /** The middle of each layer's row. */
  readonly rows: readonly number[];
  readonly pitch: number;
  /** The right end of the layers' names. */
  readonly names: number;
  /** Base lines: of titles, of what stands below them, of decades, and of products. */
  readonly title: number;
  readonly told: number;
  readonly decades: number;
  readonly product: number;
  /** Sizes of texts. */
  readonly text: number;
  readonly small: number;
  /** Of a mark. */
  readonly r: number;
}

export interface ColumnSpot {
  readonly column: number;
  readonly row: number;
  /** Whether it is the place of a skip connection, at the side of the row. */
  readonly rail: boolean;
}

export function arrangeColumns(
  columns: number,
  layers: number,
  room: { size: { w: number; h: number }; insets: Insets; present: boolean },
): Arrangement {
  const { size, insets, present } = room;
  const phone = size.w < 560;
  const text = present ? 24 : phone ? 11 : 14;
  const small = present ? 24 : phone ? 10 : 12;
  const left = insets.left + (phone ? 18 : present ? 56 : 30);
  const right = size.w - insets.right;
  const gap = phone ? 4 : 10;
  const w = Math.max(40, (right - left - gap * (columns - 1)) / columns);
  const top = insets.top;
  const bottom = Math.max(top + 120, size.h - insets.bottom);
  const title = top + 6 + text;
  const told = title + small + (present ? 8 : 5);
  const product = bottom - (present ? 10 : 7);
  const decades = product - small - (present ? 12 : 8);
  const first = told + (present ? 14 : 10);
  const last = decades - small - 5;
  const pitch = (last - first) / layers;
  const wide = pitch >= (present ? 25 : 12) && w >= (present ? 250 : 138);
  const rail = phone ? 12 : 22;
  const r = Math.max(1.6, Math.min(present ? 7 : 4.2, pitch * 0.36));
  return {
    size,
    columns: Array.from({ length: columns }, (_, k) => {
      const x = left + k * (w + gap);
      return {
        box: { x, y: top, w, h: bottom - top },
        x0: x + rail + (phone ? 6 : 12),
        x1: x + w - (phone ? 2 : 5) - 5.6 * r - (wide ? small * 3.6 : 0),
        rail: x + rail,
        gains: wide ? x + w - 7 : null,
      };
    }),
    rows: Array.from({ length: layers }, (_, k) => first + (k + 0.5) * pitch),
    pitch,
    names: left - (phone ? 4 : 8),
    title,
    told,
    decades,
    product,
    text,
    small,
    r,
  };
}

/** The row of a column that a pointer is at. */
export function columnSpotAt({ columns, rows, pitch }: Arrangement, { x, y }: Point): ColumnSpot | null {
  const column = columns.findIndex(({ box }) => x >= box.x && x < box.x + box.w);
  const place = columns[column];
  const first = rows[0];
  if (!place || first === undefined) return null;
  const row = Math.round((y - first) / pitch);
  if (row < 0 || row >= rows.length) return null;
  return { column, row, rail: x < place.rail + 6 };
}

/** What can be pointed at: the rows of each column, and all of it. */
export function columnMarks({ columns, rows, pitch }: Arrangement): Mark[] {
  return columns.flatMap(({ box }, k) => [
    { mark: `column-${k}`, box },
    ...rows.map((y, row) => ({
      mark: `layer-${k}.${row}`,
      box: { x: box.x, y: y - pitch / 2, w: box.w, h: pitch },
    })),
  ]);
}
