/** A network on images as stages from the image to the scores: read off the graph, each with the nodes that it shows. Pure. */
import type { FrameView, Graph, GraphNode, TensorView } from "../../store/types";

/** Planes of pixels: the image, the maps of a layer. Nodes of one shape that follow each other are one stage. */
export interface Maps {
  readonly kind: "image" | "maps" | "pooled";
  /** In the order in which they are computed. */
  readonly nodes: readonly number[];
  /** Nodes without a picture of their own that belong here: biases, the parameters of the scores. */
  readonly also: readonly number[];
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Filters {
  readonly kind: "filters";
  readonly nodes: readonly [number];
  readonly also: readonly number[];
  readonly outputs: number;
  readonly inputs: number;
  /** One tile for each output and input. */
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

/** One number for each class. */
export interface Scores {
  readonly kind: "scores";
  readonly nodes: readonly [number];
  readonly also: readonly number[];
  readonly channels: number;
  readonly rows: 1;
  readonly columns: 1;
}

export type Stage = Maps | Filters | Scores;

/** What it is called in words; null where it goes by the names of its nodes. */
export function nameOf(
  { kind }: Stage,
  words: Record<"image" | "filters" | "scores", string>,
): string | null {
  return kind === "maps" || kind === "pooled" ? null : words[kind];
}

const cache = new WeakMap<Graph, readonly Stage[]>();

/** In the order of computing; empty where the graph has no images. */
export function stagesOf(graph: Graph): readonly Stage[] {
  let found = cache.get(graph);
  if (!found) {
    found = read(graph);
    cache.set(graph, found);
  }
  return found;
}

function read(graph: Graph): Stage[] {
  const image = graph.nodes.find(({ kind, shape }) => kind === "input" && shape.length === 4);
  if (!image) return [];
  const stages: Stage[] = [maps("image", image)];
  const sources = (node: GraphNode) =>
    graph.edges.filter((edge) => edge.target === node.index).map((edge) => graph.nodes[edge.source]);
  for (const node of graph.nodes) {
    if (node.kind !== "op") continue;
    const last = stages.at(-1);
    const [, weight, bias] = sources(node);
    if (node.op === "conv2d" && weight) {
      const [outputs = 0, inputs = 0, rows = 0, columns = 0] = weight.shape;
      stages.push({
        kind: "filters",
        nodes: [weight.index],
        also: bias ? [bias.index] : [],
        outputs,
        inputs,
        channels: outputs * inputs,
        rows,
        columns,
      });
      stages.push(maps("maps", node));
    } else if (node.shape.length === 4 && (last?.kind === "maps" || last?.kind === "pooled")) {
      const [, channels = 0, rows = 0, columns = 0] = node.shape;
      if (channels === last.channels && rows === last.rows && columns === last.columns)
        stages[stages.length - 1] = { ...last, nodes: [...last.nodes, node.index] };
      else stages.push(maps("pooled", node));
    } else if (node.op === "reshape" && last && last.kind !== "filters") {
      stages[stages.length - 1] = { ...last, also: [...last.also, node.index] };
    } else if (node.shape.length === 2 && node.op === "linear") {
      const channels = node.shape[1] ?? 0;
      const also = [weight, bias].flatMap((one) => one?.index ?? []);
      stages.push({ kind: "scores", nodes: [node.index], also, channels, rows: 1, columns: 1 });
    }
  }
  return stages.length > 2 ? stages : [];
}

function maps(kind: Maps["kind"], node: GraphNode): Maps {
  const [, channels = 0, rows = 0, columns = 0] = node.shape;
  return { kind, nodes: [node.index], also: [], channels, rows, columns };
}

/** What a stage shows at a frame. */
export interface Shown {
  readonly node: number;
  readonly what: "value" | "grad";
  /** Null: the cursor has not got there. */
  readonly tensor: TensorView | null;
}

/** Forward its latest value; from then on its latest gradient, where one has come. Filters that moved show their values. */
export function shownIn(stage: Stage, frame: FrameView): Shown {
  const { phase } = frame.header;
  const [first] = stage.nodes;
  const look = (node: number, what: "value" | "grad"): TensorView | null => {
    if (stage.kind === "filters") return what === "value" ? frame.value(node) : frame.grad(node);
    return what === "value" ? frame.ownValue(node) : frame.ownGrad(node);
  };
  if (phase !== "forward" && !(stage.kind === "filters" && phase === "update" && frame.change(first ?? -1)))
    for (const node of stage.nodes) {
      const tensor = look(node, "grad");
      if (tensor) return { node, what: "grad", tensor };
    }
  for (const node of [...stage.nodes].reverse()) {
    const tensor = look(node, "value");
    if (tensor) return { node, what: "value", tensor };
  }
  return { node: first ?? 0, what: "value", tensor: null };
}

/** Where a tensor without the axis of samples has a pixel. */
export function placeIn(stage: Stage, channel: number, row: number, column: number): number {
  return (channel * stage.rows + row) * stage.columns + column;
}

/** The index of that pixel in the whole tensor of a node, for one row of the batch. */
export function indexOf(
  stage: Stage,
  sample: number,
  channel: number,
  row: number,
  column: number,
): number[] {
  if (stage.kind === "scores") return [sample, channel];
  if (stage.kind === "filters")
    return [Math.floor(channel / stage.inputs), channel % stage.inputs, row, column];
  return [sample, channel, row, column];
}
