// A history of losses as an SVG path: at most a few points per pixel, on a decade axis where it spans decades. Pure.

export interface Curve {
  path: string;
  logarithmic: boolean;
  /** Where an iteration stands; null where its loss is unknown or not finite. */
  point(iteration: number): { x: number; y: number } | null;
}

const MARGIN = 6;
/** From this ratio of largest to smallest on, a straight axis would show one drop and then nothing. */
const DECADES = 1000;

export function curve(losses: readonly (number | null)[], width: number, height: number): Curve {
  const finite = losses.filter((loss): loss is number => loss !== null && Number.isFinite(loss));
  const [low, high] = extremes(finite);
  const [least] = extremes(finite.filter((loss) => loss > 0));
  const logarithmic = low >= 0 && Number.isFinite(least) && high / least > DECADES;
  const scale = (loss: number) => (logarithmic ? Math.log10(Math.max(loss, least)) : loss);
  const bottom = finite.length ? scale(low) : 0;
  const span = finite.length ? scale(high) - bottom || 1 : 1;
  const last = Math.max(1, losses.length - 1);

  const point = (iteration: number) => {
    const loss = losses[iteration];
    if (loss === null || loss === undefined || !Number.isFinite(loss)) return null;
    return {
      x: (iteration / last) * width,
      y: height - MARGIN - ((scale(loss) - bottom) / span) * (height - 2 * MARGIN),
    };
  };

  const stride = Math.max(1, Math.floor(losses.length / (width * 2)));
  let path = "";
  let pen = "M";
  for (let k = 0; k < losses.length; k += stride) {
    const at = point(k);
    if (at) path += `${pen}${at.x.toFixed(1)} ${at.y.toFixed(1)}`;
    pen = at ? "L" : "M";
  }
  return { path, logarithmic, point };
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
