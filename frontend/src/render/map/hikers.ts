/** What the picture knows of the hikers at the cursor: read from a frame, a history and t. Pure. */
import type { DifferencesResult, FrameView, Graph } from "../../store/types";
import { relation } from "../../store/timeline";
import { toNumber } from "../../store/reduce";
import { BEATS, during, ease } from "../motion";
import { HIKERS } from "../runs";

export interface Place {
  readonly x: number;
  readonly y: number;
}

export interface Hiker {
  readonly name: string;
  readonly title: string;
  /** Its place in the palette, whoever else walks. */
  readonly mark: number;
  /** Where it has been at the start of each iteration, the last the current one's. */
  readonly trail: readonly Place[];
  /** Where this iteration found it. */
  readonly start: Place;
  /** Where it stands at t. */
  readonly place: Place;
  /** Of where it stands: null until the forward pass has come to it, and on the way, while only one axis has moved. */
  readonly loss: number | null;
  /** Null until both are complete; where only one is, the other is null. */
  readonly gradient: readonly [number | null, number | null];
  /** Whether the step is about it. */
  readonly active: boolean;
}

/** So many places of a trail are drawn. */
export const TRAIL = 3000;

export interface Moment {
  readonly graph: Graph;
  readonly frame: FrameView;
  /** The value of a watched parameter at the start of an iteration. */
  readonly at: (name: string, iteration: number) => number | null;
  readonly t: number;
  /** Whether it has come by a whole iteration: then all walk at once. */
  readonly leap: boolean;
  /** Slopes by finite differences, to be shown in place of gradients. */
  readonly differences: DifferencesResult | null;
}

export function hikersOf({ graph, frame, at, t, leap, differences }: Moment): Hiker[] {
  const { step, cursor } = frame.header;
  const one = (tensor: { data: ArrayLike<number> | null } | null) =>
    tensor?.data?.length === 1 ? (tensor.data[0] ?? null) : null;
  return graph.runs.map((run) => {
    const slopes = differences?.runs.find(({ name }) => name === run.name)?.slopes;
    const axes = run.parameters.map((index, k) => {
      const node = graph.nodes[index];
      const now = one(frame.value(index)) ?? NaN;
      const start = at(node?.name ?? "", cursor.iteration) ?? now - (one(frame.change(index)) ?? 0);
      const before = step.kind === "update" && step.node === index ? one(frame.before) : null;
      const seen = leap
        ? start + (now - start) * ease(t)
        : before === null
          ? now
          : before + (now - before) * during(t, BEATS.update.value);
      const gradient = slopes ? toNumber(slopes[k] ?? null) : one(frame.grad(index));
      return { name: node?.name ?? "", start, seen, gradient };
    });
    const [x, y] = axes;
    const first = Math.max(0, cursor.iteration - TRAIL);
    const trail: Place[] = [];
    for (let k = first; k <= cursor.iteration; k++) {
      const [u, v] = [at(x?.name ?? "", k), at(y?.name ?? "", k)];
      if (u !== null && v !== null) trail.push({ x: u, y: v });
    }
    const mark = HIKERS.indexOf(run.name);
    const moved = run.parameters.some((index) => frame.change(index) !== null);
    const height = frame.header.runs.find(({ name }) => name === run.name)?.because["height"] ?? null;
    const touched = [step.node, step.edge === null ? null : (graph.edges[step.edge]?.source ?? null)];
    return {
      name: run.name,
      title: run.title,
      mark: mark < 0 ? 0 : mark,
      trail,
      start: { x: x?.start ?? NaN, y: y?.start ?? NaN },
      place: { x: x?.seen ?? NaN, y: y?.seen ?? NaN },
      loss: moved ? toNumber(height) : one(frame.value(run.loss)),
      gradient: [x?.gradient ?? null, y?.gradient ?? null],
      active: touched.some((index) => {
        const name = index === null ? "" : (graph.nodes[index]?.name ?? "");
        return name.startsWith(`${run.name}/`) || name.startsWith(`${run.name}.`);
      }),
    };
  });
}

/** How hikers get from one frame to another: by one update, or by whole iterations at once, ahead or back; null: they jump. */
export function wayBetween(
  from: FrameView,
  to: FrameView,
  steps: number,
): { back: boolean; whole: boolean } | null {
  if (forwards(from, to, steps)) return { back: false, whole: forwards(from, to, steps) === "whole" };
  const way = forwards(to, from, steps);
  return way && { back: true, whole: way === "whole" };
}

function forwards(from: FrameView, to: FrameView, steps: number): "update" | "whole" | null {
  const [a, b] = [from.header.cursor, to.header.cursor];
  if (to.header.step.kind === "update" && relation(a, b, steps) === "next") return "update";
  if (a.branch !== b.branch || b.step !== steps - 1 || a.step >= steps) return null;
  const before = a.iteration === b.iteration - 1 && a.step === steps - 1;
  return before || (a.iteration === b.iteration && a.step < b.step) ? "whole" : null;
}
