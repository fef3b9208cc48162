// Histories of losses as SVG paths on one pair of axes, a decade axis where they span decades. Pure.
import type { Stretch } from "../../store/histories";

/** Numbers over iterations, some of which may be unknown. */
export interface Series {
  /** The first iteration that may be known, and the first that is not any more. */
  readonly first: number;
  readonly length: number;
  at(iteration: number): number | null;
  stretch(from: number, to: number): Stretch | null;
}

export interface Curves {
  /** One for each series: its numbers, or where there are more of them than pixels the mean of each pixel's. */
  paths: string[];
  /** What lies between the least and the largest number of each pixel, where asked for: a spike of one iteration is seen. */
  bands: string[];
  logarithmic: boolean;
  /** Where a number of an iteration stands; null where it is unknown or not finite. */
  place(iteration: number, number: number | null): { x: number; y: number } | null;
  /** The iteration at a place across. */
  iteration(x: number): number;
}

const MARGIN = 6;
/** From this ratio of largest to smallest on, a straight axis would show one drop and then nothing. */
const DECADES = 1000;

export function curves(all: readonly Series[], width: number, height: number, banded = true): Curves {
  const last = Math.max(1, ...all.map(({ length }) => length - 1));
  const range = { low: Infinity, high: -Infinity, least: Infinity };
  for (const series of all) {
    const found = series.stretch(0, Infinity);
    if (!found) continue;
    range.low = Math.min(range.low, found.low);
    range.high = Math.max(range.high, found.high);
    range.least = Math.min(range.least, found.least);
  }
  const { low, high, least } = range;
  const logarithmic = low >= 0 && Number.isFinite(least) && high / least > DECADES;
  const scale = (number: number) => (logarithmic ? Math.log10(Math.max(number, least)) : number);
  const bottom = low <= high ? scale(low) : 0;
  const span = low <= high ? scale(high) - bottom || 1 : 1;
  const across = (iteration: number) => (iteration / last) * width;
  const down = (number: number) =>
    height - MARGIN - ((scale(number) - bottom) / span) * (height - 2 * MARGIN);

  function place(iteration: number, number: number | null) {
    if (number === null || !Number.isFinite(number)) return null;
    return { x: across(iteration), y: down(number) };
  }

  function pointwise(series: Series): string[] {
    const pen = new Pen();
    for (let k = series.first; k < series.length; k++) {
      const number = series.at(k);
      const at = place(k, number);
      if (at) pen.to(at.x, at.y);
      else if (number !== null) pen.lift();
    }
    return [pen.path, ""];
  }

  function pixelwise(series: Series): string[] {
    const pen = new Pen();
    let [top, bottom] = ["", ""];
    for (let pixel = 0; pixel <= width; pixel++) {
      const from = Math.max(series.first, Math.ceil(((pixel - 0.5) / width) * last));
      const to = Math.min(series.length, Math.ceil(((pixel + 0.5) / width) * last));
      if (from >= to) continue;
      const found = series.stretch(from, to);
      if (found) {
        pen.to(pixel, down(found.mean));
        if (!banded) continue;
        top += `${top ? "L" : "M"}${tenths(pixel)} ${tenths(down(found.high))}`;
        bottom = `L${tenths(pixel)} ${tenths(down(found.low))}${bottom}`;
      } else if (series.at(from) !== null) pen.lift();
    }
    return [pen.path, top && `${top}${bottom}Z`];
  }

  const made = all.map(last > width ? pixelwise : pointwise);
  return {
    paths: made.map(([path = ""]) => path),
    bands: made.map(([, band = ""]) => band),
    logarithmic,
    place,
    iteration: (x) => Math.round((x / Math.max(1, width)) * last),
  };
}

/** Tenths as text: a curve has hundreds of places, most of them where others were. */
const TENTHS: string[] = [];
const MOST_TENTHS = 20_000;

function tenths(x: number): string {
  const count = Math.round(10 * x);
  if (!(count >= 0 && count < MOST_TENTHS)) return String(count / 10);
  return (TENTHS[count] ??= String(count / 10));
}

/** Draws what is known; over what is unknown it goes on, at what is not finite it is lifted. */
class Pen {
  path = "";
  #down = false;

  to(x: number, y: number): void {
    this.path += `${this.#down ? "L" : "M"}${tenths(x)} ${tenths(y)}`;
    this.#down = true;
  }

  lift(): void {
    this.#down = false;
  }
}
