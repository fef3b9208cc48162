/** What a closed group says beyond a card: what is in it, what it is doing, and how large its gradients are. Pure. */
import { blocksOf } from "../layout/blocks";
import type { Drawing } from "../layout/drawing";
import { groupsOf, type Group } from "../layout/groups";
import type { FrameView, Graph } from "../store/types";
import { magnitude, type Reading } from "./reading";
import type { SceneInput } from "./scene-input";
import { symbolOf } from "./symbols";

export interface GradientSize {
  /** Empty where it stands for several parameters. */
  readonly symbol: string;
  /** The largest |∂L/∂θ|; null before it is there. */
  readonly size: number | null;
  readonly opacity: number;
}

export interface GroupState {
  /** Ops inside. */
  readonly ops: number;
  /** The step that it is at: 'z2 → W'; null where the cursor is elsewhere. */
  readonly doing: string | null;
  /** One for each parameter, or of repeats one for each of them in order. */
  readonly sizes: readonly GradientSize[];
  /** Powers of ten between which all gradients of parameters lie; the same for all groups. */
  readonly decades: readonly [number, number];
}

export function groupState(group: Group, { geometry, frame }: SceneInput, reading: Reading): GroupState {
  const { drawing } = geometry;
  const { graph } = drawing;
  const own = (nodes: readonly number[]) => nodes.filter((node) => graph.nodes[node]?.kind === "parameter");
  const size = (nodes: readonly number[], symbol: string): GradientSize => {
    const cells = nodes.map((node) => reading.grad(node));
    const sizes = cells.flatMap(({ tensor }) => magnitude(tensor) ?? []).map(Math.abs);
    return {
      symbol,
      size: sizes.length > 0 ? Math.max(...sizes) : null,
      opacity: Math.min(1, ...cells.map(({ opacity }) => opacity)),
    };
  };
  const sizes =
    group.repeats > 1
      ? partsOf(graph, group).map((nodes) => size(own(nodes), ""))
      : own(group.all).map((node) => size([node], symbolOf(graph.nodes[node])));
  return {
    ops: group.all.filter((node) => graph.nodes[node]?.kind === "op").length,
    doing: doing(drawing, group, frame),
    sizes,
    decades: decadesOf(drawing, frame),
  };
}

function partsOf(graph: Graph, group: Group): (readonly number[])[] {
  const { byId } = groupsOf(graph);
  return group.groups.map((id) => byId.get(id)?.all ?? []);
}

function doing({ graph, chosen }: Drawing, group: Group, frame: FrameView): string | null {
  const { step } = frame.header;
  if (blocksOf(graph, chosen)[step.index] !== group.id) return null;
  const name = (node: number | null | undefined) => {
    const at = graph.nodes[node ?? -1];
    return symbolOf(at) || (at?.op ?? at?.label ?? "");
  };
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  return edge ? `${name(edge.target)} → ${name(edge.source)}` : name(step.node);
}

const known = new WeakMap<FrameView, readonly [number, number]>();

function decadesOf({ graph }: Drawing, frame: FrameView): readonly [number, number] {
  let decades = known.get(frame);
  if (!decades) {
    const sizes = graph.nodes.flatMap(({ kind, index }) => {
      const size = kind === "parameter" ? Math.abs(magnitude(frame.grad(index)) ?? 0) : 0;
      return size > 0 && Number.isFinite(size) ? [Math.log10(size)] : [];
    });
    const high = sizes.length > 0 ? Math.floor(Math.max(...sizes)) + 1 : 0;
    decades = [Math.min(high - 2, Math.floor(Math.min(high, ...sizes))), high];
    known.set(frame, decades);
  }
  return decades;
}
