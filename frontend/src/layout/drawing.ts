/**
 * What of a graph is drawn: closed groups as one card each, constant exponents in the glyph of their power, the rest
 * as it is.
 */
import type { Graph, GraphEdge, GraphNode } from "../store/types";
import { hostsOf } from "./beside";
import { closedAround, groupsOf, isOpen, opensApart, type Chosen, type Group } from "./groups";

export interface DrawnNode {
  /** Of the graph's node; closed groups have numbers after those of all nodes. */
  readonly index: number;
  readonly node: GraphNode;
  /** The node of the graph whose value and gradient it shows: its own, or of a closed group what goes out of it. */
  readonly of: number;
  /** What stands large on the card: a variable's name, or the op's sign. */
  readonly glyph: string;
  readonly isGlyph: boolean;
  /** Drawn edges into this node in order of its arguments, and out of it in order of the edges. */
  readonly ins: readonly GraphEdge[];
  readonly outs: readonly GraphEdge[];
  /** Those of `ins` that come from what stands beside the op; the others come in along the flow. */
  readonly stays: readonly GraphEdge[];
  readonly through: readonly GraphEdge[];
  /** The op beside which a parameter stands; null for what has a place in the flow of its own. */
  readonly host: number | null;
  /** The group that this card stands for: a closed one, or one that is open apart. */
  readonly group: Group | null;
  /** Of a group that is open apart: the edges into it, in the order in which they come to its card. */
  readonly opened: readonly number[] | null;
  /** The innermost open group around it. */
  readonly within: string | null;
  /** Its cells are so few that each is a number. */
  readonly numbered: boolean;
}

/** `source` and `target` of its edges are drawn nodes; `graph.edges` has those of the graph. */
export interface Drawing {
  readonly graph: Graph;
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly GraphEdge[];
  readonly byIndex: ReadonlyMap<number, DrawnNode>;
  /** Open groups, those around before those within. */
  readonly frames: readonly Group[];
  /** Whether groups are opened apart from their cards. */
  readonly apart: boolean;
  /** Which groups are open. */
  readonly chosen: Chosen;
  /** The drawn node that a node of the graph is seen as: itself or a closed group; null for none. */
  shown(node: number | null | undefined): number | null;
  /** Two drawings with the same key have the same layout. */
  readonly key: string;
}

const SUPERSCRIPTS: Record<string, string> = {
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
  "-": "⁻",
  "−": "⁻",
};

/** '²' for '2', '⁻¹' for '-1' or '-1.0'; null for what has no superscript. */
export function superscript(label: string): string | null {
  const whole = /^([-−]?\d{1,2})(?:\.0*)?$/.exec(label)?.[1];
  return whole ? [...whole].map((c) => SUPERSCRIPTS[c] ?? "").join("") : null;
}

/** As many cards, and as many rows and columns, as can be read at once. */
const NUMBERED = { cards: 16, side: 4 } as const;

/** Whether a graph is so small that every cell can be read. */
function allNumbered(nodes: readonly GraphNode[]): boolean {
  return (
    nodes.length <= NUMBERED.cards &&
    nodes.every(({ shape }) => shape.length <= 2 && shape.every((size) => size <= NUMBERED.side))
  );
}

const cache = new WeakMap<Graph, Map<string, Drawing>>();
const KEPT = 8;

export function drawingOf(graph: Graph, chosen: Chosen = {}): Drawing {
  let known = cache.get(graph);
  if (!known) cache.set(graph, (known = new Map()));
  const open = groupsOf(graph).list.filter(({ id }) => isOpen(graph, chosen, id));
  const key = open.map(({ id }) => id).join();
  let drawing = known.get(key);
  if (!drawing) {
    drawing = make(graph, chosen);
    if (known.size >= KEPT) known.delete(known.keys().next().value as string);
    known.set(key, drawing);
  }
  return drawing;
}

function make(graph: Graph, chosen: Chosen): Drawing {
  const { folded, hidden } = exponents(graph);
  const groups = groupsOf(graph);
  const closed = closedAround(graph, chosen);
  const numberOf = (id: string) => graph.nodes.length + (groups.byId.get(id)?.order ?? 0);
  const shown = (index: number | null | undefined): number | null => {
    if (index === null || index === undefined || hidden.has(index)) return null;
    const id = closed(index);
    return id === null ? index : numberOf(id);
  };
  const edges = graph.edges.flatMap((edge): GraphEdge[] => {
    const [source, target] = [shown(edge.source), shown(edge.target)];
    return source === null || target === null || source === target ? [] : [{ ...edge, source, target }];
  });
  const ins = group(edges, (edge) => edge.target);
  const outs = group(edges, (edge) => edge.source);
  const innermost = (id: string | null): string | null => {
    const one = id === null ? undefined : groups.byId.get(id);
    return one === undefined ? null : isOpen(graph, chosen, one.id) ? one.id : innermost(one.parent);
  };
  const apart = opensApart(graph);
  const stands = groups.list.filter(({ id, all, order }) => {
    const shut = groups.byId.get(closed(all[0] ?? -1) ?? "");
    return (!shut || shut.order >= order) && (apart || !isOpen(graph, chosen, id));
  });
  const drawn = [
    ...graph.nodes
      .filter(({ index }) => shown(index) === index)
      .map((node) => ({
        index: node.index,
        node,
        group: null as Group | null,
        within: innermost(groups.of(node.index)),
      })),
    ...stands.map((one) => ({
      index: numberOf(one.id),
      node: standIn(graph, one, numberOf(one.id)),
      group: one,
      within: innermost(one.parent),
    })),
  ];
  // Cards do not change with the groups that are open apart.
  const natural =
    apart && stands.some(({ id }) => isOpen(graph, chosen, id)) ? drawingOf(graph).nodes : drawn;
  const numbered = allNumbered(natural.map(({ node }) => node));
  const hosts = hostsOf(drawn, edges, (id) => groups.byId.get(id)?.groups.length === 0);
  const nodes = drawn.map(({ index, node, group: one, within }): DrawnNode => {
    const into = (ins.get(index) ?? []).toSorted((a, b) => a.argument - b.argument || a.index - b.index);
    const host = hosts.get(index) ?? null;
    return {
      index,
      node,
      of: one ? (outputOf(graph, one) ?? -1) : index,
      glyph: one ? one.title : glyphOf(node, folded.get(index), within),
      isGlyph: node.kind === "op" && one === null,
      ins: into,
      outs: outs.get(index) ?? [],
      stays: into.filter(({ source }) => hosts.get(source) === index),
      through: into.filter(({ source }) => hosts.get(source) !== index),
      host,
      group: one,
      opened: one && isOpen(graph, chosen, one.id) ? edgesInto(graph, one, hidden) : null,
      within,
      numbered,
    };
  });
  const inside = new Set(nodes.map(({ within }) => within));
  for (const one of groups.list.toReversed()) if (inside.has(one.id)) inside.add(innermost(one.parent));
  const frames = groups.list.filter(({ id }) => inside.has(id));
  const key = [
    nodes.map((n) => `${n.node.name}${n.host === null ? "" : "_"}${n.opened ? "+" : ""}`).join(","),
    edges.map((e) => `${e.source}>${e.target}.${e.argument}`).join(","),
    frames.map(({ id }) => id).join(","),
  ].join(";");
  return {
    graph,
    nodes,
    edges,
    byIndex: new Map(nodes.map((n) => [n.index, n])),
    frames,
    apart,
    chosen,
    shown,
    key,
  };
}

/** Constants that are folded into the glyph of their power. */
function exponents(graph: Graph): { folded: ReadonlyMap<number, string>; hidden: ReadonlySet<number> } {
  const consumers = new Map<number, number>();
  for (const edge of graph.edges) consumers.set(edge.source, (consumers.get(edge.source) ?? 0) + 1);
  const byIndexRaw = new Map(graph.nodes.map((node) => [node.index, node]));
  const folded = new Map<number, string>(); // node of the power → superscript
  const hidden = new Set<number>();
  for (const edge of graph.edges) {
    const source = byIndexRaw.get(edge.source);
    const target = byIndexRaw.get(edge.target);
    if (target?.op !== "pow" || edge.argument !== 1 || source?.kind !== "constant") continue;
    const sign = superscript(source.label);
    if (sign === null || consumers.get(source.index) !== 1) continue;
    folded.set(target.index, sign);
    hidden.add(source.index);
  }
  return { folded, hidden };
}

/** A closed group as the node that gives what goes out of it: the last of those that are read outside. */
function standIn(graph: Graph, group: Group, index: number): GraphNode {
  const output = graph.nodes[outputOf(graph, group) ?? -1];
  return {
    index,
    name: group.id,
    label: group.title,
    kind: "op",
    op: null,
    glyph: "",
    scope: group.parent ?? "",
    shape: output?.shape ?? [],
    dtype: output?.dtype ?? "float32",
    requires_grad: output?.requires_grad ?? false,
    expected: output?.expected ?? 0,
    reads: [],
    formula: "",
    loss: output?.loss ?? false,
    editable: false,
  };
}

/** The node of a group whose value goes out of it. */
export function outputOf(graph: Graph, { all }: Group): number | null {
  const own = new Set(all);
  const read = graph.edges.filter((edge) => own.has(edge.source) && !own.has(edge.target));
  const ops = read.filter((edge) => graph.nodes[edge.source]?.kind === "op");
  return ops.at(-1)?.source ?? read.at(-1)?.source ?? all.at(-1) ?? null;
}

/** The edges into a group in order of their arguments, as its closed card has them. */
function edgesInto(graph: Graph, { all }: Group, hidden: ReadonlySet<number>): readonly number[] {
  const own = new Set(all);
  return graph.edges
    .filter(({ source, target }) => own.has(target) && !own.has(source) && !hidden.has(source))
    .toSorted((a, b) => a.argument - b.argument || a.index - b.index)
    .map(({ index }) => index);
}

function glyphOf(node: GraphNode, exponent: string | undefined, within: string | null): string {
  // Within the frame of its module, a parameter needs not the module's name.
  if (node.kind !== "op")
    return within && node.label.startsWith(`${within}.`) ? node.label.slice(within.length + 1) : node.label;
  if (node.op === "pow") return `( )${exponent ?? "ᵖ"}`;
  return node.glyph || node.op || node.label;
}

function group(edges: readonly GraphEdge[], key: (edge: GraphEdge) => number): Map<number, GraphEdge[]> {
  const groups = new Map<number, GraphEdge[]>();
  for (const edge of edges) {
    const list = groups.get(key(edge));
    if (list) list.push(edge);
    else groups.set(key(edge), [edge]);
  }
  return groups;
}
