/** Weight lines: between each unit and each of the layer before. Colour is sign, dashes negative, width size. */
import type { TensorView } from "../../store/types";
import { curveAt, type Item, type Segment } from "../display";
import { dashes, symlog } from "../encode";
import type { Theme } from "../theme";
import { isThere, tableOf, type CurveTable } from "./curves";
import { largest, largestOf, type NetworkReading } from "./reading";
import type { NetworkInput } from "./input";

export interface Line {
  readonly layer: number;
  readonly unit: number;
  readonly from: number;
  /** Null: not reached yet. */
  readonly value: number | null;
  /** 0 … 1. */
  readonly size: number;
  readonly d: readonly Segment[];
}

const BUCKETS = 8;
/** A size is told apart linearly up to so small a part of the largest. */
const LINEAR = 8;
/** The share of the largest from which on a line is of the next bucket: where its `size` is nearer to that one. */
const BOUNDS = Array.from(
  { length: BUCKETS - 1 },
  (_, k) => Math.sinh(((k + 0.5) / (BUCKETS - 1)) * Math.asinh(LINEAR)) / LINEAR,
);

function bucketOf(value: number, most: number): number {
  const share = most > 0 ? Math.abs(value) / most : 0;
  let bucket = 0;
  while (bucket < BUCKETS - 1 && share >= (BOUNDS[bucket] ?? Infinity)) bucket++;
  return bucket;
}
const TONE = { plain: 0, odd: 1, positive: 2, negative: 3 } as const;
type Tone = (typeof TONE)[keyof typeof TONE];
const WIDTH = { least: 0.7, most: 6 } as const;

type EachLine = (
  layer: number,
  unit: number,
  from: number,
  value: number | null,
  most: number,
  /** Its number in the table of curves. */
  line: number,
) => void;

/** What is drawn of each layer: a layer that is shown as a block has one line for all. */
function countsOf({ places, graph }: NetworkInput): [rows: number, columns: number][] {
  return places.columns.map(({ block }, k) => {
    const before = places.columns[k - 1];
    if (!before) return [0, 0];
    const [rows, columns] = [graph.layers[k]?.units ?? 0, graph.layers[k - 1]?.units ?? 0];
    return [block ? 1 : rows, before.block ? 1 : columns];
  });
}

/** All lines of some layers, row by row; `most` is the size that is as wide as can be. */
function eachLine(
  input: NetworkInput,
  reading: NetworkReading,
  weights: readonly (TensorView | null)[],
  layers: (layer: number) => boolean,
  told: EachLine,
): CurveTable {
  const { places, graph, view } = input;
  const counts = countsOf(input);
  const table = tableOf(places, counts);
  const sizes = weights.map(largest);
  const all = Math.max(0, ...sizes);
  reading.layers.forEach(({ layer }, k) => {
    const data = weights[k]?.data;
    const before = graph.layers[k - 1];
    const [rows, columns] = counts[k] ?? [0, 0];
    if (!before || !layers(k)) return;
    const blocks = rows !== layer.units || columns !== before.units;
    for (let unit = 0; unit < rows; unit++) {
      let most = view.scale === "global" ? all : (sizes[k] ?? 0);
      if (view.scale === "unit")
        most = largestOf(data?.subarray(unit * before.units, (unit + 1) * before.units) ?? []);
      for (let from = 0; from < columns; from++) {
        const line = (table.first[k] ?? 0) + unit * columns + from;
        const value = blocks ? null : (data?.[unit * before.units + from] ?? null);
        if (isThere(table, line)) told(k, unit, from, value, most, line);
      }
    }
  });
  return table;
}

export function linesOf(
  input: NetworkInput,
  reading: NetworkReading,
  weights: readonly (TensorView | null)[] = weightsOf(reading),
  layers: (layer: number) => boolean = () => true,
): Line[] {
  const lines: Omit<Line, "d">[] = [];
  const numbers: number[] = [];
  const table = eachLine(input, reading, weights, layers, (layer, unit, from, value, most, line) => {
    const size = value === null ? 0 : Number.isFinite(value) ? symlog(value, most, most / LINEAR) : 1;
    lines.push({ layer, unit, from, value, size });
    numbers.push(line);
  });
  return lines.map((line, k) => ({ ...line, d: curveAt(table.numbers, numbers[k] ?? -1) }));
}

function weightsOf({ layers }: NetworkReading): (TensorView | null)[] {
  return layers.map(({ weight }) => weight);
}

/** Where there are more lines than these, weights have no ghosts: they would only be a haze. */
const FEW = 400;

/**
 * In the update, below what the update does: the weights themselves as grey lines, each as wide as it is large. Those
 * of the layer that moves go from what they were to what they are.
 */
export function ghostItems(
  input: NetworkInput,
  reading: NetworkReading,
  layers: (layer: number) => boolean,
  share: number,
): Item[] {
  if (reading.phase !== "update") return [];
  const count = reading.layers.reduce((sum, { weight }) => sum + (weight?.data?.length ?? 0), 0);
  if (count > FEW) return [];
  const weights = reading.layers.map(({ layer, weight: change }) => {
    const now = layer.weight === null ? null : input.frame.value(layer.weight);
    const by = change?.data;
    if (!now?.data || !by || share === 1) return change && now;
    return { ...now, data: now.data.map((x, k) => x - (by[k] ?? 0) * (1 - share)) };
  });
  const { theme, places } = input;
  const factor = Math.min(1.15, Math.max(0.45, places.side / 42));
  return linesOf(input, reading, weights, layers).flatMap(({ value, size, d }): Item[] => {
    if (value === null) return [];
    const width = (WIDTH.least + 1.6 * WIDTH.most * size) * factor;
    return [{ kind: "path", d, stroke: theme.wire, width, opacity: 0.5 }];
  });
}

/** The lines with the same look as one path each: thousands are painted in a few strokes. */
export function lineItems(
  input: NetworkInput,
  reading: NetworkReading,
  shown: (layer: number) => number,
): Item[] {
  const { view, places } = input;
  const { unit: looked, weight: pointed } = view;
  // Many lines are thinner and fainter, the weak ones most.
  const many = Math.min(1, Math.sqrt(160 / Math.max(countOf(input), 1)));
  const factor = Math.min(1.15, Math.max(0.45, places.side / 42));
  const there = reading.layers.map((_, layer) => shown(layer));
  const looks = new Looks();
  const marked: number[] = [];
  const table = eachLine(
    input,
    reading,
    weightsOf(reading),
    (layer) => (there[layer] ?? 0) > 0,
    (layer, unit, from, value, most, line) => {
      const near =
        !looked ||
        (layer === looked.layer && unit === looked.unit) ||
        (layer === looked.layer + 1 && from === looked.unit);
      const tone = toneOf(value);
      const bucket = tone === TONE.plain ? 0 : tone === TONE.odd ? BUCKETS - 1 : bucketOf(value ?? 0, most);
      looks.at((there[layer] ?? 0) * (near ? 1 : 0.16), tone, bucket).push(line);
      if (layer === pointed?.layer && unit === pointed.unit && from === pointed.from) marked.push(line);
    },
  );
  const items = looks.all().map(({ lines, opacity, bucket, tone }): Item => {
    const plain = tone === TONE.plain;
    const width = (WIDTH.least + ((WIDTH.most - WIDTH.least) * bucket) / (BUCKETS - 1)) * factor;
    const dash = tone === TONE.negative ? dashes("negative", width) : undefined;
    return {
      kind: "curves",
      table: table.numbers,
      lines,
      stroke: strokeOf(tone, input.theme),
      width: plain ? Math.max(0.6, many) : width,
      opacity:
        opacity * (plain ? 0.75 * many : 0.28 * many + (0.36 * (many + 1) * bucket) / 2 / (BUCKETS - 1)),
      ...(dash ? { dash } : {}),
    };
  });
  if (marked.length > 0)
    items.push({
      kind: "path",
      d: marked.flatMap((line) => curveAt(table.numbers, line)),
      stroke: input.theme.focus,
      width: 3.5,
      cap: "round",
      opacity: 0.9,
    });
  return items;
}

interface Look {
  readonly lines: number[];
  readonly opacity: number;
  readonly tone: Tone;
  readonly bucket: number;
}

/** Paths by what they look like. */
class Looks {
  readonly #tables = new Map<number, (Look | undefined)[]>();
  #opacity = -1;
  #table: (Look | undefined)[] = [];

  /** The path of all lines that look so: one after the other are mostly as opaque. */
  at(opacity: number, tone: Tone, bucket: number): number[] {
    if (opacity !== this.#opacity) {
      this.#opacity = opacity;
      this.#table = this.#tables.get(opacity) ?? [];
      this.#tables.set(opacity, this.#table);
    }
    return (this.#table[tone * BUCKETS + bucket] ??= { lines: [], opacity, tone, bucket }).lines;
  }

  /** The strongest last: they lie on top. */
  all(): Look[] {
    const found = [...this.#tables.values()].flatMap((table) => table.flatMap((look) => look ?? []));
    return found.sort((a, b) => a.bucket - b.bucket);
  }
}

function toneOf(value: number | null): Tone {
  if (value === null || value === 0) return TONE.plain;
  if (!Number.isFinite(value)) return TONE.odd;
  return value > 0 ? TONE.positive : TONE.negative;
}

function strokeOf(tone: Tone, { positive, negative, warn, wire }: Theme): string {
  switch (tone) {
    case TONE.positive:
      return positive;
    case TONE.negative:
      return negative;
    case TONE.odd:
      return warn;
    case TONE.plain:
      return wire;
  }
}

/** How many lines there are in all. */
function countOf(input: NetworkInput): number {
  return countsOf(input).reduce((sum, [rows, columns]) => sum + rows * columns, 0);
}
