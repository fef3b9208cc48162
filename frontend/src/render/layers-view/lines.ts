/** Weight lines: between each unit and each of the layer before. Colour is sign, dashes negative, width size. */
import type { Item, Segment } from "../display";
import { dashes, symlog } from "../encode";
import type { Arrangement } from "./arrangement";
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
const TONES = ["plain", "odd", "positive", "negative"] as const;
type Tone = (typeof TONES)[number];
const WIDTH = { least: 0.7, most: 6 } as const;

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

type Curve = ReturnType<typeof curveBetween>;

/** By places: they rest while numbers change with every frame, and there are thousands of lines. */
const curves = new WeakMap<Arrangement, Map<number, Curve[]>>();

/** The curves of a layer, row by row. */
function curvesOf(places: Arrangement, layer: number, rows: number, columns: number): Curve[] {
  let known = curves.get(places);
  if (!known) curves.set(places, (known = new Map()));
  let found = known.get(layer);
  if (found?.length !== rows * columns) {
    found = Array.from({ length: rows * columns }, (_, k) =>
      curveBetween(places, layer, Math.floor(k / columns), k % columns),
    );
    known.set(layer, found);
  }
  return found;
}

export function linesOf({ places, graph, view }: NetworkInput, reading: NetworkReading): Line[] {
  const sizes = reading.layers.map(({ weight }) => largest(weight));
  const all = Math.max(0, ...sizes);
  const lines: Line[] = [];
  reading.layers.forEach(({ layer, weight }, k) => {
    const before = graph.layers[k - 1];
    const here = places.columns[k];
    if (!before || !here) return;
    // A layer that is shown as a block has one line for all.
    const [rows, columns] = [here.block ? 1 : layer.units, places.columns[k - 1]?.block ? 1 : before.units];
    const blocks = rows !== layer.units || columns !== before.units;
    const own = curvesOf(places, k, rows, columns);
    for (let unit = 0; unit < rows; unit++) {
      const row = weight?.data?.subarray(unit * before.units, (unit + 1) * before.units);
      let most = view.scale === "global" ? all : (sizes[k] ?? 0);
      if (view.scale === "unit") most = largestOf(row ?? []);
      for (let from = 0; from < columns; from++) {
        const d = own[unit * columns + from];
        if (!d) continue;
        const value = blocks ? null : (row?.[from] ?? null);
        const size = value === null ? 0 : Number.isFinite(value) ? symlog(value, most, most / 8) : 1;
        lines.push({ layer: k, unit, from, value, size, d });
      }
    }
  });
  return lines;
}

/** The lines with the same look as one path each: thousands are painted in a few strokes. */
export function lineItems(
  lines: readonly Line[],
  { theme, view, places }: NetworkInput,
  shown: (layer: number) => number,
): Item[] {
  const groups = new Map<number, { lines: Line[]; opacity: number; bucket: number; tone: Tone }>();
  // Many lines are thinner and fainter, the weak ones most.
  const many = Math.min(1, Math.sqrt(160 / Math.max(lines.length, 1)));
  const factor = Math.min(1.15, Math.max(0.45, places.side / 42));
  for (const line of lines) {
    const there = shown(line.layer);
    if (there <= 0) continue;
    const { unit } = view;
    const near =
      !unit ||
      (line.layer === unit.layer && line.unit === unit.unit) ||
      (line.layer === unit.layer + 1 && line.from === unit.unit);
    const tone: Tone =
      line.value === null || line.value === 0
        ? "plain"
        : !Number.isFinite(line.value)
          ? "odd"
          : line.value > 0
            ? "positive"
            : "negative";
    const bucket = tone === "plain" ? 0 : Math.round(line.size * (BUCKETS - 1));
    const opacity = there * (near ? 1 : 0.16);
    const key = Math.round(opacity * 1000) * 100 + TONES.indexOf(tone) * BUCKETS + bucket;
    const group = groups.get(key);
    if (group) group.lines.push(line);
    else groups.set(key, { lines: [line], opacity, bucket, tone });
  }
  const items: Item[] = [];
  // The strongest lie on top.
  for (const { lines: own, opacity, bucket, tone } of [...groups.values()].sort(
    (a, b) => a.bucket - b.bucket,
  )) {
    const width = (WIDTH.least + ((WIDTH.most - WIDTH.least) * bucket) / (BUCKETS - 1)) * factor;
    const dash = tone === "negative" ? dashes("negative", width) : undefined;
    items.push({
      kind: "path",
      d: own.flatMap(({ d }) => d),
      stroke:
        tone === "positive"
          ? theme.positive
          : tone === "negative"
            ? theme.negative
            : tone === "odd"
              ? theme.warn
              : theme.wire,
      width: tone === "plain" ? Math.max(0.6, many) : width,
      opacity:
        opacity *
        (tone === "plain" ? 0.75 * many : 0.28 * many + (0.36 * (many + 1) * bucket) / 2 / (BUCKETS - 1)),
      ...(dash ? { dash } : {}),
    });
  }
  const pointed = view.weight;
  const line =
    pointed &&
    lines.find((l) => l.layer === pointed.layer && l.unit === pointed.unit && l.from === pointed.from);
  if (line && shown(line.layer) > 0)
    items.push({ kind: "path", d: line.d, stroke: theme.focus, width: 3.5, cap: "round", opacity: 0.9 });
  return items;
}
