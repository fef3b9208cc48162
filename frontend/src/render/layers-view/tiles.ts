/** What stays of a layer: the cells of a gradient with the shape of its parameter, one row per unit. */
import type { Box } from "../../layout/types";
import type { TensorView } from "../../store/types";
import type { Item } from "../display";
import { toneOf } from "../reading";
import type { NetworkInput } from "./scene";
import { largest } from "./reading";

/** `empty`: it is on its way, and not to be seen here yet. */
export function tileItems(
  box: Box,
  tensor: TensorView | null,
  { theme }: NetworkInput,
  empty: boolean,
): Item[] {
  const frame: Item = { kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 };
  const [rows = 0, columns = 1] = tensor?.shape ?? [];
  const data = tensor?.data;
  if (!data || empty) return [{ ...frame, fill: theme.sunken, opacity: tensor ? 1 : 0.8 }];
  const most = largest(tensor);
  const [w, h] = [box.w / columns, box.h / rows];
  const inset = w > 5 ? 0.6 : w > 3 ? 0.25 : 0;
  const items: Item[] = [];
  for (let i = 0; i < data.length; i++) {
    const x = data[i] ?? 0;
    const tone = toneOf(x, true);
    items.push({
      kind: "rect",
      x: box.x + (i % columns) * w + inset,
      y: box.y + Math.floor(i / columns) * h + inset,
      w: w - 2 * inset,
      h: h - 2 * inset,
      r: w > 6 ? 1.5 : 0,
      fill:
        tone === "positive"
          ? theme.positive
          : tone === "negative"
            ? theme.negative
            : tone === "odd"
              ? theme.warn
              : theme.zero,
      opacity: tone === "positive" || tone === "negative" ? 0.2 + (0.8 * Math.abs(x)) / (most || 1) : 1,
    });
  }
  return items;
}
