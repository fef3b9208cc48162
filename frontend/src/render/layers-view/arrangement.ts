/**
 * Where the layers' view has everything: a pure function of (layers, size of the stage, what lies over its edges).
 * Columns of units from left to right; below them what stays, and below that one axis. All of it always fits.
 */
import type { Box, Point } from "../../layout/types";
import type { Layer } from "../../store/types";
import type { Insets } from "../camera";
import type { Mark } from "../pointing";

/** A layer with more units is shown as one block. */
export const MOST_UNITS = 16;

/** As much room as so many units takes a block. */
const BLOCK_ROWS = 4;

export interface Column {
  readonly layer: number;
  readonly x: number;
  /** One box per unit, top to bottom; empty where the layer is shown as a block. */
  readonly units: readonly Box[];
  /** Where lines come in and go out: a layer shown as a block has one such place for all. */
  readonly ports: readonly { readonly in: Point; readonly out: Point }[];
  readonly box: Box;
  readonly block: boolean;
  /** The tiles of what stays: ∂L/∂W with one row per unit, ∂L/∂b beside it. Null for the input. */
  readonly stays: { readonly weight: Box; readonly bias: Box } | null;
}

const PASS_STRIP = 30;

/** Columns that are nearer to each other have the tools of their units below them, in a strip of this height. */
export const NEAR = 128;
const TOOLS = 26;

export interface Arrangement {
  /** From one column to the next. */
  readonly pitch: number;
  readonly size: { readonly w: number; readonly h: number };
  readonly columns: readonly Column[];
  readonly side: number;
  readonly loss: Box;
  readonly targets: Box;
  /** Middle of the chevron between column k and k + 1, and above the loss for the last; `room` is how wide it may be. */
  readonly passes: readonly (Point & { readonly room: number })[];
  readonly headings: number;
  readonly lane: { readonly top: number; readonly bottom: number; readonly words: Point };
  /** Null on a low stage. */
  readonly axis: {
    readonly x0: number;
    readonly x1: number;
    readonly y: number;
    readonly words: Point;
  } | null;
  /** Type is as large as the room allows. */
  readonly font: { readonly heading: number; readonly small: number; readonly number: number };
  readonly narrow: boolean;
  readonly low: boolean;
}

export interface Room {
  readonly size: { readonly w: number; readonly h: number };
  readonly insets: Insets;
  readonly present: boolean;
}

export function arrange(layers: readonly Layer[], { size, insets, present }: Room): Arrangement {
  const left = insets.left;
  const w = Math.max(120, size.w - insets.left - insets.right);
  const top = insets.top;
  const h = Math.max(160, size.h - insets.top - insets.bottom);
  const narrow = w < 520;
  const font = present
    ? { heading: 22, small: 20, number: 24 }
    : narrow
      ? { heading: 11, small: 10.5, number: 11 }
      : { heading: 13.5, small: 12.5, number: 13 };

  const rows = Math.max(...layers.map(({ units }) => (units > MOST_UNITS ? BLOCK_ROWS : units)));
  // On a low stage the units come first, then what stays of them.
  const low = h < 300;
  const axisH = h < 230 ? 0 : narrow ? 44 : present ? 64 : 56;
  const laneH = Math.min(narrow ? 52 : present ? 90 : 74, h * (low ? 0.2 : 0.16));
  const titles = font.heading + (narrow || low ? 12 : font.small + 12);

  // What is beside the columns: words of the input at the left, the loss at the right.
  const before = narrow ? 26 : 44;
  const lossW = narrow ? 62 : present ? 150 : 104;
  const count = layers.length;
  const across = w - before - lossW - (narrow ? 10 : 44);
  const pitch = across / Math.max(count - 0.4, 1);
  const most = present ? 76 : 58;
  // Where there is no room for chevrons between columns, they have a strip of their own above.
  const tight = !low && pitch * 0.58 < 6.2 * font.small;
  const headH = titles + (tight ? PASS_STRIP : 0);
  const free = h - axisH - laneH - headH - 14;
  const sideIn = (room: number) =>
    Math.max(7, Math.min(most, pitch * 0.42, (room / rows) * (rows > 8 ? 0.78 : 0.64)));
  const below = !narrow && !low && !present && Math.min(pitch, sideIn(free) * 5.2) < NEAR;
  const field = free - (below ? TOOLS : 0);
  const side = sideIn(field);
  const step = Math.min(field / rows, side * 1.8);

  const middle = top + headH + field / 2;
  const laneTop = top + headH + free + 8;
  const columns = layers.map((layer, k): Column => {
    const x =
      left + before + side / 2 + k * Math.min(pitch, side * 5.2) + spare(pitch, side, count, across) / 2;
    const block = layer.units > MOST_UNITS;
    const n = block ? 0 : layer.units;
    const y0 = middle - ((n - 1) * step) / 2;
    const units = Array.from({ length: n }, (_, i) => ({
      x: x - side / 2,
      y: y0 + i * step - side / 2,
      w: side,
      h: side,
    }));
    const blockH = Math.min(field - 40, side * 1.8 * BLOCK_ROWS);
    const blockW = Math.min(pitch * 0.6, side * 1.7);
    const box = block
      ? { x: x - blockW / 2, y: middle - blockH / 2, w: blockW, h: blockH }
      : {
          x: x - side / 2,
          y: y0 - side / 2,
          w: side,
          h: Math.max(1, n - 1) * step + side - (n === 1 ? step : 0),
        };
    const places = block ? [box] : units;
    const source = layers[k - 1];
    return {
      layer: k,
      x,
      units,
      ports: places.map((u) => ({
        in: { x: u.x, y: u.y + u.h / 2 },
        out: { x: u.x + u.w, y: u.y + u.h / 2 },
      })),
      box,
      block,
      stays: source
        ? tiles(x, laneTop, laneH, Math.min(pitch, side * 5.2) * 0.86, layer.units, source.units)
        : null,
    };
  });
  const last = columns.at(-1);
  const lossX = Math.min(
    left + w - lossW,
    (last?.box.x ?? left) + side + (narrow ? 18 : Math.min(84, Math.max(40, pitch - side))),
  );
  const lossH = font.heading + (low ? 1 : 2) * font.number + (low ? 20 : 26);
  const passY = tight
    ? top + titles + PASS_STRIP / 2
    : Math.max(top + headH + font.heading * 0.6, middle - ((rows - 1) * step) / 2);
  const lossY = middle - lossH * (low ? 1 : 0.62);
  // Where there is no room before the loss, what comes from it stands above it, and must not be hidden.
  const over = tight || lossX - ((last?.box.x ?? left) + side) < PASS_STRIP;
  const loss = { x: lossX, y: over ? Math.max(lossY, passY + PASS_STRIP / 2) : lossY, w: lossW, h: lossH };
  const targets = {
    x: lossX,
    y: loss.y + loss.h + (low ? 10 : narrow ? 18 : 30),
    w: lossW,
    h: font.heading + (low ? 14 : 22),
  };
  const first = columns[1]?.box ?? columns[0]?.box ?? loss;
  return {
    size,
    pitch: Math.min(pitch, side * 5.2),
    columns,
    side,
    loss,
    targets,
    passes: columns.map((column, k) => {
      const from = column.box.x + column.box.w;
      const to = columns[k + 1]?.box.x ?? (over ? loss.x + loss.w : loss.x);
      return { x: (from + to) / 2, y: passY, room: to - from - 6 };
    }),
    headings: top + font.heading,
    lane: { top: laneTop, bottom: laneTop + laneH, words: { x: left, y: laneTop + 12 } },
    axis:
      axisH === 0
        ? null
        : {
            x0: narrow ? left + 4 : Math.max(left + 150, first.x - side * 0.2),
            x1: narrow ? left + w - 8 : loss.x + loss.w * 0.5,
            y: top + h - (narrow ? 20 : 26),
            words: { x: left, y: top + h - (narrow ? 40 : 22) },
          },
    font,
    narrow,
    low,
  };
}

/** What is left over where columns need not be further apart. */
function spare(pitch: number, side: number, count: number, across: number): number {
  return pitch <= side * 5.2 ? 0 : across - (count - 0.4) * side * 5.2;
}

/** The cells of a weight's and a bias's gradient within a lane, one row per unit. */
function tiles(
  x: number,
  top: number,
  height: number,
  width: number,
  rows: number,
  columns: number,
): NonNullable<Column["stays"]> {
  const square = Math.min(15, (height - 4) / Math.max(rows, 3), width / (columns + 1.8));
  // Of large layers the cells are no squares: none would be seen.
  const cell = Math.max(1.2, square);
  const gap = Math.max(2, cell * 0.5);
  const w = Math.min(columns * cell, width - gap - cell);
  const h = Math.min(rows * cell, height - 4);
  const x0 = x - (w + gap + cell) / 2;
  return { weight: { x: x0, y: top + 2, w, h }, bias: { x: x0 + w + gap, y: top + 2, w: cell, h } };
}

/** What can be pointed at: units, what stays of their layers, the lines between two columns, the loss. */
export function layerMarks({ columns, passes, loss, targets, axis }: Arrangement): Mark[] {
  const named = (mark: string, box: Box) => ({ mark, box });
  return [
    ...columns.flatMap(({ units, box, stays }, k) => {
      const next = columns[k + 1]?.box ?? loss;
      const [x, y] = [box.x + box.w, Math.min(box.y, next.y)];
      const lines = { x, y, w: next.x - x, h: Math.max(box.y + box.h, next.y + next.h) - y };
      return [
        named(`column-${k}`, box),
        named(`lines-${k}`, lines),
        ...units.map((unit, i) => named(`unit-${k}.${i}`, unit)),
        ...(stays ? [named(`weight-${k}`, stays.weight), named(`bias-${k}`, stays.bias)] : []),
      ];
    }),
    ...passes.map(({ x, y, room }, k) => named(`pass-${k}`, { x: x - room / 2, y: y - 10, w: room, h: 20 })),
    named("loss", loss),
    named("targets", targets),
    ...(axis ? [named("axis", { x: axis.x0, y: axis.y - 10, w: axis.x1 - axis.x0, h: 20 })] : []),
  ];
}
