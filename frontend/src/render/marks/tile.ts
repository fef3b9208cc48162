/** A split tile: the cells of a value above, the same cells of its gradient below. */
import type { Box, Point } from "../../layout/types";
import type { TensorView } from "../../store/types";
import { mono, type Item } from "../display";
import { short } from "../format";
import { FONTS, gridOf, TILE, type TileSize } from "../metrics";
import { magnitude, toneOf, type Cell } from "../reading";
import type { MarkContext } from "./context";
import { fitted } from "./number";
import type { Theme } from "../theme";

/** What weights were before their update. */
const GHOST = { by: 4, opacity: 0.45 } as const;

/** Strength of a cell's colour: never so faint that a small number looks like zero. */
function strength(x: number, most: number): number {
  return most > 0 ? 0.22 + 0.78 * Math.min(1, Math.abs(x) / most) : 1;
}

export function cellsItem(cell: Cell, size: TileSize, at: Point, ctx: MarkContext): Item {
  const { theme } = ctx;
  const { tensor } = cell;
  const frame: Box = { x: at.x, y: at.y, w: size.w, h: size.h };
  const border: Item = { kind: "rect", ...frame, r: 2, stroke: theme.border, width: 1 };
  if (!tensor || cell.tone === "withheld") {
    const mark: Item = {
      kind: "text",
      text: cell.text,
      x: at.x + size.w / 2,
      y: at.y + size.h / 2 + 4,
      font: mono(12, 600),
      fill: theme.text3,
      align: "middle",
    };
    return { kind: "group", opacity: cell.opacity, items: [border, mark] };
  }
  const { was } = cell;
  const moving = was && was.share < 1 ? was : null;
  const items = [...cells(tensor, frame, size, ctx, moving), border];
  // The old cells lie behind the new ones, a little aside.
  if (was)
    items.unshift(
      {
        kind: "group",
        opacity: GHOST.opacity,
        items: [
          ...cells(
            was.tensor,
            { ...frame, x: frame.x - GHOST.by, y: frame.y - GHOST.by },
            size,
            ctx,
            null,
            false,
          ),
          { ...border, x: frame.x - GHOST.by, y: frame.y - GHOST.by },
        ],
      },
      { kind: "rect", ...frame, r: 2, fill: theme.card },
    );
  if (size.more) items.push(...dots(frame, theme));
  return { kind: "group", opacity: cell.opacity, items };
}

/** `moving`: on its way from what it was. */
function cells(
  tensor: TensorView,
  frame: Box,
  size: TileSize,
  { theme, measure }: MarkContext,
  moving: NonNullable<Cell["was"]> | null,
  printed = true,
): Item[] {
  const { columns } = gridOf(tensor.shape);
  const { w, h } = size.cell;
  const most = magnitude(tensor) ?? 0;
  const numbered = size.cell === TILE.numbered;
  const share = moving?.share ?? 1;
  const items: Item[] = [];
  // Between small cells there is no room for more than a hair.
  const gap = { x: Math.min(1, w * 0.16), y: Math.min(1, h * 0.16) };
  for (let r = 0; r < size.rows; r++)
    for (let c = 0; c < size.columns; c++) {
      const after = tensor.data
        ? c < columns
          ? tensor.data[r * columns + c]
          : undefined
        : fromThumbnail(tensor, r, c);
      if (after === undefined) continue;
      const before = moving?.tensor.data?.[r * columns + c] ?? after;
      const x = share < 1 ? before + (after - before) * share : after;
      const tone = toneOf(x, true);
      items.push({
        kind: "rect",
        x: frame.x + c * w + gap.x / 2,
        y: frame.y + r * h + gap.y / 2,
        w: w - gap.x,
        h: h - gap.y,
        r: Math.min(1.5, h / 6),
        fill:
          tone === "positive"
            ? theme.positive
            : tone === "negative"
              ? theme.negative
              : tone === "odd"
                ? theme.warn
                : theme.zero,
        opacity: (tone === "positive" || tone === "negative" ? strength(x, most) : 1) * (numbered ? 0.3 : 1),
      });
      if (!numbered || !printed) continue;
      // The old number goes up, and the new one comes from below: never a number between them.
      const late = share >= 0.5;
      const text = short(late ? after : before, tensor.dtype);
      // What is set smaller is drawn a little wider than it measures.
      const room = measure(text, FONTS.cell) > w - 3 ? w - 6 : w - 3;
      const number: Item = {
        kind: "text",
        text,
        x: frame.x + (c + 0.5) * w,
        y: frame.y + (r + 0.5) * h + 4.5 + (late ? 1 - share : -share) * h * 0.7,
        font: fitted(FONTS.cell, text, room, measure),
        fill: theme.text,
        align: "middle",
        number: true,
      };
      items.push(share < 1 ? { ...number, opacity: Math.abs(2 * share - 1) } : number);
    }
  return items;
}

/** There are more rows than these. */
function dots({ x, y, w, h }: Box, theme: Theme): Item[] {
  return [-6, 0, 6].map((by) => ({
    kind: "circle",
    x: x + w / 2 + by,
    y: y + h - 3.5,
    r: 1.25,
    fill: theme.text3,
  }));
}

function fromThumbnail(tensor: TensorView, r: number, c: number): number | undefined {
  const x = tensor.summary?.thumbnail[r]?.[c];
  return x === undefined ? undefined : Number(x);
}
