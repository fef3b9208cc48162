/** What stays of a layer: the cells of a gradient with the shape of its parameter, one row per unit while there are few. */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { TensorView } from "../../store/types";
import type { Item } from "../display";
import type { NetworkInput } from "./input";
import { largestOf } from "./reading";

/** `empty`: it is on its way, and not to be seen here yet. */
export function tileItems(
  box: Box,
  tensor: TensorView | null,
  { theme }: NetworkInput,
  empty: boolean,
): Item[] {
  const frame: Item = { kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 };
  const cells = tensor && !empty ? cellsOf(tensor) : null;
  if (!cells) return [{ ...frame, fill: theme.sunken, opacity: tensor ? 1 : 0.8 }];
  const palette = [theme.negative, theme.zero, theme.positive, theme.warn] as const;
  return [{ kind: "cells", ...box, ...cells, palette }];
}

/** All numbers of a tensor, or of a large one every so-many-th. */
function cellsOf(tensor: TensorView): { numbers: ArrayLike<number>; columns: number; most: number } | null {
  const { data, summary, shape } = tensor;
  if (data) return { numbers: data, columns: shape[1] ?? 1, most: largestOf(data) };
  if (!summary) return null;
  const numbers = summary.thumbnail.flat().map((x) => toNumber(x) ?? NaN);
  return { numbers, columns: summary.thumbnail[0]?.length ?? 1, most: largestOf(numbers) };
}
