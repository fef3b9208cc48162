/** The layers between the image and the grid: what each says of the scene, and some of its weights. Pure. */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { FrameView, JsonNumber, Phase, TensorView } from "../../store/types";
import { sans, type Item } from "../display";
import { during } from "../motion";
import type { Theme } from "../theme";
import { layersOf, type Act } from "./acts";
import { pixelItems } from "./pixels";
import type { Rail, RailLayer } from "./rail-places";
import type { DetectorInput } from "./scene";

/** Weights that stand for all of a layer's, along each axis. */
const SAMPLED = { rows: 3, columns: 16 };

export interface RailMap {
  readonly what: "value" | "grad";
  /** Null: the cursor has not got there. */
  readonly numbers: readonly number[] | null;
  readonly side: number;
}

/** What the map of a layer shows: on the way back its gradient, once that has come. */
export function mapOf({ found, phase }: Pick<DetectorInput, "found" | "phase">, layer: number): RailMap {
  const told = found?.layers[layer];
  const numbers = (list: readonly unknown[]) => list.map((x) => toNumber(x as number) ?? Number.NaN);
  if (!told) return { what: "value", numbers: null, side: 1 };
  if (phase !== "forward" && told.grad.length > 0)
    return { what: "grad", numbers: numbers(told.grad), side: told.side };
  return { what: "value", numbers: told.value.length > 0 ? numbers(told.value) : null, side: told.side };
}

/** Evenly chosen numbers of a tensor, as a summary chooses them: all of it where it is small. */
export function sampled(tensor: TensorView | null): number[] | null {
  if (!tensor) return null;
  if (!tensor.data) {
    const picked = tensor.summary?.thumbnail.map((row) => row.map((x) => toNumber(x) ?? Number.NaN));
    return picked ? turned(picked) : null;
  }
  const columns = tensor.shape.at(-1) ?? 1;
  const rows = tensor.data.length / Math.max(1, columns);
  const spread = (length: number) => {
    const count = Math.min(length, SAMPLED.columns);
    return Array.from({ length: count }, (_, k) => Math.floor((k * length) / count));
  };
  const { data } = tensor;
  return turned(
    spread(rows).map((row) => spread(columns).map((column) => data[row * columns + column] ?? 0)),
  );
}

/** The longer axis across, at most as many rows as are drawn. */
function turned(rows: readonly (readonly number[])[]): number[] {
  const columns = rows[0]?.length ?? 0;
  const across = Math.min(columns, SAMPLED.rows);
  return Array.from({ length: across }, (_, k) => rows.map((row) => row[k] ?? 0)).flat();
}

interface Weights {
  readonly what: "value" | "grad";
  readonly numbers: readonly number[] | null;
  /** What they were before this iteration's update, where that has come. */
  readonly before: readonly number[] | null;
}

/**
 * Forward the weights, then their gradients, and once they have moved, the weights again. `told` are those that came with
 * the scene: while it trains at full speed, frames have none.
 */
function weightsOf(
  frame: FrameView | null,
  phase: Phase,
  node: number,
  told: readonly (readonly JsonNumber[])[] = [],
): Weights {
  const numbers =
    (frame && sampled(frame.value(node))) ??
    (told.length > 0 ? turned(told.map((row) => row.map((x) => toNumber(x) ?? Number.NaN))) : null);
  const change = phase === "update" ? frame && sampled(frame.change(node)) : null;
  if (change && numbers)
    return { what: "value", numbers, before: numbers.map((x, k) => x - (change[k] ?? 0)) };
  const grad = phase === "forward" ? null : frame && sampled(frame.grad(node));
  return grad ? { what: "grad", numbers: grad, before: null } : { what: "value", numbers, before: null };
}

function most(numbers: readonly number[]): number {
  return numbers.reduce((a, x) => (Number.isFinite(x) ? Math.max(a, Math.abs(x)) : a), 0);
}

function cells(
  box: Box,
  numbers: readonly number[],
  columns: number,
  palette: readonly [string, string, string, string],
  opacity = 1,
): Item {
  return { kind: "cells", ...box, numbers, columns, most: most(numbers), palette, opacity };
}

export function paletteOf(theme: Theme, what: "value" | "grad"): readonly [string, string, string, string] {
  return what === "grad"
    ? [theme.negative, theme.zero, theme.phase.backward, theme.warn]
    : [theme.negative, theme.zero, theme.positive, theme.warn];
}

/** A map by itself, where it stands or on its way. */
export function mapItems(box: Box, map: RailMap, theme: Theme, opacity = 1): Item[] {
  const edge = map.what === "grad" ? theme.phase.backward : theme.border;
  // A line says only that it has come.
  if (box.h < 8)
    return [
      {
        kind: "rect",
        ...box,
        r: 2.5,
        fill: map.numbers ? (map.what === "grad" ? theme.phase.backward : theme.positive) : theme.sunken,
        stroke: map.numbers ? "transparent" : theme.border,
        width: 1,
        opacity,
      },
    ];
  return [
    { kind: "rect", ...box, r: 3, fill: map.numbers ? theme.zero : theme.sunken, opacity },
    ...(map.numbers ? [cells(box, map.numbers, map.side, paletteOf(theme, map.what), opacity)] : []),
    { kind: "rect", ...box, r: 3, stroke: edge, width: 1, opacity },
  ];
}

function stripItems(box: Box, weights: Weights, theme: Theme, t: number, moves: boolean): Item[] {
  const { numbers, before, what } = weights;
  if (!numbers)
    return [{ kind: "rect", ...box, r: 1.5, fill: theme.sunken, stroke: theme.border, width: 0.75 }];
  const columns = Math.min(SAMPLED.columns, numbers.length);
  const palette = [theme.negative, theme.zero, theme.positive, theme.warn] as const;
  const s = moves ? during(t, [0.25, 0.8]) : 1;
  const now = before ? numbers.map((x, k) => (before[k] ?? x) + (x - (before[k] ?? x)) * s) : numbers;
  return [
    // Where it was before: the ghost.
    ...(before
      ? [
          {
            kind: "group" as const,
            opacity: 0.4,
            at: { x: -3, y: 3 },
            items: [
              { kind: "rect" as const, ...box, fill: theme.zero },
              cells(box, before, columns, palette),
            ],
          },
        ]
      : []),
    { kind: "rect", ...box, fill: theme.zero },
    cells(box, now, columns, palette),
    ...(what === "grad" || before
      ? [
          {
            kind: "rect" as const,
            ...box,
            stroke: before ? theme.phase.update : theme.phase.backward,
            width: 1,
          },
        ]
      : []),
  ];
}

/** Which layer and which of its parts the step moves: those wait for what is on its way. */
function movesOf(act: Act | null, layer: number): "map" | "weight" | "bias" | null {
  if (act?.kind === "layer" && act.layer === layer && act.made) return "map";
  if (act?.kind === "update" && act.layer === layer) return act.part;
  if (act?.kind !== "back") return null;
  if (act.to === "weight" || act.to === "bias") return act.layer === layer ? act.to : null;
  return act.to === "before" && act.layer === layer + 1 ? "map" : null;
}

/** At which layer the step is, so that it stands in the colour of the phase. */
function activeLayer(act: Act | null): number | null {
  return act?.kind === "layer" || act?.kind === "back" || act?.kind === "update" ? act.layer : null;
}

export function railItems(input: DetectorInput): Item[] {
  const { rail } = input.places;
  const { theme, phase, act, t, graph, frame, found, scene, row } = input;
  if (!rail || !graph) return [];
  const nodes = layersOf(graph);
  const thumbnail = scene.thumbnails[row];
  const active = activeLayer(act);
  return [
    ...wireItems(rail, theme),
    ...(thumbnail && !rail.lines ? pixelItems(thumbnail, scene.thumbnail, rail.image) : []),
    {
      kind: "rect",
      ...rail.image,
      r: 2,
      ...(rail.lines ? { fill: theme.text3 } : { stroke: theme.border, width: 1 }),
    },
    ...rail.layers.flatMap((places, layer): Item[] => {
      const own = nodes[layer];
      if (!own) return [];
      const moves = movesOf(act, layer);
      const came = moves === "map" ? during(t, [0.55, 0.9]) : 1;
      const drops = act?.kind === "back" && (moves === "weight" || moves === "bias");
      // Gradients are forgotten all at once.
      const cleared = act?.kind === "clear" ? 0.15 + 0.85 * during(t, [0.1, 0.8]) : 1;
      const fade = (part: "weight" | "bias") => (drops && moves === part ? during(t, [0.6, 0.95]) : cleared);
      return [
        ...nameItems(rail, places, own.scope, layer === active ? theme.phase[phase] : theme.text3),
        ...(moves === "map" ? mapItems(places.map, { what: "value", numbers: null, side: 1 }, theme) : []),
        ...mapItems(places.map, mapOf(input, layer), theme, came),
        {
          kind: "group",
          opacity: fade("weight"),
          items: stripItems(
            places.weights,
            weightsOf(frame, phase, own.weight, found?.layers[layer]?.weight),
            theme,
            t,
            moves === "weight",
          ),
        },
        ...(own.bias === null
          ? []
          : [
              {
                kind: "group" as const,
                opacity: fade("bias"),
                items: stripItems(
                  places.bias,
                  biasOf(weightsOf(frame, phase, own.bias, found?.layers[layer]?.bias)),
                  theme,
                  t,
                  moves === "bias",
                ),
              },
            ]),
        ...(layer === active ? activeItems(places, moves, theme.phase[phase]) : []),
      ];
    }),
  ];
}

/** A few biases, one above the other. */
function biasOf({ what, numbers, before }: Weights): Weights {
  const few = (list: readonly number[] | null) => list && list.slice(0, 1);
  return { what, numbers: few(numbers), before: few(before) };
}

function nameItems(rail: Rail, { map }: RailLayer, name: string, fill: string): Item[] {
  if (rail.names === 0) return [];
  const text = name;
  return [
    {
      kind: "text",
      x: map.x + map.w / 2,
      y: map.y - rail.names * 0.42,
      text,
      font: sans(rail.names, 600),
      fill,
      align: "middle",
    },
  ];
}

function activeItems(places: RailLayer, moves: "map" | "weight" | "bias" | null, color: string): Item[] {
  const box = moves === "weight" ? places.weights : moves === "bias" ? places.bias : places.map;
  const by = box === places.map ? 3 : 2;
  return [
    {
      kind: "rect",
      x: box.x - by,
      y: box.y - by,
      w: box.w + 2 * by,
      h: box.h + 2 * by,
      r: 4,
      stroke: color,
      width: 2,
    },
  ];
}

function wireItems(rail: Rail, theme: Theme): Item[] {
  const all = [rail.image, ...rail.layers.map(({ map }) => map)];
  return all.slice(1).map((to, k): Item => {
    const from = all[k] ?? to;
    const y = from.y + from.h / 2;
    return {
      kind: "path",
      d: [
        ["M", from.x + from.w, y],
        ["L", to.x, y],
      ],
      stroke: theme.wire,
      width: 1,
    };
  });
}
