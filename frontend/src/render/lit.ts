/** The cells of a number that is explained, and of the numbers that made it, over the cards that hold them. Pure. */
import type { DrawnNode } from "../layout/drawing";
import type { Box } from "../layout/types";
import type { Source } from "../store/types";
import type { Item } from "./display";
import type { SceneInput } from "./scene-input";
import type { tileOf } from "./sizes";

/** The first of the numbers is the one that is explained. What is needed of the picture is given: it is there already. */
export function litItems(
  numbers: readonly Source[],
  { geometry, theme }: Pick<SceneInput, "geometry" | "theme">,
  tile: typeof tileOf,
): Item[] {
  return numbers
    .map((source, k): Item[] => {
      const node = geometry.drawing.nodes.find((one) => one.node.name === source.name);
      const card = node && geometry.cards.get(node.index);
      const cell = card && cellOf(node, card, source, tile);
      if (!cell) return [];
      const outline = { kind: "rect" as const, ...cell, r: 2 };
      return [
        { ...outline, stroke: theme.card, width: 4 },
        { ...outline, stroke: k === 0 ? theme.focus : theme.text, width: k === 0 ? 2.5 : 1.75 },
      ];
    })
    .reverse()
    .flat();
}

/** Where a number stands on its card; null where it has no cell of its own there. */
function cellOf(drawn: DrawnNode, card: Box, { what, index }: Source, tiled: typeof tileOf): Box | null {
  const { shape, requires_grad } = drawn.node;
  const alone = shape.every((n) => n === 1);
  if (drawn.group || !drawn.numbered || alone || index?.length !== shape.length) return null;
  if (what !== "value" && (what !== "grad" || !requires_grad)) return null;
  const { x, y, below, cell, rows, columns: most } = tiled(drawn, card);
  const place = index.reduce((at, i, k) => at * (shape[k] ?? 1) + i, 0);
  const columns = shape.at(-1) ?? 1;
  const [row, column] = [Math.floor(place / columns), place % columns];
  if (row >= rows || column >= most) return null;
  return { x: x + column * cell.w, y: y + (what === "grad" ? below : 0) + row * cell.h, ...cell };
}
