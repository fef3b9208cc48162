// Which steps of the current iteration carry a mark: a beat of the lesson, a breakpoint. Pure.
import { beatSteps } from "../../store/timeline";
import type { Beat, Graph, State, Step } from "../../store/types";

export function beatsByStep(state: State, beats: readonly Beat[]): number[] {
  const { graph, cursor } = state;
  if (!graph || !cursor) return [];
  const steps = beatSteps(beats, graph).filter((_, k) => beats[k]?.anchor?.iteration === cursor.iteration);
  return [...new Set(steps)].filter((step) => step !== null);
}

export function breakpointSteps(state: State): number[] {
  const { graph } = state;
  if (!graph) return [];
  const found = graph.steps.filter((step) =>
    state.breakpoints.some(({ condition, on }) => {
      if (on === false) return false;
      if (condition.kind === "grad") return step.index === lastArrival(graph, condition.name ?? null);
      if (condition.kind !== "step") return false;
      const kind = condition.step_kind ?? null;
      const node = condition.node ?? null;
      // As the server counts: the step of a node, and one that brings it a contribution.
      const at = [step.node, step.edge === null ? null : graph.edges[step.edge]?.source];
      const touched = at.some((index) => graph.nodes[index ?? -1]?.name === node);
      return (kind === null || kind === step.kind) && (node === null || touched);
    }),
  );
  return found.map((step) => step.index);
}

/** The step at which a node's gradient is complete. */
function lastArrival(graph: Graph, name: string | null): number | null {
  const node = graph.nodes.find((one) => one.name === name);
  const to = (step: Step) => (step.edge === null ? null : graph.edges[step.edge]?.source);
  return (node && graph.steps.findLast((step) => to(step) === node.index)?.index) ?? null;
}
