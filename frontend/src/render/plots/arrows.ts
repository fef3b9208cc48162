/**
 * The gradients of single samples as arrows from one point, and the one into which they average. Pure.
 *
 * Both axes have the same scale, so that a direction is a direction. By one element alone there is no second axis: the
 * arrows lie below each other then.
 */
export interface Arrow {
  x0: number;
  y0: number;
  x: number;
  y: number;
}

export interface ArrowPlot {
  width: number;
  height: number;
  /** Where zero is. */
  origin: { x: number; y: number };
  /** A round number, and how many pixels it is long on both axes. */
  tick: { value: number; length: number };
  flat: boolean;
  /** Of each sample; null where it is not finite. */
  samples: (Arrow | null)[];
  together: Arrow | null;
  /** From the mean's end to the batch's: what the penalties add. Null where there are none. */
  penalty: Arrow | null;
  batch: Arrow | null;
}

export interface Gradients {
  samples: readonly (readonly number[])[];
  together: readonly number[];
  penalty: readonly number[];
  batch: readonly number[];
}

/** Room for the heads and the numbers at the edge. */
const MARGIN = 14;
/** Height of one of the arrows that lie below each other, at most. */
const ROW = 14;

export function arrowPlot(found: Gradients, width: number, height: number): ArrowPlot {
  const { samples, together, penalty, batch } = found;
  const flat = together.length < 2;
  const vectors = [...samples, together, batch];
  const scale = Math.min(
    (width / 2 - MARGIN) / farthest(vectors, 0),
    flat ? Infinity : (height / 2 - MARGIN) / farthest(vectors, 1),
  );
  const value = roundDown((Math.min(width, flat ? width : height) / 2 - MARGIN) / scale);
  const origin = { x: width / 2, y: height / 2 };
  const rows = samples.length + 1;
  const step = Math.min(ROW, (height - 2 * MARGIN) / rows);

  const at = (vector: readonly number[], from: readonly number[], row: number): Arrow | null => {
    if (![...vector, ...from].every(Number.isFinite)) return null;
    const [u = 0, v = 0] = vector;
    const [u0 = 0, v0 = 0] = from;
    const level = flat ? height / 2 + (row - (rows - 1) / 2) * step : origin.y;
    return {
      x0: origin.x + u0 * scale,
      y0: flat ? level : level - v0 * scale,
      x: origin.x + u * scale,
      y: flat ? level : level - v * scale,
    };
  };
  const zero = together.map(() => 0);
  const last = samples.length;
  const some = penalty.some((part) => part !== 0);
  return {
    width,
    height,
    origin,
    tick: { value, length: value * scale },
    flat,
    samples: samples.map((vector, row) => at(vector, zero, row)),
    together: at(together, zero, last),
    penalty: some ? at(batch, together, last) : null,
    batch: at(batch, zero, last),
  };
}

/** The head of an arrow as a path; empty where the arrow is too short to have one. */
export function head({ x0, y0, x, y }: Arrow, size: number): string {
  const length = Math.hypot(x - x0, y - y0);
  if (length < 1) return "";
  const [dx, dy] = [(x - x0) / length, (y - y0) / length];
  const back = Math.min(size, length);
  const side = back * 0.42;
  const point = (along: number, across: number) =>
    `${(x - dx * along - dy * across).toFixed(2)} ${(y - dy * along + dx * across).toFixed(2)}`;
  return `M${point(0, 0)}L${point(back, side)}L${point(back, -side)}Z`;
}

/** The arrow whose end or shaft is nearest to a place, within a reach; null where none is. */
export function arrowNear(plot: ArrowPlot, x: number, y: number, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  plot.samples.forEach((arrow, row) => {
    if (!arrow) return;
    const away = distance(arrow, x, y);
    if (away < least) [best, least] = [row, away];
  });
  return best;
}

function distance({ x0, y0, x, y }: Arrow, px: number, py: number): number {
  const [dx, dy] = [x - x0, y - y0];
  const length = dx * dx + dy * dy;
  const share = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - x0) * dx + (py - y0) * dy) / length));
  return Math.hypot(px - x0 - share * dx, py - y0 - share * dy);
}

/** How far the finite ends lie from zero along one axis, at most; 1 where all are zero. */
function farthest(vectors: readonly (readonly number[])[], axis: number): number {
  let most = 0;
  for (const vector of vectors) {
    const size = Math.abs(vector[axis] ?? 0);
    if (Number.isFinite(size)) most = Math.max(most, size);
  }
  return most || 1;
}

/** The last of 1, 2, 5 times a power of ten that is not above. */
function roundDown(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  const step = [5, 2, 1].find((one) => one * power <= x * (1 + 1e-12)) ?? 1;
  return Number((step * power).toPrecision(1));
}
