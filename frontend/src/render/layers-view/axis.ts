/** Gradient size per layer: dots on one decade axis. */
import { mono, sans, type Item, type Segment } from "../display";
import { decades, type NetworkReading } from "./reading";
import type { GroundInput, NetworkInput } from "./input";

type Decades = ReturnType<typeof decades>;

export function axisDecades({ layers }: NetworkReading): Decades {
  return decades(layers.map(({ size }) => size));
}

/** Where a size stands. */
function across({ x0, x1 }: { x0: number; x1: number }, { low, high }: Decades, size: number): number {
  return x0 + ((Math.log10(size) - low) / Math.max(1, high - low)) * (x1 - x0);
}

/** The line, and what it is of. */
export function axisLine({ places, theme, words }: GroundInput): Item[] {
  const { axis, font, narrow } = places;
  if (!axis) return [];
  return [
    {
      kind: "text",
      text: words.size,
      x: axis.words.x,
      y: axis.words.y,
      font: sans(narrow ? font.small : font.small + 1, 600),
      fill: theme.text2,
    },
    {
      kind: "path",
      d: [
        ["M", axis.x0, axis.y],
        ["L", axis.x1, axis.y],
      ],
      stroke: theme.borderStrong,
      width: 1,
    },
  ];
}

/** The decades on it: where a size is near to the end of one, these are others with every frame. */
export function axisScale({ places, theme }: NetworkInput, range: Decades): Item[] {
  const { axis, font, narrow } = places;
  if (!axis) return [];
  const { low, high } = range;
  const every = Math.ceil((high - low) / Math.max(2, (axis.x1 - axis.x0) / (narrow ? 44 : 78)));
  const ticks: Segment[] = [];
  const items: Item[] = [{ kind: "path", d: ticks, stroke: theme.borderStrong, width: 1 }];
  for (let decade = low; decade <= high; decade++) {
    const x = across(axis, range, 10 ** decade);
    ticks.push(["M", x, axis.y - 4], ["L", x, axis.y + 4]);
    if ((high - decade) % every === 0)
      items.push({
        kind: "text",
        text: decadeText(decade),
        x,
        y: axis.y + 5 + font.small,
        font: mono(font.small - 1, 450),
        fill: theme.text3,
        align: "middle",
      });
  }
  return items;
}

/** A dot for each layer, with its number. */
export function axisDots(
  { places, theme, words, measure }: NetworkInput,
  { layers }: NetworkReading,
  range: Decades,
): Item[] {
  const { axis, font, narrow } = places;
  if (!axis) return [];
  const items: Item[] = [];
  const r = narrow ? 4.5 : 6;
  const own = mono(font.small, 600);
  const dots = layers
    .flatMap(({ size, layer }, k) => {
      if (size === null || k === 0) return [];
      const text = layer.kind === "output" ? words.out : String(k);
      const odd = !Number.isFinite(size);
      // Nothing is left of zero on an axis of decades: it stands at the end, hollow.
      const x = odd
        ? axis.x1
        : size > 0
          ? Math.min(axis.x1, Math.max(axis.x0, across(axis, range, size)))
          : axis.x0 - r * 2.4;
      return [{ x, w: measure(text, own) + 4, text, odd, zero: size === 0 }];
    })
    .sort((p, q) => p.x - q.x);
  const labels = apart(dots);
  dots.forEach(({ x, text, odd, zero }, k) => {
    items.push(
      {
        kind: "circle",
        x,
        y: axis.y,
        r,
        fill: odd ? theme.warn : zero ? theme.stage : theme.phase.backward,
        stroke: zero ? theme.phase.backward : theme.stage,
        width: 1.5,
      },
      {
        kind: "text",
        text,
        x: labels[k] ?? x,
        y: axis.y - r - 5,
        font: own,
        fill: theme.text2,
        align: "middle",
        halo: theme.stage,
      },
    );
  });
  return items;
}

/** Where the middles of labels stand on one line: in the order of what they are of, and as near to it as others let them. */
export function apart(all: readonly { readonly x: number; readonly w: number }[]): number[] {
  const runs: { middle: number; w: number; count: number }[] = [];
  for (const { x, w } of all) {
    let run = { middle: x, w, count: 1 };
    for (let last = runs.at(-1); last; last = runs.at(-1)) {
      if (last.middle + last.w / 2 <= run.middle - run.w / 2) break;
      runs.pop();
      const count = last.count + run.count;
      const middle = (last.middle * last.count + run.middle * run.count) / count;
      run = { middle, w: last.w + run.w, count };
    }
    runs.push(run);
  }
  let k = 0;
  return runs.flatMap(({ middle, w, count }) => {
    let left = middle - w / 2;
    return all.slice(k, (k += count)).map((one) => {
      left += one.w;
      return left - one.w / 2;
    });
  });
}

function decadeText(decade: number): string {
  return decade >= -3 && decade <= 3
    ? String(Number((10 ** decade).toPrecision(1)))
    : `1e${String(decade).replace("-", "−")}`;
}
