/** Places on the timeline: phases, neighbours, stops. Pure helpers over a graph's steps. */
import type { Beat, Cursor, Graph, Phase, Step, Unit } from "./types";

export const PHASES: readonly Phase[] = ["forward", "backward", "update"];

export interface PhaseRange {
  phase: Phase;
  /** First and last step, both inclusive. */
  first: number;
  last: number;
}

/** The non-empty phases of an iteration, in order. */
export function phaseRanges(steps: readonly Step[]): PhaseRange[] {
  const ranges: PhaseRange[] = [];
  for (const step of steps) {
    const range = ranges.at(-1);
    if (range?.phase === step.phase) range.last = step.index;
    else ranges.push({ phase: step.phase, first: step.index, last: step.index });
  }
  return ranges;
}

export function sameCursor(a: Cursor | null | undefined, b: Cursor | null | undefined): boolean {
  if (!a || !b) return a === b;
  return a.branch === b.branch && a.iteration === b.iteration && a.step === b.step;
}

/** How a cursor lies to another: one step after it, one step before it, the same place, or elsewhere. */
export type Relation = "same" | "next" | "previous" | "jump";

/** `stepsOfEarlier` is the number of steps in the iteration of whichever of the two cursors is earlier. */
export function relation(from: Cursor | null, to: Cursor, stepsOfEarlier: number): Relation {
  if (!from) return "jump";
  if (sameCursor(from, to)) return "same";
  if (from.branch !== to.branch) return "jump";
  if (follows(from, to, stepsOfEarlier)) return "next";
  if (follows(to, from, stepsOfEarlier)) return "previous";
  return "jump";
}

function follows(a: Cursor, b: Cursor, steps: number): boolean {
  if (a.iteration === b.iteration) return b.step === a.step + 1;
  return b.iteration === a.iteration + 1 && b.step === 0 && a.step === steps - 1;
}

/** The steps of one iteration at which a unit stops; the first stop of all, (0, 0), is the caller's. */
export function stops(
  steps: readonly Step[],
  unit: Unit,
  iterationsPerEpoch: number,
  iteration: number,
): number[] {
  const last = steps.length - 1;
  switch (unit) {
    case "step":
      return steps.map((step) => step.index);
    case "phase":
      return phaseRanges(steps).map((range) => range.last);
    case "iteration":
      return [last];
    case "epoch":
      return (iteration + 1) % Math.max(1, iterationsPerEpoch) === 0 ? [last] : [];
  }
}

/** The step of an iteration at which a beat is anchored, or null where this graph has no such step. */
export function beatStep(beat: Beat, graph: Graph): number | null {
  const anchor = beat.anchor;
  if (!anchor) return null;
  const named = (index: number | null) => {
    const node = index === null ? undefined : graph.nodes[index];
    return node !== undefined && (node.name === anchor.node || node.label === anchor.node);
  };
  for (const step of graph.steps) {
    if (step.kind !== anchor.kind) continue;
    const edge = step.edge === null ? undefined : graph.edges[step.edge];
    if (anchor.argument !== null && edge?.argument !== anchor.argument) continue;
    // With an argument the anchor names an edge of the node that passes its gradient on; without one, a node that
    // passes on or receives.
    const receives = anchor.argument === null && edge !== undefined && named(edge.source);
    if (anchor.node !== null && !named(step.node) && !receives) continue;
    return step.index;
  }
  return null;
}

const known = new WeakMap<Graph, WeakMap<readonly Beat[], readonly (number | null)[]>>();

/** The same of all beats: it is asked for with every frame, and found once. */
export function beatSteps(beats: readonly Beat[], graph: Graph): readonly (number | null)[] {
  let ofGraph = known.get(graph);
  if (!ofGraph) known.set(graph, (ofGraph = new WeakMap()));
  let found = ofGraph.get(beats);
  if (!found) ofGraph.set(beats, (found = beats.map((beat) => beatStep(beat, graph))));
  return found;
}

/** The beat that a cursor is in: the last one whose anchor has been reached, else the first. */
export function currentBeat(beats: readonly Beat[], graph: Graph, cursor: Cursor): number {
  const steps = beatSteps(beats, graph);
  return Math.max(
    0,
    beats.findLastIndex(({ anchor }, i) => {
      const step = steps[i] ?? null;
      const iteration = anchor?.iteration ?? 0;
      return (
        step !== null &&
        (iteration < cursor.iteration || (iteration === cursor.iteration && step <= cursor.step))
      );
    }),
  );
}
