/** Numbers as tiles of coloured cells: the channels of a stage, and the images of the batch. */
import type { Box } from "../../layout/types";
import type { TensorView } from "../../store/types";
import type { Item } from "../display";
import { during } from "../motion";
import { toneOf } from "../reading";
import type { Theme } from "../theme";
import type { ImageInput } from "./input";
import type { Lit } from "./lit";
import type { Shown, Stage } from "./stages";

export function largest(tensor: TensorView | null): number {
  let most = 0;
  for (const x of tensor?.data ?? []) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  return most;
}

export function fillOf(
  x: number,
  most: number,
  theme: Theme,
  ink: boolean,
): { fill: string; opacity: number } | null {
  if (ink) return x > 0 ? { fill: theme.text, opacity: Math.min(1, x) } : null;
  const tone = toneOf(x, true);
  if (tone === "odd") return { fill: theme.warn, opacity: 1 };
  if (x === 0 || most === 0) return null;
  return {
    fill: tone === "positive" ? theme.positive : theme.negative,
    opacity: 0.1 + 0.9 * Math.min(1, Math.abs(x) / most),
  };
}

/** A tile of numbers from a place of a tensor on. */
function tileItems(
  box: Box,
  stage: Pick<Stage, "rows" | "columns">,
  data: ArrayLike<number>,
  from: number,
  most: number,
  { theme }: ImageInput,
  ink: boolean,
): Item[] {
  const items: Item[] = [{ kind: "rect", ...box, fill: ink ? theme.card : theme.zero, r: 2 }];
  const [w, h] = [box.w / stage.columns, box.h / stage.rows];
  for (let row = 0; row < stage.rows; row++)
    for (let column = 0; column < stage.columns; column++) {
      const painted = fillOf(data[from + row * stage.columns + column] ?? 0, most, theme, ink);
      if (painted) items.push({ kind: "rect", x: box.x + column * w, y: box.y + row * h, w, h, ...painted });
    }
  items.push({ kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 });
  return items;
}

export function stageItems(
  input: ImageInput,
  at: number,
  shown: Shown | undefined,
  most: number,
  lit: readonly Lit[],
  near: ReadonlySet<number>,
  t: number,
): Item[] {
  const { stages, places, frame, theme } = input;
  const [stage, column] = [stages[at], places.columns[at]];
  if (!stage || !column || !shown) return [];
  const data = shown.tensor?.data ?? null;
  const { phase } = frame.header;
  const each = stage.rows * stage.columns;
  const ink = stage.kind === "image" && shown.what === "value";
  // What belongs to another phase steps back, and what a lit number has nothing to do with.
  const aside =
    phase !== "forward" &&
    shown.what === "value" &&
    !ink &&
    !(stage.kind === "filters" && phase === "update");
  const change = stage.kind === "filters" ? (frame.change(shown.node)?.data ?? null) : null;
  const moved = change && shown.what === "value" && phase === "update";
  // Each filter moves in its own step, and stays where it has come to.
  const share = frame.header.step.node === shown.node ? during(t, [0.25, 0.8]) : 1;
  return column.tiles.flatMap((tile, channel): Item[] => {
    if (!data) return [{ kind: "rect", ...tile, r: 2, fill: theme.sunken, stroke: theme.border, width: 1 }];
    const apart =
      near.size > 0 && !lit.some((one) => one.stage === at && (one.channel ?? channel) === channel);
    const from = channel * each;
    const before = moved
      ? Array.from({ length: each }, (_, k) => (data[from + k] ?? 0) - (change[from + k] ?? 0))
      : null;
    const now = before ? before.map((x, k) => x + (change?.[from + k] ?? 0) * share) : null;
    const ghost =
      before && tile.w > 14
        ? tileItems({ ...tile, x: tile.x - 4, y: tile.y - 4 }, stage, before, 0, most, input, ink)
        : [];
    const items = now
      ? tileItems(tile, stage, now, 0, most, input, ink)
      : tileItems(tile, stage, data, from, most, input, ink);
    const opacity = (aside ? 0.34 : 1) * (apart ? 0.3 : 1) * (before ? 1 : during(t, [0.05, 0.7]));
    return [
      { kind: "group", items: ghost, opacity: 0.35 },
      { kind: "group", items, opacity },
    ];
  });
}

export function stripItems(input: ImageInput): Item[] {
  const { places, frame, stages, view, theme } = input;
  const [image] = stages;
  const data = image ? (frame.value(image.nodes[0] ?? 0)?.data ?? null) : null;
  if (!image) return [];
  const each = image.rows * image.columns;
  const count = data ? data.length / (each * image.channels) : 0;
  return places.strip.flatMap((box, k): Item[] => {
    if (!data) return [{ kind: "rect", ...box, r: 2, fill: theme.sunken, stroke: theme.border, width: 1 }];
    if (k >= count) return [];
    const items = tileItems(box, image, data, k * each * image.channels, 1, input, true);
    return k === Math.min(view.sample, count - 1)
      ? [
          ...items,
          {
            kind: "rect",
            x: box.x - 2,
            y: box.y - 2,
            w: box.w + 4,
            h: box.h + 4,
            r: 4,
            stroke: theme.focus,
            width: 2,
          },
        ]
      : items;
  });
}
