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
  const items = [...cells(tensor, frame, size, ctx), border];
  if (size.more) items.push(...dots(frame, theme));
  return { kind: "group", opacity: cell.opacity, items };
}

function cells(tensor: TensorView, frame: Box, size: TileSize, { theme, measure }: MarkContext): Item[] {
  const { columns } = gridOf(tensor.shape);
  const { w, h } = size.cell;
  const most = magnitude(tensor) ?? 0;
  const numbered = size.cell === TILE.numbered;
  const items: Item[] = [];
  // Between small cells there is no room for more than a hair.
  const gap = { x: Math.min(1, w * 0.16), y: Math.min(1, h * 0.16) };
  for (let r = 0; r < size.rows; r++)
    for (let c = 0; c < size.columns; c++) {
      const x = tensor.data
        ? c < columns
          ? tensor.data[r * columns + c]
          : undefined
        : fromThumbnail(tensor, r, c);
      if (x === undefined) continue;
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
      if (!numbered) continue;
      const text = short(x, tensor.dtype);
      items.push({
        kind: "text",
        text,
        x: frame.x + (c + 0.5) * w,
        y: frame.y + (r + 0.5) * h + 4.5,
        font: fitted(FONTS.cell, text, w - 5, measure),
        fill: theme.text,
        align: "middle",
        number: true,
      });
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
