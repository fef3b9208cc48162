/** How large cards are. */
import type { DrawnNode } from "../layout/drawing";
import type { Box, Size } from "../layout/types";
import type { Measure } from "./display";
import { middle, shapeText } from "./format";
import {
  CARD,
  FONTS,
  GROUP,
  hasTile,
  isScalar,
  kindOf,
  nameOf,
  NUMBER_CHARS,
  SMALL,
  TENSOR,
  TILE_GAP,
  TILE_TOP,
  tileSize,
  type TileSize,
  type Level,
} from "./metrics";
import type { Words } from "./words";

/** Room for numbers on a card; longer ones are set smaller. */
const CARD_CHARS = 6;

/** Few different widths: cards in a column line up. */
function even(width: number, step = 16): number {
  return Math.round((width + 3) / step) * step;
}

/**
 * `dense` for cards in rows, whose longest numbers are set a little smaller; `long` where most gradients are long
 * numbers: one sample's share of a mean is small.
 */
export function cardSize(
  node: DrawnNode,
  level: Level,
  words: Words,
  measure: Measure,
  dense = false,
  long = false,
): Size {
  if (node.group) return groupSize(node, measure);
  if (node.host !== null) return smallSize(node, measure);
  const name = measure(nameOf(node), node.isGlyph ? FONTS.glyph : FONTS.name);
  const kind = measure(kindOf(node, words), FONTS.kind);
  if (!hasTile(node)) {
    // A long name takes some of the number's room: the number is set smaller where it needs it.
    const chars = dense || nameOf(node).length > 3 ? CARD_CHARS - 1 : CARD_CHARS;
    const value = measure("0".repeat(long ? CARD_CHARS : chars), FONTS.value);
    const room = long ? CARD_CHARS + 3 : dense ? chars : CARD_CHARS;
    const grad = measure("0".repeat(room), FONTS.grad);
    const { h, padX, minW, gap } = dense ? CARD.dense : CARD;
    const tile = level === "operations";
    const line = tile
      ? Math.max(name, kind) + Math.max(value, grad) + CARD.cell
      : Math.max(name + value, kind + grad);
    return { w: even(Math.max(minW, 2 * padX + gap + line), dense ? 8 : 16), h };
  }
  const tile = tileSize(node.node.shape, node.numbered);
  const shape = measure(shapeText(node.node.shape), FONTS.shape);
  const w = Math.max(
    88,
    name + 2 * TENSOR.padX,
    kind + 10 + shape + 2 * TENSOR.padX,
    tile.w + 2 * TENSOR.padX,
  );
  return { w: Math.ceil(w / 2) * 2, h: Math.ceil(TILE_TOP.card + halves(node) * (tile.h + TILE_GAP) + 8) };
}

/** What gets no gradient has no place for one. */
export function halves(node: DrawnNode): 1 | 2 {
  return node.node.requires_grad ? 2 : 1;
}

/** The tile of a card whose cells are numbers: where its value begins, and how far below that its gradient does. */
export function tileOf(node: DrawnNode, card: Box): TileSize & { x: number; y: number; below: number } {
  const tile = tileSize(node.node.shape, true);
  return {
    ...tile,
    x: card.x + (card.w - tile.w) / 2,
    y: card.y + (node.host === null ? TILE_TOP.card : TILE_TOP.small),
    below: tile.h + TILE_GAP,
  };
}

/** What stands beside an op needs fewer words: that it is a parameter can be seen. */
function smallSize(node: DrawnNode, measure: Measure): Size {
  const name = measure(nameOf(node), FONTS.small);
  if (isScalar(node.node.shape)) {
    const number = measure("0".repeat(NUMBER_CHARS), FONTS.label);
    return { w: Math.ceil((Math.max(name, number) + 2 * SMALL.padX) / 2) * 2, h: SMALL.scalar };
  }
  const tile = tileSize(node.node.shape, node.numbered);
  const shape = measure(shapeText(node.node.shape), FONTS.smallShape);
  const w = Math.max(64, name + 8 + shape + 2 * SMALL.padX, tile.w + 2 * SMALL.padX);
  return { w: Math.ceil(w / 2) * 2, h: Math.ceil(TILE_TOP.small + halves(node) * (tile.h + TILE_GAP) + 6) };
}

function groupSize(node: DrawnNode, measure: Measure): Size {
  const title = measure(middle(node.glyph, 20), FONTS.name) + 20 + 2 * CARD.padX;
  const { shape } = node.node;
  const tile = isScalar(shape) ? { h: 22 } : tileSize(shape, node.numbered);
  // How many ops are in it, in either language, and the shape of what goes out.
  const line = shape.length === 0 ? 0 : 58 + measure(shapeText(shape), FONTS.shape) + 2 * CARD.padX;
  const h = GROUP.top + 2 * tile.h + TILE_GAP + GROUP.strip + GROUP.pad;
  return { w: Math.ceil(Math.max(GROUP.minW, title, line) / 2) * 2, h: Math.ceil(h) };
}

/** As wide at least is a frame, for its title and the sign beside it. */
export function titleWidth(title: string, measure: Measure): number {
  return Math.ceil(measure(middle(title, 24), FONTS.title) + 44);
}
