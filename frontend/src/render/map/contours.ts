/** Contours of a grid of heights by marching squares, and the levels at which to draw them. Pure. */

/** Heights over a part of the plane: `count` places along each axis, both ends included, the least y first. */
export interface Heights {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
  readonly count: number;
  readonly values: ArrayLike<number>;
}

/** A piece of a contour: places of the grid, in its columns and rows. */
export type Piece = readonly [x0: number, y0: number, x1: number, y1: number];

/** How heights are spread over tones and levels: 0 at the lowest, 1 at the highest, with as much below a half as above. */
export interface Spread {
  readonly low: number;
  readonly high: number;
  readonly power: number;
}

/** The least and the largest power: a plane is spread evenly, and a cliff does not take all levels. */
const POWERS = { least: 1, most: 4 };

export function spreadOf(values: ArrayLike<number>): Spread {
  const finite = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const low = finite[0] ?? 0;
  const high = finite.at(-1) ?? 1;
  const middle = finite[finite.length >> 1] ?? low;
  const share = (middle - low) / (high - low || 1);
  const power = share > 0 ? Math.log(share) / Math.log(0.5) : POWERS.most;
  return { low, high, power: Math.min(POWERS.most, Math.max(POWERS.least, power)) };
}

/** From 0 to 1, beyond as at the ends; NaN for what is no number. */
export function shareOf({ low, high, power }: Spread, height: number): number {
  if (Number.isNaN(height)) return NaN;
  const share = Math.min(1, Math.max(0, (height - low) / (high - low || 1)));
  return share ** (1 / power);
}

/** The height that stands at a share. */
export function heightAt({ low, high, power }: Spread, share: number): number {
  return low + (high - low) * share ** power;
}

/** `count` levels between the lowest and the highest, evenly spread over the tones: none so low that a valley is thinner than a cell. */
export function levelsOf(spread: Spread, count: number): number[] {
  if (!(spread.high > spread.low)) return [];
  return Array.from({ length: count }, (_, k) => heightAt(spread, (k + 1.4) / (count + 1)));
}

/** The contour of one level. A cell with a corner that is not finite has none. */
export function contour({ count, values }: Pick<Heights, "count" | "values">, level: number): Piece[] {
  const pieces: Piece[] = [];
  const at = (column: number, row: number) => (values[row * count + column] ?? NaN) - level;
  for (let row = 0; row + 1 < count; row++)
    for (let column = 0; column + 1 < count; column++) {
      // Round the cell: lower left, lower right, upper right, upper left.
      const corners = [at(column, row), at(column + 1, row), at(column + 1, row + 1), at(column, row + 1)];
      if (corners.every((corner) => corner > 0) || corners.every((corner) => !(corner > 0))) continue;
      if (!corners.every(Number.isFinite)) continue;
      cross(pieces, column, row, corners as [number, number, number, number]);
    }
  return pieces;
}

function cross(
  pieces: Piece[],
  column: number,
  row: number,
  [a, b, c, d]: readonly [number, number, number, number],
): void {
  const points: [number, number][] = [];
  // Along each side from the corner before to the corner after.
  if (a > 0 !== b > 0) points.push([column + a / (a - b), row]);
  if (b > 0 !== c > 0) points.push([column + 1, row + b / (b - c)]);
  if (c > 0 !== d > 0) points.push([column + d / (d - c), row + 1]);
  if (d > 0 !== a > 0) points.push([column, row + a / (a - d)]);
  const join = (from: number, to: number) => {
    const [p, q] = [points[from], points[to]];
    if (p && q) pieces.push([...p, ...q]);
  };
  if (points.length === 2) join(0, 1);
  else if (points.length === 4) {
    // Two opposite corners are above: whether they belong together is told by the middle.
    const together = a + b + c + d > 0 === a > 0;
    join(0, together ? 1 : 3);
    join(2, together ? 3 : 1);
  }
}
