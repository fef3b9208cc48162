/** What stays of a layer: the cells of a gradient with the shape of its parameter, one row per unit. */
import type { Box } from "../../layout/types";
import type { TensorView } from "../../store/types";
import type { Item } from "../display";
import type { NetworkInput } from "./input";
import { largest } from "./reading";

/** `empty`: it is on its way, and not to be seen here yet. */
export function tileItems(
  box: Box,
  tensor: TensorView | null,
  { theme }: NetworkInput,
  empty: boolean,
): Item[] {
  const frame: Item = { kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 };
  const columns = tensor?.shape[1] ?? 1;
  const data = tensor?.data;
  if (!data || empty) return [{ ...frame, fill: theme.sunken, opacity: tensor ? 1 : 0.8 }];
  const palette = [theme.negative, theme.zero, theme.positive, theme.warn] as const;
  return [{ kind: "cells", ...box, numbers: data, columns, most: largest(tensor), palette }];
}
