/** Axes: few round numbers. */

/** About `count` round numbers within [low, high]. */
export function ticks(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [];
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((s) => s >= raw * 0.999) ?? raw;
  const result: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    result.push(Number((i * step).toPrecision(12)));
  return result;
}

/** A tick's text: no more digits than the step needs. */
export function tickText(x: number): string {
  const size = Math.abs(x);
  const text =
    size !== 0 && (size >= 1e5 || size < 1e-3)
      ? x.toExponential(1).replace(".0e", "e").replace("e+", "e")
      : String(Number(x.toPrecision(6)));
  return text.replaceAll("-", "−");
}

/** A linear map from numbers to pixels. */
export function linear(
  from: readonly [number, number],
  to: readonly [number, number],
): (x: number) => number {
  const f = (to[1] - to[0]) / (from[1] - from[0] || 1);
  return (x) => to[0] + (x - from[0]) * f;
}

/** A range to draw over that holds the points, with room on both sides; far strays are left out. */
export function rangeAround(points: readonly number[], least = 1): { low: number; high: number } {
  const finite = points.filter((x) => Number.isFinite(x));
  const last = finite.at(-1) ?? 0;
  const near = finite.filter((x) => Math.abs(x - last) <= 1e3 * (Math.abs(last) + least));
  const [min, max] = [Math.min(last, ...near), Math.max(last, ...near)];
  const half = Math.max((max - min) * 0.7, least);
  const middle = (min + max) / 2;
  return { low: middle - half, high: middle + half };
}
