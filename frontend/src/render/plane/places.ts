/** The input plane as a square of pixels: places of the surface's grid, and which point is near. Pure. */

/** The least and the largest x and y: the plane is a square. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A place of the grid over which the surface is computed: column 0 has the least x, row 0 the least y. */
export interface Place {
  readonly column: number;
  readonly row: number;
}

/** Pixels from the left for x; from the top for −y. */
export function pixelOf(at: number, { low, high }: Range, size: number): number {
  return ((at - low) / (high - low)) * size;
}

/** The coordinate of a row or column of the grid, as the server places it: both ends of the range are among them. */
export function coordinate(k: number, { low, high }: Range, count: number): number {
  return k === count - 1 ? high : low + (k * (high - low)) / (count - 1);
}

/** The place of the grid that is nearest to a pixel, (0, 0) being the upper left corner. */
export function placeAt(x: number, y: number, size: number, count: number): Place {
  return { column: nearest(x / size, count), row: nearest(1 - y / size, count) };
}

function nearest(share: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.round(share * (count - 1))));
}

/** A place some columns and rows on, within the grid. */
export function moved({ column, row }: Place, dx: number, dy: number, count: number): Place {
  const within = (k: number) => Math.max(0, Math.min(count - 1, k));
  return { column: within(column + dx), row: within(row + dy) };
}

/** The point that is nearest to a place of the plane, no farther than `reach`; −1 where none is. `among`: those that count. */
export function pointNear(
  xs: Float32Array | Float64Array,
  ys: Float32Array | Float64Array,
  x: number,
  y: number,
  reach: number,
  among: (point: number) => boolean = () => true,
): number {
  let found = -1;
  let least = reach * reach;
  for (let k = 0; k < xs.length; k++) {
    const [dx, dy] = [(xs[k] ?? 0) - x, (ys[k] ?? 0) - y];
    const distance = dx * dx + dy * dy;
    if (distance <= least && among(k)) [found, least] = [k, distance];
  }
  return found;
}
