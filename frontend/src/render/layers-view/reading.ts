/** What the layers' view shows at a frame, apart from where: each layer's numbers in the cursor's phase. Pure. */
import { toNumber } from "../../store/reduce";
import type { FrameView, Graph, Layer, Phase, TensorView } from "../../store/types";

/** What a weight line or a bias shows: the number itself, its gradient, or what the update did to it. */
export type Shows = "value" | "grad" | "change";

/** Which part of a layer the step is about. */
export type Part = "summed" | "gate" | "passes" | "weight" | "bias" | "load" | "loss" | "seed" | "penalty";

export interface Active {
  /** Index into the graph's layers; the number of layers for the loss. */
  readonly layer: number;
  readonly part: Part;
}

export interface LayerReading {
  readonly layer: Layer;
  /** Null where the cursor has not reached it. */
  readonly weight: TensorView | null;
  readonly bias: TensorView | null;
  readonly weightGrad: TensorView | null;
  readonly biasGrad: TensorView | null;
  /** Whether the forward pass has got to what the layer passes on. */
  readonly forward: boolean;
  /** Whether the gradient of what it passes on has come. */
  readonly passed: boolean;
  readonly updated: boolean;
  /** Mean |∂L/∂W| over all its weights; null before there is one. */
  readonly size: number | null;
}

export interface NetworkReading {
  readonly phase: Phase;
  readonly shows: Shows;
  readonly layers: readonly LayerReading[];
  readonly active: Active | null;
  readonly loss: number | null;
  readonly seeded: boolean;
  readonly loaded: boolean;
}

/** What the ground shows of a reading: it rests while this is the same. Nothing that differs from number to number. */
export interface Resting {
  readonly phase: Phase;
  readonly active: Active | null;
  readonly loaded: boolean;
  /** Whether the gradient has come back from the loss. */
  readonly passed: boolean;
  /** By layer, whether a gradient of its parameters has come. */
  readonly arrived: readonly boolean[];
}

export function restingOf({ phase, active, loaded, layers }: NetworkReading): Resting {
  return {
    phase,
    active,
    loaded,
    passed: layers.at(-1)?.passed ?? false,
    arrived: layers.map(({ weightGrad, biasGrad }) => weightGrad !== null || biasGrad !== null),
  };
}

export function showsIn(phase: Phase): Shows {
  return phase === "forward" ? "value" : phase === "backward" ? "grad" : "change";
}

export function readNetwork(graph: Graph, frame: FrameView): NetworkReading {
  const { phase, loss } = frame.header;
  const shows = showsIn(phase);
  const value = (node: number | null, what: Shows) =>
    node === null
      ? null
      : what === "value"
        ? frame.value(node)
        : what === "grad"
          ? frame.grad(node)
          : frame.change(node);
  const lossNode = graph.nodes.find((node) => node.loss);
  return {
    phase,
    shows,
    layers: graph.layers.map((layer) => {
      const weightGrad = value(layer.weight, "grad");
      return {
        layer,
        weight: value(layer.weight, shows),
        bias: value(layer.bias, shows),
        weightGrad,
        biasGrad: value(layer.bias, "grad"),
        // Not from the numbers: while it trains flat out they are not sent, as nobody sees them.
        forward: frame.header.step.index >= (forwardSteps(graph)[layer.output] ?? Infinity),
        passed: (frame.header.arrived[layer.output] ?? 0) > 0,
        updated: value(layer.weight, "change") !== null,
        size: meanSize(weightGrad),
      };
    }),
    active: activeIn(graph, frame),
    loss: toNumber(loss),
    seeded: lossNode !== undefined && frame.grad(lossNode.index) !== null,
    loaded: frame.header.batch.length > 0,
  };
}

/** The step at which each node has its value, by its index; of leaves there is none. */
const forwardSteps = onceForEach((graph) => {
  const found: Record<number, number> = {};
  for (const { kind, node, index } of graph.steps)
    if (kind === "forward" && node !== null) found[node] = index;
  return found;
});

/** Which layer and which part of it the step is about; null for zero_grad. */
export function activeIn(graph: Graph, frame: FrameView): Active | null {
  const { kind, node, edge } = frame.header.step;
  const { layers } = graph;
  if (kind === "load") return { layer: 0, part: "load" };
  if (kind === "seed") return { layer: layers.length, part: "seed" };
  if (node === null) return null;
  const at = layerOf(graph, node);
  if (kind === "forward") {
    if (at === null) return { layer: layers.length, part: "loss" };
    return { layer: at, part: layers[at]?.summed === node ? "summed" : "gate" };
  }
  if (kind === "update")
    return at === null ? null : { layer: at, part: layers[at]?.bias === node ? "bias" : "weight" };
  const source = edge === null ? null : (graph.edges[edge]?.source ?? null);
  if (kind !== "backward" || source === null) return null;
  const from = layers.findIndex(({ weight, bias }) => weight === source || bias === source);
  if (from >= 0) {
    // A penalty reads the weight itself: its share stays too, but comes from the loss.
    const own = at === from;
    return { layer: from, part: !own ? "penalty" : layers[from]?.weight === source ? "weight" : "bias" };
  }
  const into = layers.findIndex(({ output }) => output === source);
  if (into >= 0 && at !== into) return { layer: into, part: "passes" };
  return at === null ? { layer: layers.length, part: "seed" } : { layer: at, part: "gate" };
}

/** A connection that goes around what a layer computes: from what one passes on to what another adds to. */
export interface Skip {
  readonly from: number;
  readonly to: number;
  readonly edge: number;
}

export const skipsIn = onceForEach((graph): Skip[] =>
  graph.edges.flatMap(({ index, source, target }) => {
    const from = graph.layers.findIndex(({ output }) => output === source);
    const to = layerOf(graph, target);
    if (from < 0 || to === null || to <= from || graph.layers[to]?.summed === target) return [];
    return [{ from, to, edge: index }];
  }),
);

/** What each layer does between summing and passing on, in order: norm, tanh, dropout. */
export const gatesIn = onceForEach((graph): string[][] => graph.layers.map((layer) => gatesOf(graph, layer)));

function gatesOf(graph: Graph, layer: Layer): string[] {
  const names: Record<string, string> = { batch_norm: "norm", dropout: "drop" };
  return graph.nodes.flatMap(({ op, scope, index }) => {
    const own = scope === layer.name || scope.startsWith(`${layer.name}.`);
    if (!op || !own || index === layer.summed || layer.kind === "input") return [];
    return op === layer.activation ? [op] : (names[op] ?? []);
  });
}

/** What only depends on the graph is found once, not with each frame. */
function onceForEach<T>(find: (graph: Graph) => T): (graph: Graph) => T {
  const found = new WeakMap<Graph, { value: T }>();
  return (graph) => {
    let known = found.get(graph);
    if (!known) found.set(graph, (known = { value: find(graph) }));
    return known.value;
  };
}

/** The layer whose scope a node is in, or whose parameter it is. */
export function layerOf(graph: Graph, node: number): number | null {
  const scope = graph.nodes[node]?.scope ?? "";
  const at = graph.layers.findIndex(
    (layer) =>
      layer.output === node ||
      layer.weight === node ||
      layer.bias === node ||
      (layer.kind !== "input" && (scope === layer.name || scope.startsWith(`${layer.name}.`))),
  );
  return at < 0 ? null : at;
}

/** Mean size of a tensor's numbers, of all of them; null where it is not there, NaN where one is none. */
export function meanSize(tensor: TensorView | null): number | null {
  if (!tensor?.data) return toNumber(tensor?.summary?.mean_size ?? null);
  const { data } = tensor;
  let total = 0;
  for (let k = 0; k < data.length; k++) total += Math.abs(data[k] ?? NaN);
  return data.length > 0 ? total / data.length : null;
}

/** The largest size in a tensor, over its finite numbers. */
export function largest(tensor: TensorView | null): number {
  return largestOf(tensor?.data ?? []);
}

export function largestOf(numbers: ArrayLike<number>): number {
  let most = 0;
  // By places: there are thousands in a frame, and to be handed one after the other takes longer than all else.
  for (let k = 0; k < numbers.length; k++) {
    const size = Math.abs(numbers[k] ?? NaN);
    if (size > most && size < Infinity) most = size;
  }
  return most;
}

/** Decades that hold all sizes and at least 10⁻⁴ … 1, so that the axis rests while dots move. */
export function decades(sizes: readonly (number | null)[]): { low: number; high: number } {
  let [low, high] = [-4, 0];
  for (const size of sizes) {
    if (size === null || !(size > 0) || !Number.isFinite(size)) continue;
    low = Math.min(low, Math.floor(Math.log10(size)));
    high = Math.max(high, Math.ceil(Math.log10(size)));
  }
  return { low: Math.max(low, -12), high: Math.min(high, 12) };
}
