// A history of losses as an SVG path: at most a few points per pixel, on a decade axis where it spans decades. Pure.

export interface Curve {
  path: string;
  /** The other history on the same axes, drawn through the iterations in which it was measured. */
  other: string;
  logarithmic: boolean;
  /** Where an iteration stands; null where its loss is unknown or not finite. */
  point(iteration: number): { x: number; y: number } | null;
}

const MARGIN = 6;
/** From this ratio of largest to smallest on, a straight axis would show one drop and then nothing. */
const DECADES = 1000;

export function curve(
  losses: readonly (number | null)[],
  width: number,
  height: number,
  others: readonly (number | null)[] = [],
): Curve {
  const finite = [...losses, ...others].filter(
    (loss): loss is number => loss !== null && Number.isFinite(loss),
  );
  const [low, high] = extremes(finite);
  const [least] = extremes(finite.filter((loss) => loss > 0));
  const logarithmic = low >= 0 && Number.isFinite(least) && high / least > DECADES;
  const scale = (loss: number) => (logarithmic ? Math.log10(Math.max(loss, least)) : loss);
  const bottom = finite.length ? scale(low) : 0;
  const span = finite.length ? scale(high) - bottom || 1 : 1;
  const last = Math.max(1, losses.length - 1);

  const place = (iteration: number, loss: number | null | undefined) => {
    if (loss === null || loss === undefined || !Number.isFinite(loss)) return null;
    return {
      x: (iteration / last) * width,
      y: height - MARGIN - ((scale(loss) - bottom) / span) * (height - 2 * MARGIN),
    };
  };

  const point = (iteration: number) => place(iteration, losses[iteration]);

  const stride = Math.max(1, Math.floor(losses.length / (width * 2)));
  let path = "";
  let pen = "M";
  for (let k = 0; k < losses.length; k += stride) {
    const at = point(k);
    if (at) path += `${pen}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    pen = at ? "L" : "M";
  }
  let other = "";
  others.forEach((loss, k) => {
    const at = place(k, loss);
    if (at) other += `${other ? "L" : "M"}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
  });
  return { path, other, logarithmic, point };
}

/** What was last measured at an iteration or before it; null where nothing was. */
export function latest(numbers: readonly (number | null)[] | undefined, iteration: number): number | null {
  for (let k = Math.min(iteration, (numbers?.length ?? 0) - 1); k >= 0; k--) {
    const number = numbers?.[k];
    if (number !== null && number !== undefined) return number;
  }
  return null;
}

/** Least and largest, without spreading a long list over a call. */
function extremes(numbers: readonly number[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const number of numbers) {
    if (number < low) low = number;
    if (number > high) high = number;
  }
  return [low, high];
}
