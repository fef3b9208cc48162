/**
 * Four columns, layer by layer: how large what a layer passes on is, and how large the gradient of that, on one axis of
 * decades that all columns share. A gradient comes from the layer after it, an activation from the one before.
 */
import type { Item } from "../display";
import { frame, names } from "./card";
import type { ColumnsInput } from "./input";
import { ghosts, line, moving, newest, rowMarks, type Move } from "./marks";
import { isCompared, ratios } from "./ratios";
import { arcs } from "./skips";

export function columnsScene(input: ColumnsInput): { base: Item[]; moving: (t: number) => Item[] } {
  const moves = movingIn(input);
  return {
    base: base(input, moves),
    moving: (t) => (moves ? moving(input, moves, t) : []),
  };
}

export function columnsList(input: ColumnsInput, t: number): Item[] {
  const { base: below, moving: above } = columnsScene(input);
  return [...below, ...above(t)];
}

function movingIn({ reading, places, phase }: ColumnsInput): Move | null {
  const { active } = reading;
  if (active === null) return null;
  const last = places.rows.length;
  if (phase === "forward")
    return active < last ? { what: "activation", row: active, from: active - 1 } : null;
  // The pass through a layer brings the gradient of what came into it.
  if (phase === "backward" && active > 0) return { what: "grad", row: active - 1, from: active };
  return null;
}

function base(input: ColumnsInput, moves: Move | null): Item[] {
  const { reading, places, theme } = input;
  return [
    ...reading.columns.flatMap((column, k): Item[] => {
      const place = places.columns[k];
      return place ? frame(input, column, place, k) : [];
    }),
    ...names(input),
    ...reading.columns.flatMap((column, k): Item[] => {
      const place = places.columns[k];
      if (!place) return [];
      return [
        ...arcs(input, column, place, k),
        ...ghosts(input, column, place),
        ...line(input, column, place, "activation", theme.phase.forward),
        ...line(input, column, place, "grad", theme.phase.backward),
        ...column.rows.flatMap((row, at) =>
          rowMarks(input, row, column.rows[at - 1], place, at, moves, isCompared(column)),
        ),
        ...ratios(input, column, place, k),
        ...newest(input, column, place),
      ];
    }),
  ];
}
