/** What the picture of columns knows at the cursor: sizes of each layer in each run, and what was before. Pure. */
import { layerIn, rowsOf } from "../../layout/blocks";
import { toNumber } from "../../store/reduce";
import type { FrameView, Graph, RunState } from "../../store/types";
import { markOfRun } from "../runs";

export interface Row {
  /** Sizes; null: not reached yet. */
  readonly activation: number | null;
  readonly grad: number | null;
  readonly weightGrad: number | null;
  /** Whether all contributions to the gradient have arrived. */
  readonly complete: boolean;
  readonly gain: number | null;
  readonly skip: boolean;
  /** The gradient of the run that is held beside this one, where it is another. */
  readonly ghost: number | null;
  /** How many times as large as there the gradient is. */
  readonly ratio: number | null;
}

export interface ColumnReading {
  readonly name: string;
  readonly mark: number;
  readonly loss: number | null;
  readonly rows: readonly Row[];
  readonly product: number | null;
  /** The same product of the run beside, where it is another. */
  readonly before: number | null;
}

export interface ColumnsReading {
  readonly columns: readonly ColumnReading[];
  /** The layer that the step is about, by its place; the number of layers: the loss; null: none. */
  readonly active: number | null;
  readonly decades: { readonly low: number; readonly high: number };
}

export function readColumns(graph: Graph, frame: FrameView, beside: readonly RunState[]): ColumnsReading {
  const states = frame.header.runs;
  const columns = graph.runs.map((run, k): ColumnReading => {
    const state = states.find(({ name }) => name === run.name);
    const other = beside.find(({ name }) => name === run.name);
    const rows = run.layers.map(({ skip }, at): Row => {
      const sizes = state?.layers[at];
      const grad = toNumber(sizes?.grad ?? null);
      const held = other?.layers.length === run.layers.length ? other.layers[at] : undefined;
      const was = held?.complete ? toNumber(held.grad) : null;
      return {
        activation: toNumber(sizes?.activation ?? null),
        grad,
        weightGrad: toNumber(sizes?.weight_grad ?? null),
        complete: sizes?.complete ?? false,
        gain: toNumber(sizes?.gain ?? null),
        skip,
        ghost: differ(was, grad) ? was : null,
        ratio: sizes?.complete ? ratioOf(grad, was) : null,
      };
    });
    const product = toNumber(state?.product ?? null);
    const before = toNumber(other?.product ?? null);
    const loss = frame.value(run.loss)?.data;
    return {
      name: run.name,
      mark: markOfRun(run.name, k),
      loss: loss?.length === 1 ? (loss[0] ?? null) : null,
      rows,
      product,
      before: differ(before, product) ? before : null,
    };
  });
  return { columns, active: activeRow(graph, frame.header.step.index), decades: decadesOf(columns) };
}

function ratioOf(now: number | null, was: number | null): number | null {
  if (now === null || was === null || !Number.isFinite(was)) return null;
  return was === 0 && now === 0 ? null : now / was;
}

/** Whether two sizes are seen apart. */
function differ(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a !== null;
  return !(Math.abs(a - b) <= 0.01 * Math.max(a, b)) && !Object.is(a, b);
}

/** The layer that a step is about, by its place. */
export function activeRow(graph: Graph, step: number): number | null {
  const row = rowsOf(graph)[step] ?? null;
  const layers = graph.runs[0]?.layers ?? [];
  if (row === null) return graph.steps[step]?.kind === "seed" ? layers.length : null;
  const at = layers.findIndex(({ name }) => layerIn(name) === row);
  return at < 0 ? layers.length : at;
}

/** An even number of decades that holds all sizes, and at least 10⁻⁴ … 10: so that the axis rests while dots move. */
export function decadesOf(columns: readonly ColumnReading[]): { low: number; high: number } {
  let [low, high] = [-4, 1];
  for (const { rows } of columns)
    for (const { activation, grad, weightGrad, ghost } of rows)
      for (const size of [activation, grad, weightGrad, ghost]) {
        if (size === null || !(size > 0) || !Number.isFinite(size)) continue;
        low = Math.min(low, 2 * Math.floor(Math.log10(size) / 2));
        high = Math.max(high, Math.ceil(Math.log10(size)));
      }
  return { low, high };
}
