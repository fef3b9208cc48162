/** How many times as large: gains between layers, their product, and gradients beside those of another run. */
import { mono, sans, type Item } from "../display";
import { short } from "../format";
import type { ColumnPlace } from "./arrangement";
import type { ColumnsInput } from "./input";
import type { ColumnReading } from "./reading";

/** × 0.23, shortly: a gain has two digits. */
export function gainText(gain: number | null): string {
  if (gain === null) return "";
  if (!Number.isFinite(gain)) return `×${short(gain)}`;
  if (gain >= 0.01 && gain < 100) return `×${gain.toPrecision(2)}`;
  return `×${power(gain, 0)}`;
}

function power(x: number, digits: number): string {
  return x.toExponential(digits).replace("e+", "e").replace("-", "−");
}

/** 1.7e−13. */
export function productText(product: number | null): string {
  if (product === null) return "—";
  if (!Number.isFinite(product) || product === 0) return short(product);
  if (product >= 100 && product < 1000) return String(Math.round(product));
  return product >= 0.01 && product < 1000 ? product.toPrecision(2) : power(product, 1);
}

/** Whether its gradients are others than those of the run beside. */
export function isCompared({ rows }: ColumnReading): boolean {
  return rows.some(({ ghost, ratio }) => ghost !== null && ratio !== null);
}

/**
 * How many times as large each gradient has become, in the place of gains: on an axis of many decades one gain moves an
 * arrow by little. A bar is as long as its ratio has decades, the longest as wide as the place.
 */
export function ratios(
  { places, theme, view, measure }: ColumnsInput,
  column: ColumnReading,
  { box, x1, gains }: ColumnPlace,
  k: number,
): Item[] {
  if (!isCompared(column)) return [];
  const { small, text, pitch, r } = places;
  // Where there is no place for them, those that are others stand at the rim, as many as there is room for.
  const end = gains ?? box.x + box.w - 4;
  const every = gains === null ? Math.ceil((small + 2) / pitch) : 1;
  const left = x1 + 5.6 * r;
  const decades = (ratio: number) => {
    const found = Math.abs(Math.log10(ratio));
    return Number.isFinite(found) ? found : 0;
  };
  const most = Math.max(Math.log10(2), ...column.rows.map(({ ratio }) => decades(ratio ?? 1)));
  const size = Math.min(small, pitch * every * 0.86);
  const h = Math.min(pitch - 1, size * 1.3);
  const items = column.rows.flatMap(({ ratio }, at): Item[] => {
    const y = places.rows[at];
    if (ratio === null || y === undefined || (at + 1) % every !== 0) return [];
    if (gains === null && !differs(ratio)) return [];
    const w = differs(ratio) ? ((end + 3 - left) * decades(ratio)) / most : 0;
    const bar: Item = {
      kind: "rect",
      x: end + 3 - w,
      y: y - h / 2,
      w,
      h,
      r: 2,
      opacity: 0.22,
      ...(ratio > 1 ? { fill: theme.phase.backward } : { stroke: theme.phase.backward, width: 1.4 }),
    };
    return [
      ...(gains === null ? [] : [bar]),
      {
        kind: "text",
        text: gainText(ratio),
        x: end,
        y: y + size * 0.34,
        font: mono(size, differs(ratio) ? 650 : 450),
        fill: differs(ratio) ? theme.phase.backward : theme.text3,
        align: "end",
        number: true,
        ...(gains === null ? { halo: theme.card } : {}),
      },
    ];
  });
  if (gains === null) return items;
  const title = view.told[k]?.title ?? column.name;
  const words = view.words.ratio;
  if (measure(title, sans(text, 650)) + measure(words, sans(small)) + 37 < box.w)
    items.push({
      kind: "text",
      text: words,
      x: gains,
      y: places.title,
      font: sans(small),
      fill: theme.phase.backward,
      align: "end",
    });
  return items;
}

/** Whether it is another number with the two digits that are shown. */
function differs(ratio: number): boolean {
  return gainText(ratio) !== "×1.0";
}
