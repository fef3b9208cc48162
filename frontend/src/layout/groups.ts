/**
 * The scopes of a graph as groups that open and close, and neighbours of one structure (block1 … block48) as one
 * group around them. Pure.
 */
import type { Graph } from "../store/types";

export interface Group {
  /** The scope's path; of neighbours that are alike 'first..last'. In the address, hence stable. */
  readonly id: string;
  /** Its name without those of the scopes around it. */
  readonly title: string;
  /** The group around it; null at the root. */
  readonly parent: string | null;
  /** Groups and nodes right inside. */
  readonly groups: readonly string[];
  readonly nodes: readonly number[];
  /** All nodes inside, at any depth, in tape order. */
  readonly all: readonly number[];
  /** How many neighbours of one structure it holds; 1 for a scope. */
  readonly repeats: number;
  readonly order: number;
}

export interface Groups {
  /** Those around come before those within. */
  readonly list: readonly Group[];
  readonly byId: ReadonlyMap<string, Group>;
  /** The innermost group around a node; null for none. */
  of(node: number): string | null;
}

/** Groups that were opened (true) or closed by hand. */
export type Chosen = Readonly<Record<string, boolean>>;

/** Graphs of no more cards are shown with all their groups open. */
const FEW = 16;
/** Of so many things side by side, neighbours of one structure fold, if there are at least so many of them. */
const CROWD = 8;
const ALIKE = 4;

const cache = new WeakMap<Graph, Groups>();

export function groupsOf(graph: Graph): Groups {
  let groups = cache.get(graph);
  if (!groups) cache.set(graph, (groups = make(graph)));
  return groups;
}

/**
 * Whether groups are opened apart: their cards stay, and what is in them is shown beside all cards. In a small graph,
 * which is laid out with room for all of them, they are opened where they stand.
 */
export function opensApart(graph: Graph): boolean {
  return !isSmall(graph);
}

/** Whether a group is open: as chosen, else all in a small graph and none in a large one. */
export function isOpen(graph: Graph, chosen: Chosen, id: string): boolean {
  return chosen[id] ?? isSmall(graph);
}

/** For each node of the graph the outermost closed group that it is in; null for a node that is seen itself. */
export function closedAround(graph: Graph, chosen: Chosen): (node: number) => string | null {
  const groups = groupsOf(graph);
  const closed = new Map<string, string | null>();
  for (const { id, parent } of groups.list) {
    const around = parent === null ? null : closed.get(parent);
    closed.set(id, around ?? (isOpen(graph, chosen, id) ? null : id));
  }
  return (node) => {
    const id = groups.of(node);
    return id === null ? null : (closed.get(id) ?? null);
  };
}

/** The same with a group opened or closed; what is as is natural for the graph is left out. */
export function toggled(graph: Graph, chosen: Chosen, id: string): Chosen {
  const { [id]: _, ...others } = chosen;
  const open = !isOpen(graph, chosen, id);
  return open === isSmall(graph) ? others : { ...others, [id]: open };
}

/** What an edit adds does not make a graph large. */
function isSmall({ nodes }: Graph): boolean {
  return nodes.length <= FEW || nodes.filter(({ name }) => !/\.(edit|delta)$/.test(name)).length <= FEW;
}

interface Scope {
  readonly path: string;
  readonly children: Scope[];
  readonly nodes: number[];
  readonly all: number[];
}

function make(graph: Graph): Groups {
  const list: Group[] = [];
  const innermost = new Map<number, string>();
  const add = (group: Omit<Group, "groups" | "order">, scopes: readonly Scope[], crowd: number): string => {
    const order = list.length;
    list.push({ ...group, groups: [], order });
    for (const node of group.nodes) innermost.set(node, group.id);
    list[order] = { ...group, groups: within(scopes, group.id, crowd), order };
    return group.id;
  };
  const scope = (one: Scope, parent: string | null): string =>
    add(
      { id: one.path, title: lastOf(one.path), parent, nodes: one.nodes, all: one.all, repeats: 1 },
      one.children,
      one.children.length + one.nodes.length,
    );
  const within = (scopes: readonly Scope[], parent: string | null, crowd: number): string[] =>
    (crowd > CROWD ? alike(graph, scopes) : scopes.map((one) => [one])).map((run) => {
      const [first, last] = [run[0] as Scope, run.at(-1) as Scope];
      if (run.length === 1) return scope(first, parent);
      const group = {
        id: `${first.path}..${lastOf(last.path)}`,
        title: `${lastOf(first.path)} … ${lastOf(last.path)}`,
        parent,
        nodes: [],
        all: run.flatMap(({ all }) => all).sort((p, q) => p - q),
        repeats: run.length,
      };
      return add(group, run, 0);
    });
  const root = scopesOf(graph);
  // One scope around all others would be a frame around the picture.
  const outer = root.children.length === 1 && root.children[0]?.children.length ? root.children[0] : root;
  within(outer.children, null, outer.children.length + outer.nodes.length + root.nodes.length);
  return {
    list,
    byId: new Map(list.map((group) => [group.id, group])),
    of: (node) => innermost.get(node) ?? null,
  };
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function outerOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf(".")));
}

/** The tree of scopes. One that holds a single node would only be a line around it: left out. */
function scopesOf(graph: Graph): Scope {
  const counts = new Map<string, number>();
  for (const { scope } of graph.nodes)
    for (let path = scope; path !== ""; path = outerOf(path)) counts.set(path, (counts.get(path) ?? 0) + 1);
  const root: Scope = { path: "", children: [], nodes: [], all: [] };
  const kept = new Map([["", root]]);
  const around = (path: string): Scope => kept.get(path) ?? around(outerOf(path));
  // A scope comes after those around it.
  for (const path of graph.scopes) {
    if ((counts.get(path) ?? 0) < 2) continue;
    const scope: Scope = { path, children: [], nodes: [], all: [] };
    around(outerOf(path)).children.push(scope);
    kept.set(path, scope);
  }
  for (const { index, scope } of graph.nodes) {
    const own = around(scope);
    own.nodes.push(index);
    for (let at = own; at !== root; at = around(outerOf(at.path))) at.all.push(index);
  }
  return root;
}

/** Neighbours of one structure together, the others alone. */
function alike(graph: Graph, scopes: readonly Scope[]): Scope[][] {
  const into = new Map<number, number[]>();
  for (const { source, target } of graph.edges) into.set(target, [...(into.get(target) ?? []), source]);
  const marks = scopes.map((scope) => structure(graph, into, scope));
  const runs: Scope[][] = [];
  scopes.forEach((scope, k) => {
    if (k > 0 && marks[k] === marks[k - 1]) runs.at(-1)?.push(scope);
    else runs.push([scope]);
  });
  return runs.flatMap((run) =>
    run.length < ALIKE ||
    leadsBack(
      into,
      run.flatMap(({ all }) => all),
    )
      ? run.map((one) => [one])
      : [run],
  );
}

/** Whether data come back to these nodes through others: as one card they would wait for themselves. */
function leadsBack(into: ReadonlyMap<number, readonly number[]>, nodes: readonly number[]): boolean {
  const own = new Set(nodes);
  const first = Math.min(...nodes);
  // Of nodes outside, in the order of the tape: whether something in here leads to them.
  const led = new Set<number>();
  const last = Math.max(...nodes);
  for (let node = first; node <= last; node++) {
    const sources = into.get(node) ?? [];
    if (own.has(node) && sources.some((source) => led.has(source))) return true;
    if (!own.has(node) && sources.some((source) => own.has(source) || led.has(source))) led.add(node);
  }
  return false;
}

/** Two scopes with the same mark hold the same ops on the same shapes, wired alike; their names differ by a number. */
function structure(graph: Graph, into: ReadonlyMap<number, readonly number[]>, scope: Scope): string {
  const places = new Map(scope.all.map((node, k) => [node, k]));
  const own = (path: string) => path.slice(scope.path.length);
  const nodes = scope.all.map((index) => {
    const node = graph.nodes[index];
    const read = (into.get(index) ?? []).map((source) => places.get(source) ?? "x");
    return [own(node?.scope ?? ""), node?.kind, node?.op, node?.shape.join("×"), read.join()].join(" ");
  });
  return [lastOf(scope.path).replace(/\d+$/, ""), ...nodes].join("|");
}
