/** A step of tensors as several of numbers: whose arithmetic is written out, and what a number's wires add up to. */
import { blockUpTo } from "../layout/blocks";
import type { Act, GraphEdge, TensorView } from "../store/types";
import { appears, BEATS } from "./motion";
import type { MoveInput, Moves, Parts } from "./moves";
import { cellOf } from "./reading";

/** Of more than this many parts of a step, the arithmetic of one alone is written out. */
const WRITTEN = 3;

/** Which parts of a step have their arithmetic written out: all of a few, else that of the selection or the main one. */
function told({ geometry, frame, selected }: MoveInput, acts: readonly Act[]): ReadonlySet<number> {
  const { edges } = geometry.drawing.graph;
  const id = ({ node, edge }: Act) => edge ?? node ?? -1;
  const plain = acts.filter(({ edge }) => edge === null || frame.local(edge) !== null);
  const last = Math.max(...plain.map(({ to }) => to));
  const deepest = plain.filter(({ to }) => to === last);
  if (deepest.length <= WRITTEN) return new Set(deepest.map(id));
  const about = plain.filter(({ edge, node }) =>
    selected?.kind === "edge"
      ? edge === selected.index
      : selected !== null && (node === selected.index || edges[edge ?? -1]?.source === selected.index),
  );
  const { step } = frame.header;
  return new Set(about.length > 0 ? about.map(id) : [step.edge ?? step.node ?? -1]);
}

/** What all wires of a number have brought, and their sum, when the last of them has come. */
function sum(input: MoveInput, edge: GraphEdge, target: number, moves: Moves): void {
  const { geometry, frame, t } = input;
  const { graph } = geometry.drawing;
  const wires = graph.edges.filter(({ source, carries_grad }) => source === edge.source && carries_grad);
  const last = blockUpTo(graph, {}, frame.header.step)
    .filter((act) => graph.edges[act.edge ?? -1]?.source === edge.source)
    .at(-1)?.edge;
  const brought = wires.map(({ index }) => frame.contribution(index));
  const total = frame.grad(edge.source);
  // With its product written out too, or there would be no room for either.
  const told = [...(input.written ?? [])].some((index) => graph.edges[index]?.source === edge.source);
  const few = told && wires.length > 1 && wires.length <= WRITTEN && brought.every(isNumber);
  if (!few || last !== edge.index || !total || frame.header.withheld) return;
  moves.strips.push({
    node: target,
    spec: {
      parts: [
        ...brought.flatMap((one, k) => (k > 0 ? ["+", cellOf(one, true)] : [cellOf(one, true)])),
        "=",
        cellOf(total, true),
      ],
      phase: "backward",
      opacity: appears(t, BEATS.backward.travel[1]),
      id: "strip:sum",
    },
  });
}

function isNumber(tensor: TensorView | null): tensor is TensorView {
  return tensor?.data?.length === 1;
}

export const parts: Parts = { told, sum };
