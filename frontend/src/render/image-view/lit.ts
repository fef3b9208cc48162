/** Which places belong to a number: what made it, where its gradient comes from and goes, where a weight was used. Pure. */
import type { Graph, Source } from "../../store/types";
import type { Filters, Stage } from "./stages";

/** Cells of a tile, from row and column on. */
export interface Lit {
  readonly stage: number;
  /** Null: of every tile of the stage. */
  readonly channel: number | null;
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  /** The number itself; what it is made of; or where it goes on to. */
  readonly role: "self" | "from" | "to";
  /** Each of its cells is a place by itself. */
  readonly each?: boolean;
}

type Area = Pick<Lit, "row" | "column" | "rows" | "columns">;

/** The places of a number of a sample; empty where it is of another sample, or of nothing that is shown. */
export function litBy(
  graph: Graph,
  stages: readonly Stage[],
  source: Source,
  sample: number,
): readonly Lit[] {
  const named = graph.nodes.find(({ name }) => name === source.name);
  if (!named) return [];
  // A contribution is to the argument's gradient.
  const edge =
    source.what === "contribution"
      ? graph.edges.find((one) => one.target === named.index && one.argument === source.argument)
      : undefined;
  const node = edge ? edge.source : named.index;
  const index = source.index ?? [];
  const at = stages.findIndex(({ nodes }) => (nodes as readonly number[]).includes(node));
  const stage = stages[at];
  if (!stage) return biasPlaces(graph, stages, node, index);
  if (stage.kind === "filters") return used(stages, at, stage, index);
  const [row, channel, y, x] = index;
  if (row !== sample || channel === undefined) return [];
  if (stage.kind === "scores") return [one(at, channel, 0, 0)];
  if (y === undefined || x === undefined) return [];
  const made = madeOf(stages, at, channel, y, x);
  if (source.what === "value") return [one(at, channel, y, x), ...made];
  return [
    one(at, channel, y, x),
    ...reached(stages, at, channel, y, x),
    ...made.map((lit): Lit => ({ ...lit, role: "to" })),
  ];
}

function one(stage: number, channel: number, row: number, column: number): Lit {
  return { stage, channel, row, column, rows: 1, columns: 1, role: "self" };
}

/** How far a convolution whose images keep their size looks beyond its middle, or how much it was padded. */
function padding(size: number, out: number, kernel: number): number {
  return Math.max(0, Math.floor((out - size + kernel - 1) / 2));
}

function clipped(row: number, column: number, rows: number, columns: number, stage: Stage): Area {
  const [top, left] = [Math.max(0, row), Math.max(0, column)];
  return {
    row: top,
    column: left,
    rows: Math.min(stage.rows, row + rows) - top,
    columns: Math.min(stage.columns, column + columns) - left,
  };
}

/** The window that a pixel was made of, and its filter. */
function madeOf(stages: readonly Stage[], at: number, channel: number, y: number, x: number): Lit[] {
  const [stage, before, images] = [stages[at], stages[at - 1], stages[at - 2]];
  if (!stage || !before) return [];
  if (before.kind === "filters" && images) {
    const [py, px] = [
      padding(images.rows, stage.rows, before.rows),
      padding(images.columns, stage.columns, before.columns),
    ];
    const area = clipped(y - py, x - px, before.rows, before.columns, images);
    return [
      { stage: at - 2, channel: null, ...area, role: "from" },
      ...slices(before, channel).map((slice): Lit => ({
        stage: at - 1,
        channel: slice,
        // Of a window over the edge, only a part of the filter met pixels.
        row: area.row - (y - py),
        column: area.column - (x - px),
        rows: area.rows,
        columns: area.columns,
        role: "from",
      })),
    ];
  }
  if (stage.kind !== "pooled") return [];
  const [h, w] = [Math.floor(before.rows / stage.rows), Math.floor(before.columns / stage.columns)];
  return [{ stage: at - 1, channel, ...clipped(y * h, x * w, h, w, before), role: "from" }];
}

function slices(filters: Filters, output: number): number[] {
  return Array.from({ length: filters.inputs }, (_, k) => output * filters.inputs + k);
}

/** The pixels further on that have seen a pixel: from them its gradient comes. */
function reached(stages: readonly Stage[], at: number, channel: number, y: number, x: number): Lit[] {
  const [stage, next, after] = [stages[at], stages[at + 1], stages[at + 2]];
  if (!stage || !next) return [];
  if (next.kind === "filters" && after) {
    const [py, px] = [
      padding(stage.rows, after.rows, next.rows),
      padding(stage.columns, after.columns, next.columns),
    ];
    const [top, left] = [y + py - next.rows + 1, x + px - next.columns + 1];
    return [
      { stage: at + 2, channel: null, ...clipped(top, left, next.rows, next.columns, after), role: "from" },
      ...Array.from({ length: next.outputs }, (_, k): Lit => ({
        stage: at + 1,
        channel: k * next.inputs + channel,
        row: 0,
        column: 0,
        rows: next.rows,
        columns: next.columns,
        role: "from",
      })),
    ];
  }
  if (next.kind !== "pooled") return [];
  const [h, w] = [Math.floor(stage.rows / next.rows), Math.floor(stage.columns / next.columns)];
  if (Math.floor(y / h) >= next.rows || Math.floor(x / w) >= next.columns) return [];
  return [{ ...one(at + 1, channel, Math.floor(y / h), Math.floor(x / w)), role: "from" }];
}

/** Every place where a weight was used: the pixels that it met, and those that it helped to make. */
function used(stages: readonly Stage[], at: number, filters: Filters, index: readonly number[]): Lit[] {
  const [output, input, ky, kx] = index;
  const [images, made] = [stages[at - 1], stages[at + 1]];
  if (output === undefined || input === undefined || ky === undefined || kx === undefined) return [];
  if (!images || !made) return [];
  const [dy, dx] = [
    ky - padding(images.rows, made.rows, filters.rows),
    kx - padding(images.columns, made.columns, filters.columns),
  ];
  const met = clipped(dy, dx, made.rows, made.columns, images);
  const self = one(at, output * filters.inputs + input, ky, kx);
  return [
    self,
    { stage: at - 1, channel: input, ...met, role: "from", each: true },
    {
      stage: at + 1,
      channel: output,
      ...met,
      row: met.row - dy,
      column: met.column - dx,
      role: "from",
      each: true,
    },
  ];
}

/** A bias is added to every pixel of its map. */
function biasPlaces(graph: Graph, stages: readonly Stage[], node: number, index: readonly number[]): Lit[] {
  const edge = graph.edges.find(({ source, argument }) => source === node && argument === 2);
  const at = stages.findIndex(({ nodes }) => nodes[0] === edge?.target);
  const [stage, channel] = [stages[at], index[0]];
  if (!stage || channel === undefined) return [];
  const { rows, columns } = stage;
  return [{ stage: at, channel, row: 0, column: 0, rows, columns, role: "from", each: true }];
}
