/**
 * What each number of the picture reads at (frame, t). At t = 0 a step shows what was before it, at t = 1 what is
 * after it; the numbers before come from the frame itself, or where everything fades from the frame shown before.
 */
import type { Drawing } from "../layout/drawing";
import type { Dtype, FrameView, GraphEdge, Step, TensorView } from "../store/types";
import { actsOf, blockUpTo, within } from "../layout/blocks";
import { shapeText, short, UNKNOWN, WITHHELD } from "./format";
import { around, BEATS, during } from "./motion";

export type Tone = "plain" | "positive" | "negative" | "zero" | "unknown" | "withheld" | "odd";

export interface Cell {
  readonly text: string;
  readonly tone: Tone;
  readonly opacity: number;
  readonly tensor: TensorView | null;
  /** Of a parameter that this iteration has updated: what it was before, and how far it has come from there. */
  readonly was?: { readonly tensor: TensorView; readonly share: number };
}

export interface Reading {
  readonly step: Step;
  readonly withheld: boolean;
  value(node: number): Cell;
  grad(node: number): Cell;
  /** The number that has travelled along an edge; null until it has. */
  edgeValue(edge: number): Cell | null;
  edgeGrad(edge: number): Cell | null;
  arrived(node: number): number;
}

/** One number for a tensor: itself, or the largest size for a tensor of several. Null where unknown. */
export function magnitude(tensor: TensorView | null): number | null {
  if (!tensor) return null;
  if (tensor.data?.length === 1) return tensor.data[0] ?? null;
  if (tensor.data) {
    let most = 0;
    for (const x of tensor.data) {
      if (Number.isNaN(x)) return Number.NaN;
      most = Math.max(most, Math.abs(x));
    }
    return most;
  }
  const { summary } = tensor;
  return summary ? Math.max(Math.abs(Number(summary.minimum)), Math.abs(Number(summary.maximum))) : null;
}

export function toneOf(x: number | null, signed: boolean): Tone {
  if (x === null) return "unknown";
  if (!Number.isFinite(x)) return "odd";
  if (!signed) return "plain";
  return x > 0 ? "positive" : x < 0 ? "negative" : "zero";
}

export function cellOf(tensor: TensorView | null, signed: boolean, opacity = 1): Cell {
  if (!tensor) return { text: UNKNOWN, tone: "unknown", opacity, tensor };
  if (tensor.data?.length === 1) {
    const x = tensor.data[0] ?? Number.NaN;
    return { text: short(x, tensor.dtype), tone: toneOf(x, signed), opacity, tensor };
  }
  const most = magnitude(tensor);
  const odd = most !== null && !Number.isFinite(most);
  return { text: shapeText(tensor.shape), tone: odd ? "odd" : "plain", opacity, tensor };
}

const HIDDEN: Cell = { text: WITHHELD, tone: "withheld", opacity: 1, tensor: null };

export function readingOf(
  drawing: Drawing,
  frame: FrameView,
  previous: FrameView | null,
  t: number,
): Reading {
  const { step, withheld } = frame.header;
  const { graph } = drawing;
  // What a closed group does is seen at once; the frame's own numbers of before are those of its last step alone.
  const block = blockUpTo(graph, drawing.chosen, step);
  const unfolded = actsOf(graph) !== null;
  const many = unfolded || block.length > 1;
  const fades = step.kind === "zero_grad" || step.kind === "load";
  const old = fades && previous ? previous : null;
  /** How far what computes a node is, and what brings its last gradient. */
  const touched = new Map(block.map((act) => [act.node, within(t, act)]));
  const receives = new Map(
    block.flatMap((act): [number | null | undefined, number][] =>
      act.edge === null && !unfolded
        ? []
        : [[act.edge === null ? act.node : graph.edges[act.edge]?.source, within(t, act)]],
    ),
  );
  const passes = new Map(block.map((act) => [act.edge, within(t, act)]));
  const of = (node: number) => drawing.byIndex.get(node)?.of ?? node;

  const faded = (look: (frame: FrameView) => TensorView | null, signed: boolean): Cell => {
    const after = look(frame);
    if (!old) return cellOf(after, signed);
    const before = look(old);
    if (same(before, after)) return cellOf(after, signed);
    return cellOf(t < BEATS.fade ? before : after, signed, around(t, BEATS.fade, 0.4));
  };

  return {
    step,
    withheld,
    value(card) {
      const node = of(card);
      const at = touched.get(node);
      if (step.kind === "forward" && at !== undefined) {
        const { print } = BEATS.forward;
        return cellOf(at < print ? null : frame.value(node), false, around(at, print));
      }
      if (step.kind === "update" && at !== undefined) {
        const { print } = BEATS.update;
        const before =
          (unfolded ? frame.of("before", node) : many ? previous?.value(node) : frame.before) ??
          frame.value(node);
        const after = frame.value(node);
        if (before && after && several(after) && before.data?.length === after.data?.length)
          return {
            ...cellOf(after, false),
            was: { tensor: before, share: during(at, BEATS.update.value) },
          };
        return cellOf(at < print ? before : after, false, around(at, print));
      }
      const was = unfolded ? null : beforeUpdates(frame, node);
      if (was && several(was)) return { ...cellOf(frame.value(node), false), was: { tensor: was, share: 1 } };
      return faded((f) => f.value(node), false);
    },
    grad(card) {
      const node = of(card);
      const at = step.kind === "backward" ? receives.get(node) : undefined;
      if (step.kind === "seed" ? step.node === node : at !== undefined) {
        const print = step.kind === "seed" ? BEATS.seed.print : BEATS.backward.print;
        const before = many ? (previous ?? frame).grad(node) : frame.before;
        const now = at ?? t;
        if (now < print) return cellOf(before, true, around(now, print));
        return withheld
          ? { ...HIDDEN, opacity: around(now, print) }
          : cellOf(frame.grad(node), true, around(now, print));
      }
      return faded((f) => f.grad(node), true);
    },
    edgeValue(index) {
      const edge = drawing.graph.edges[index];
      if (!edge) return null;
      const at = touched.get(edge.target);
      if (step.kind === "forward" && at !== undefined)
        return at <= 0 ? null : cellOf(frame.value(edge.source), false, travelled(at));
      // What flowed along a wire is the weight before its update; with the update that number goes.
      const updated = step.kind === "update" ? touched.get(edge.source) : undefined;
      if (updated !== undefined && (unfolded || edge.source === step.node) && frame.value(edge.target)) {
        const before = frame.of("before", edge.source) ?? frame.value(edge.source);
        const { print } = BEATS.update;
        return updated < print ? cellOf(before, false, around(updated, print)) : null;
      }
      const now = carried(drawing, frame, edge);
      if (now) return cellOf(now, false);
      const was = old && t < BEATS.fade ? carried(drawing, old, edge) : null;
      return was ? cellOf(was, false, 1 - t / BEATS.fade) : null;
    },
    edgeGrad(index) {
      const edge = drawing.graph.edges[index];
      if (!edge?.carries_grad) return null;
      const at = step.kind === "backward" ? passes.get(index) : undefined;
      if (at !== undefined) {
        if (at < BEATS.backward.travel[0]) return null;
        return withheld ? HIDDEN : some(frame.contribution(index));
      }
      const now = some(frame.contribution(index));
      if (now) return now;
      const was = old && t < BEATS.fade ? some(old.contribution(index)) : null;
      return was ? { ...was, opacity: 1 - t / BEATS.fade } : null;
    },
    arrived(card) {
      const node = of(card);
      const all = frame.header.arrived[node] ?? 0;
      if (step.kind !== "backward" || withheld) return all;
      const coming = block.filter(
        (act) => graph.edges[act.edge ?? -1]?.source === node && within(t, act) < BEATS.backward.print,
      );
      return Math.max(0, all - coming.length);
    },
  };
}

/** What a parameter was before the updates of this iteration, where they have come to it. */
export function beforeUpdates(frame: FrameView, node: number): TensorView | null {
  const [value, change] = [frame.value(node), frame.change(node)];
  const [now, by] = [value?.data, change?.data];
  if (frame.header.phase !== "update" || !value || !now || !by || now.length !== by.length) return null;
  return { ...value, data: now.map((x, k) => x - (by[k] ?? 0)) };
}

function several(tensor: TensorView): boolean {
  return (tensor.data?.length ?? 0) > 1;
}

/** The number that stands on a wire when a step is over: what its consumer has read. */
function carried(drawing: Drawing, frame: FrameView, edge: GraphEdge): TensorView | null {
  const { step } = frame.header;
  const turn = step.kind === "update" ? updatesOf(drawing).get(edge.source) : undefined;
  if (turn !== undefined && turn <= step.index) return null;
  return frame.value(edge.target) && frame.value(edge.source);
}

const updates = new WeakMap<Drawing, Map<number, number>>();

/** Each updated parameter's update step. */
function updatesOf(drawing: Drawing): ReadonlyMap<number, number> {
  let known = updates.get(drawing);
  if (!known) {
    known = new Map(
      drawing.graph.steps.flatMap((s) => (s.kind === "update" && s.node !== null ? [[s.node, s.index]] : [])),
    );
    updates.set(drawing, known);
  }
  return known;
}

function travelled(t: number): number {
  return Math.min(1, Math.max(0, (t - 0.3) / 0.2));
}

function some(tensor: TensorView | null): Cell | null {
  return tensor ? cellOf(tensor, true) : null;
}

function same(a: TensorView | null, b: TensorView | null): boolean {
  if (a === b) return true;
  if (!a || !b || !a.data || !b.data || a.data.length !== b.data.length) return false;
  for (let i = 0; i < a.data.length; i++) if (!Object.is(a.data[i], b.data[i])) return false;
  return true;
}

/** The dtype of a node of a drawing, for text made outside of a frame. */
export function dtypeOf(drawing: Drawing, node: number): Dtype {
  return drawing.byIndex.get(node)?.node.dtype ?? "float32";
}
