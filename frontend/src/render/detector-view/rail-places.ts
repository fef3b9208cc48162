/** Where the layers between the image and the grid stand: pure, from the room over the picture. */
import type { Box, Point } from "../../layout/types";

/** What a layer says, as a small map; below it some of its weights, and of its biases. */
export interface RailLayer {
  readonly map: Box;
  readonly weights: Box;
  readonly bias: Box;
}

export interface Rail {
  readonly image: Box;
  readonly layers: readonly RailLayer[];
  /** Size of their names; 0 where there is no room for them. */
  readonly names: number;
  /** As on a phone: lines stand for maps. */
  readonly lines: boolean;
}

export interface RailStyle {
  readonly lines: boolean;
  /** Whether large tiles have their names above them. */
  readonly named: boolean;
}

const LEAST = 16;
const MOST = 46;
/** Larger tiles have their names above them. */
const NAMED = 30;
/** For a class, which could not read them, they are left to the step's own words. */
const NAME = 12;
/** To the picture. */
const APART = 9;
const LINE = 5;

/** With the names above and the weights below, and the gap to the picture. */
export function railHeight(tile: number, { lines, named }: RailStyle): number {
  if (lines) return LINE + 2 + 3 + 4;
  const side = Math.max(tile, LEAST);
  return (named && side >= NAMED ? NAME * 1.5 : 0) + side + 3 + weightsHeight(side) + APART;
}

function weightsHeight(tile: number): number {
  return Math.max(5, Math.round(tile * 0.24));
}

/** The largest tile for which there is that much room. */
export function tileFor(spare: number, pitch: number, style: RailStyle): number {
  let tile = Math.floor(Math.min(MOST, pitch - 8));
  while (tile > LEAST && railHeight(tile, style) > spare) tile--;
  return Math.max(tile, LEAST);
}

export function railIn(area: Box, layers: number, tile: number, { lines, named }: RailStyle): Rail {
  const pitch = lines ? (area.w + 4) / (layers + 1) : (area.w - tile) / layers;
  const [w, h] = lines ? [pitch - 4, LINE] : [tile, tile];
  const names = named && !lines && tile >= NAMED ? NAME : 0;
  const at = (k: number): Box => ({
    x: Math.round(area.x + k * pitch),
    y: Math.round(area.y + names * 1.5),
    w,
    h,
  });
  return {
    image: at(0),
    names,
    lines,
    layers: Array.from({ length: layers }, (_, k) => {
      const map = at(k + 1);
      const below = lines ? { y: map.y + h + 2, h: 3 } : { y: map.y + h + 3, h: weightsHeight(tile) };
      const bias = Math.max(2, Math.round(w * 0.09));
      return {
        map,
        weights: { x: map.x, ...below, w: w - bias - 2 },
        bias: { x: map.x + w - bias, ...below, w: bias },
      };
    }),
  };
}

/** The layer of the rail under a point: its map, or its weights. */
export function layerAt(
  rail: Rail | null,
  at: Point,
): { layer: number; part: "map" | "weight" | "bias" } | null {
  const inside = ({ x, y, w, h }: Box) =>
    at.x >= x - 1 && at.x < x + w + 1 && at.y >= y - 1 && at.y < y + h + 1;
  for (const [layer, { map, weights, bias }] of (rail?.layers ?? []).entries()) {
    if (inside(map)) return { layer, part: "map" };
    if (inside(weights)) return { layer, part: "weight" };
    if (inside(bias)) return { layer, part: "bias" };
  }
  return null;
}
