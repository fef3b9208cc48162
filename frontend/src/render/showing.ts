/** Which frames are on the screen, and the movement between them: a step forwards, or the same step backwards. */
import { actsOf, blocksOf, isStop, stepsTo } from "../layout/blocks";
import type { Chosen } from "../layout/groups";
import { relation, type Relation } from "../store/timeline";
import type { Cursor, FrameView, Graph, State } from "../store/types";
import { durationFor, startMotion, type Motion } from "./motion";

export interface Shown {
  /** While a step back is shown, the later frame. */
  readonly frame: FrameView;
  readonly previous: FrameView | null;
}

export interface Showing {
  readonly shown: Shown;
  readonly motion: Motion | null;
}

/** What a change of state shows; null where there is nothing to show. */
export function showingOf(
  state: State,
  old: State | null,
  chosen: Chosen,
  reducedMotion: boolean,
  now: number,
): Showing | null {
  const { frame, graph } = state;
  if (!frame || !graph) return null;
  const from = old?.frame ?? null;
  const sameGraph = old?.graph === graph;
  const way =
    sameGraph && from !== frame
      ? wayOf(graph, blocksOf(graph, chosen), from?.header.cursor ?? null, frame.header.cursor)
      : from === frame
        ? "same"
        : "jump";
  const rate = state.playback.playing ? state.playback.rate : 1;
  const later = way === "previous" ? from : frame;
  const duration = reducedMotion ? 0 : durationFor(rate, turns(graph, later?.header.step.index ?? 0));
  if (way === "next")
    return {
      shown: { frame, previous: from },
      motion: duration > 0 ? startMotion(now, false, duration) : null,
    };
  if (way === "previous" && from && duration > 0)
    return { shown: { frame: from, previous: frame }, motion: startMotion(now, true, duration) };
  return { shown: { frame, previous: null }, motion: null };
}

/** How many movements follow each other in a step. */
function turns(graph: Graph, step: number): number {
  return new Set((actsOf(graph)?.get(step) ?? []).map(({ from }) => from)).size || 1;
}

/** All steps of a block are one step to who looks. */
export function wayOf(
  graph: Graph,
  blocks: readonly (string | null)[],
  from: Cursor | null,
  to: Cursor,
): Relation {
  const way = relation(from, to, graph.steps.length);
  if (way !== "jump" || !from || from.branch !== to.branch || from.iteration !== to.iteration) return way;
  const by = to.step - from.step;
  if (!isStop(graph, blocks, to.step) || !isStop(graph, blocks, from.step)) return way;
  if (by === stepsTo(graph, blocks, from.step, 1)) return "next";
  return by === stepsTo(graph, blocks, from.step, -1) ? "previous" : way;
}
