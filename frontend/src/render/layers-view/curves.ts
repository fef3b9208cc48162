/** Where weight lines run: curves from each unit to each of the layer before. They rest while numbers change. */
import { CURVE, type Segment } from "../display";
import type { Arrangement } from "./arrangement";

export function curveBetween(
  places: Arrangement,
  layer: number,
  unit: number,
  from: number,
): readonly Segment[] | null {
  const a = places.columns[layer - 1];
  const b = places.columns[layer];
  const start = a?.ports[a.block ? 0 : from]?.out;
  const end = b?.ports[b.block ? 0 : unit]?.in;
  if (!start || !end) return null;
  const reach = (end.x - start.x) * 0.45;
  return [
    ["M", start.x, start.y],
    ["C", start.x + reach, start.y, end.x - reach, end.y, end.x, end.y],
  ];
}

/** All curves of an arrangement, row by row, each as so many numbers: there are thousands, and they are read with each frame. */
export interface CurveTable {
  readonly numbers: Float64Array;
  /** By layer, the number of its first curve. */
  readonly first: readonly number[];
}

const tables = new WeakMap<Arrangement, CurveTable>();

/** `counts`: of each layer its rows and columns. */
export function tableOf(
  places: Arrangement,
  counts: readonly (readonly [rows: number, columns: number])[],
): CurveTable {
  const first: number[] = [];
  let count = 0;
  for (const [rows, columns] of counts) {
    first.push(count);
    count += rows * columns;
  }
  const known = tables.get(places);
  if (known?.numbers.length === CURVE * count && first.every((at, layer) => at === known.first[layer]))
    return known;
  const numbers = new Float64Array(CURVE * count);
  counts.forEach(([rows, columns], layer) => {
    for (let k = 0; k < rows * columns; k++) {
      const curve = curveBetween(places, layer, Math.floor(k / columns), k % columns) ?? [];
      const at = curve.flatMap((segment) => segment.slice(1) as number[]);
      numbers.set(at.length > 0 ? at : new Array<number>(CURVE).fill(NaN), CURVE * ((first[layer] ?? 0) + k));
    }
  });
  const made = { numbers, first };
  tables.set(places, made);
  return made;
}

/** Whether there is such a curve. */
export function isThere({ numbers }: CurveTable, line: number): boolean {
  return !Number.isNaN(numbers[CURVE * line] ?? NaN);
}
