/** What lies over the tiles: the step's stage, what a number is made of, and what is pointed at. */
import type { Box } from "../../layout/types";
import type { Item } from "../display";
import { cellBox } from "./arrangement";
import type { ImageInput } from "./input";
import type { Lit } from "./lit";
import { link, shareItems, useItems } from "./uses";

/** The step's stage stands in the colour of the phase, with its direction. */
export function activeItems({ places, theme, frame }: ImageInput, at: number): Item[] {
  const column = places.columns[at];
  if (!column) return [];
  const { x, y, w, h } = column.box;
  const { phase } = frame.header;
  const tip = phase === "backward" ? [x - 10, -1] : [x - 10, 1];
  const middle = y + h / 2;
  const [from = 0, way = 1] = tip;
  return [
    { kind: "rect", x: x - 5, y: y - 5, w: w + 10, h: h + 10, r: 7, stroke: theme.phase[phase], width: 2 },
    ...(phase === "update"
      ? []
      : [
          {
            kind: "path" as const,
            d: [
              ["M", from - way * 3, middle - 5],
              ["L", from + way * 3, middle],
              ["L", from - way * 3, middle + 5],
              ["Z"],
            ] as const,
            fill: theme.phase[phase],
          },
        ]),
  ];
}

const WIDTH = { self: 2.5, from: 1.75, to: 1.25 } as const;

export function litItems(input: ImageInput, lit: readonly Lit[]): Item[] {
  const { stages, places, theme, frame } = input;
  const color = theme.phase[frame.header.phase];
  return lit.flatMap((one): Item[] => {
    const [stage, column] = [stages[one.stage], places.columns[one.stage]];
    if (!stage || !column || one.rows <= 0 || one.columns <= 0) return [];
    const tiles = one.channel === null ? column.tiles : column.tiles.slice(one.channel, one.channel + 1);
    return tiles.flatMap((tile): Item[] => {
      const first = cellBox(tile, stage, one.row, one.column);
      const area = { x: first.x, y: first.y, w: first.w * one.columns, h: first.h * one.rows };
      const outline = (box: Box, width: number, r = 1): Item => ({
        kind: "rect",
        ...box,
        r,
        stroke: color,
        width,
      });
      const made = lit.at(-1);
      if (input.view.uses && one.each && made?.each)
        return [
          outline(area, 2, 2),
          ...useItems(tile, stage, one, made, input.view.uses, theme, theme.focus),
        ];
      if (!one.each)
        return [outline(area, stage.kind === "filters" && one.role !== "self" ? 1.25 : WIDTH[one.role])];
      return [
        outline(area, 2, 2),
        ...Array.from({ length: one.rows * one.columns }, (_, k): Item => {
          const cell = cellBox(
            tile,
            stage,
            one.row + Math.floor(k / one.columns),
            one.column + (k % one.columns),
          );
          return {
            kind: "circle",
            x: cell.x + cell.w / 2,
            y: cell.y + cell.h / 2,
            r: Math.max(0.9, cell.w * 0.16),
            fill: color,
          };
        }),
      ];
    });
  });
}

/** The place that one stands on, from the pixel that the weight met on; and what each image adds. */
export function walkItems({ stages, places, theme, view }: ImageInput, lit: readonly Lit[]): Item[] {
  const { uses } = view;
  const [, met, made] = lit;
  if (!uses || !met?.each || !made?.each) return [];
  const box = (one: Lit, row: number, column: number): Box | null => {
    const [stage, tile] = [stages[one.stage], places.columns[one.stage]?.tiles[one.channel ?? 0]];
    const inside = row >= one.row && column >= one.column && row < one.row + one.rows;
    return stage && tile && inside && column < one.column + one.columns
      ? cellBox(tile, stage, row, column)
      : null;
  };
  const [row, column] = [Math.floor(uses.place / uses.columns), uses.place % uses.columns];
  const to = box(made, row, column);
  const from = box(met, row - made.row + met.row, column - made.column + met.column);
  return [
    ...(from && to ? [link(from, to, theme.focus, 1.75, 0.8)] : []),
    ...shareItems(places.strip, uses, theme),
  ];
}

/** From what a lit number is made of to the number, and on. */
export function linkItems({ stages, places, theme, frame }: ImageInput, lit: readonly Lit[]): Item[] {
  const self = lit.find(({ role }) => role === "self");
  const tile = self && places.columns[self.stage]?.tiles[self.channel ?? 0];
  const stage = self && stages[self.stage];
  if (!self || !tile || !stage || stage.kind === "filters" || stage.kind === "scores") return [];
  const to = cellBox(tile, stage, self.row, self.column);
  return lit.flatMap((one): Item[] => {
    const other = stages[one.stage];
    const column = places.columns[one.stage];
    if (one.role === "self" || !other || !column || other.kind === "filters") return [];
    const tiles = one.channel === null ? column.tiles : column.tiles.slice(one.channel, one.channel + 1);
    const [width, opacity] = one.role === "from" ? [1.25, 0.55] : [0.9, 0.35];
    return tiles.map((from) => {
      const box = cellBox(from, other, one.row + one.rows / 2 - 0.5, one.column + one.columns / 2 - 0.5);
      return link(box, to, theme.phase[frame.header.phase], width, opacity);
    });
  });
}

export function pointedItems({ stages, places, theme, view }: ImageInput): Item[] {
  const { pointed } = view;
  if (!pointed) return [];
  if (pointed.stage < 0) {
    const box = places.strip[pointed.channel];
    return box
      ? [
          {
            kind: "rect",
            x: box.x - 1,
            y: box.y - 1,
            w: box.w + 2,
            h: box.h + 2,
            r: 3,
            stroke: theme.text2,
            width: 1.5,
          },
        ]
      : [];
  }
  const stage = stages[pointed.stage];
  const tile = places.columns[pointed.stage]?.tiles[pointed.channel];
  if (!stage || !tile) return [];
  const cell = cellBox(tile, stage, pointed.row, pointed.column);
  return [{ kind: "rect", ...cell, r: 1, stroke: theme.text, width: 1.5 }];
}
