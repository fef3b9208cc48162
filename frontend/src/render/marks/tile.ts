/** A split tile: the cells of a value above, the same cells of its gradient below. */
import type { Box, Point } from "../../layout/types";
import type { TensorView } from "../../store/types";
import { mono, type Item } from "../display";
import { gridOf, TILE, tileSize } from "../metrics";
import { magnitude, toneOf, type Cell } from "../reading";
import type { Theme } from "../theme";

/** Strength of a cell's colour: never so faint that a small number looks like zero. */
function strength(x: number, most: number): number {
  return most > 0 ? 0.22 + 0.78 * Math.min(1, Math.abs(x) / most) : 1;
}

export function cellsItem(cell: Cell, shape: readonly number[], at: Point, theme: Theme): Item {
  const { tensor } = cell;
  const size = tileSize(shape);
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
  return {
    kind: "group",
    opacity: cell.opacity,
    items: [...cells(tensor, shape, frame, size.cell, theme), border],
  };
}

function cells(tensor: TensorView, shape: readonly number[], frame: Box, side: number, theme: Theme): Item[] {
  const { rows, columns } = gridOf(shape);
  const most = magnitude(tensor) ?? 0;
  const items: Item[] = [];
  const [shownRows, shownColumns] = [Math.min(rows, TILE.most), Math.min(columns, TILE.most)];
  for (let r = 0; r < shownRows; r++)
    for (let c = 0; c < shownColumns; c++) {
      const x = tensor.data ? tensor.data[r * columns + c] : fromThumbnail(tensor, r, c);
      if (x === undefined) continue;
      const tone = toneOf(x, true);
      items.push({
        kind: "rect",
        x: frame.x + c * side + 0.5,
        y: frame.y + r * side + 0.5,
        w: side - 1,
        h: side - 1,
        r: 1.5,
        fill:
          tone === "positive"
            ? theme.positive
            : tone === "negative"
              ? theme.negative
              : tone === "odd"
                ? theme.warn
                : theme.zero,
        opacity: tone === "positive" || tone === "negative" ? strength(x, most) : 1,
      });
    }
  return items;
}

function fromThumbnail(tensor: TensorView, r: number, c: number): number | undefined {
  const x = tensor.summary?.thumbnail[r]?.[c];
  return x === undefined ? undefined : Number(x);
}
