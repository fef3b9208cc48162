/** What lies under a point of the layers' view: units first, then cells of what stays, then weight lines. */
import type { Box, Point } from "../../layout/types";
import type { Layer } from "../../store/types";
import type { Arrangement } from "./arrangement";
import { curveBetween } from "./curves";

export type NetworkSpot =
  | { readonly kind: "unit"; readonly layer: number; readonly unit: number }
  | { readonly kind: "weight"; readonly layer: number; readonly unit: number; readonly from: number }
  | { readonly kind: "bias"; readonly layer: number; readonly unit: number };

const REACH = 7;

export function spotAt(places: Arrangement, layers: readonly Layer[], at: Point): NetworkSpot | null {
  for (const column of places.columns) {
    const unit = column.units.findIndex((box) => inside(box, at, 2));
    if (unit >= 0) return { kind: "unit", layer: column.layer, unit };
    const { stays } = column;
    const [units, from] = [layers[column.layer]?.units ?? 1, layers[column.layer - 1]?.units ?? 1];
    if (!stays) continue;
    const row = Math.floor(((at.y - stays.weight.y) / stays.weight.h) * units);
    if (inside(stays.bias, at, 1) && layers[column.layer]?.bias !== null)
      return { kind: "bias", layer: column.layer, unit: Math.max(0, row) };
    if (inside(stays.weight, at))
      return {
        kind: "weight",
        layer: column.layer,
        unit: row,
        from: Math.floor(((at.x - stays.weight.x) / stays.weight.w) * from),
      };
  }
  return lineAt(places, layers, at);
}

function inside(box: Box, at: Point, by = 0): boolean {
  return at.x >= box.x - by && at.x < box.x + box.w + by && at.y >= box.y - by && at.y < box.y + box.h + by;
}

/** The nearest weight line: along x its curve is known, so that one comparison of y is enough. */
function lineAt(places: Arrangement, layers: readonly Layer[], at: Point): NetworkSpot | null {
  const k = places.columns.findIndex((column, i) => {
    const before = places.columns[i - 1];
    return before && at.x > before.box.x + before.box.w && at.x < column.box.x;
  });
  const [here, before] = [places.columns[k], places.columns[k - 1]];
  const [layer, last] = [layers[k], layers[k - 1]];
  if (!here || !before || !layer || !last || here.block || before.block) return null;
  let best: { unit: number; from: number; distance: number } | null = null;
  for (let unit = 0; unit < layer.units; unit++)
    for (let from = 0; from < last.units; from++) {
      const d = curveBetween(places, k, unit, from);
      const distance = d ? Math.abs(heightAt(d, at.x) - at.y) : Infinity;
      if (distance < REACH && (!best || distance < best.distance)) best = { unit, from, distance };
    }
  return best && { kind: "weight", layer: k, unit: best.unit, from: best.from };
}

/** The y of a curve from left to right at an x. */
function heightAt(d: NonNullable<ReturnType<typeof curveBetween>>, x: number): number {
  const [start, curve] = d;
  if (start?.[0] !== "M" || curve?.[0] !== "C") return Infinity;
  const [, x0, y0] = start;
  const [, x1, y1, x2, y2, x3, y3] = curve;
  let [low, high] = [0, 1];
  for (let i = 0; i < 12; i++) {
    const t = (low + high) / 2;
    if (cubic(t, x0, x1, x2, x3) < x) low = t;
    else high = t;
  }
  return cubic((low + high) / 2, y0, y1, y2, y3);
}

function cubic(t: number, a: number, b: number, c: number, d: number): number {
  const u = 1 - t;
  return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
}
