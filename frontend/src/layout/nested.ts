/**
 * Lays out a graph with frames: each frame's inside by itself, then as one part of what is around it. So what is
 * inside of one does not depend on whether another is open.
 */
import { placeBeside, type Besides } from "./lane";
import {
  boundsOf,
  fromElk,
  lineOf,
  portFraction,
  toElk,
  type Level,
  type Link,
  type Part,
  type Solved,
  type Solver,
} from "./level";
import { solveRows } from "./rows";
import { keptPlaces } from "./stay";
import type { Bend, Box, LayoutRequest, Point, Positions, Spacing } from "./types";

/** Between a frame's border and what is inside; the title stands above. */
export const PAD = { title: 30, side: 10 } as const;

/** Room around the cards of a frame. */
export const INSIDE: Spacing = { layer: 44, node: 30 };

type Edge = LayoutRequest["edges"][number];

/** A frame that is laid out: where all is, from its own corner. */
interface Inside {
  readonly part: Part;
  /** In order of the part's ports. */
  readonly entering: readonly number[];
  readonly leaving: readonly number[];
  readonly solved: Solved;
  readonly besides: ReadonlyMap<number, Box>;
}

interface Ask {
  readonly request: LayoutRequest;
  readonly solver: Solver;
  readonly tree: Tree;
  readonly old: Positions | null;
}

const ROOT = "";
const cardId = (index: number) => `n${index}`;
const frameId = (id: string) => `f${id}`;

export async function solve(
  request: LayoutRequest,
  solver: Solver,
  previous: Positions | null = null,
): Promise<Positions> {
  const tree = new Tree(request);
  const old = previous?.flow === request.flow ? previous : null;
  const ask = { request, solver, tree, old };
  const insides = new Map<string, Inside>();
  for (const { id } of request.frames.toReversed()) insides.set(id, await solveInside(ask, id, insides));
  const level = tree.level(ROOT, insides);
  const rows = tree.rows();
  const solved = rows
    ? await solveRows(level, rows, request.spacing, solver)
    : await solveLevel(ask, level, request.spacing);
  return compose(request, tree, insides, solved);
}

async function solveLevel(
  { request, solver, tree, old }: Ask,
  level: Level,
  spacing: Spacing,
): Promise<Solved> {
  const { flow } = request;
  const nameOf = (part: string) => tree.nameOf(part);
  const solved = fromElk(
    await solver(toElk(level, flow, spacing, (part) => old?.names.get(nameOf(part)))),
    flow,
  );
  if (old) keptPlaces(level, solved, old, flow, nameOf);
  return solved;
}

async function solveInside(ask: Ask, id: string, insides: ReadonlyMap<string, Inside>): Promise<Inside> {
  const { request, tree } = ask;
  const { flow } = request;
  const right = flow === "right";
  const solved = await solveLevel(ask, tree.level(id, insides), INSIDE);
  const content = boundsOf([
    ...solved.boxes.values(),
    ...[...solved.bends.values()].flat().map(({ x, y }) => ({ x, y, w: 0, h: 0 })),
  ]);
  const hosted: Besides[] = tree.hosted(id).map(([host, members]) => ({
    host: solved.boxes.get(cardId(host)) as Box,
    members,
  }));
  const besides = placeBeside(hosted, content, flow);
  const all = boundsOf([content, ...besides.values()]);
  const shift = { x: PAD.side - all.x, y: PAD.title - all.y };
  const title = request.frames.find((one) => one.id === id)?.width ?? 0;
  const size = { w: Math.max(title, all.w + 2 * PAD.side), h: all.h + PAD.title + PAD.side };
  const { entering, leaving } = tree.passing(id);
  const across = (p: Point | undefined) => (right ? (p?.y ?? 0) + shift.y : (p?.x ?? 0) + shift.x);
  return {
    part: {
      id: frameId(id),
      ...size,
      ins: entering.map((edge) => across(solved.entries.get(String(edge)))),
      outs: leaving.map((edge) => across(solved.exits.get(String(edge)))),
    },
    entering,
    leaving,
    besides: new Map([...besides].map(([node, box]) => [node, movedBy(box, shift)])),
    solved: {
      boxes: new Map([...solved.boxes].map(([key, box]) => [key, movedBy(box, shift)])),
      bends: new Map([...solved.bends].map(([key, bends]) => [key, bends.map((p) => movedBy(p, shift))])),
      // On the border itself.
      entries: new Map([...solved.entries].map(([key, p]) => [key, border(p, 0)])),
      exits: new Map([...solved.exits].map(([key, p]) => [key, border(p, right ? size.w : size.h)])),
    },
  };

  function border(p: Point, along: number): Point {
    return right ? { x: along, y: p.y + shift.y } : { x: p.x + shift.x, y: along };
  }
}

function compose(
  request: LayoutRequest,
  tree: Tree,
  insides: ReadonlyMap<string, Inside>,
  root: Solved,
): Positions {
  const nodes = new Map<number, Box>();
  const frames = new Map<string, Box>();
  const origins = new Map<string, Point>([[ROOT, { x: 0, y: 0 }]]);
  const solvedOf = (id: string) => (id === ROOT ? root : (insides.get(id) as Inside).solved);
  for (const { id, within } of request.frames) {
    const around = within ?? ROOT;
    const box = movedBy(solvedOf(around).boxes.get(frameId(id)) as Box, origins.get(around) as Point);
    frames.set(id, box);
    origins.set(id, { x: box.x, y: box.y });
  }
  for (const { index, within, host } of request.nodes) {
    const around = within ?? ROOT;
    const box =
      host === undefined
        ? solvedOf(around).boxes.get(cardId(index))
        : insides.get(around)?.besides.get(index);
    if (box) nodes.set(index, movedBy(box, origins.get(around) as Point));
  }
  const bends = new Map<number, readonly Bend[]>();
  for (const edge of request.edges) {
    const path: Bend[] = [];
    const piece = (id: string): readonly Bend[] =>
      (solvedOf(id).bends.get(String(edge.index)) ?? []).map((p) => movedBy(p, origins.get(id) as Point));
    const crossing = (id: string, side: "entries" | "exits"): Bend[] => {
      const at = solvedOf(id)[side].get(String(edge.index));
      return at ? [movedBy(at, origins.get(id) as Point)] : [];
    };
    const { up, top, down } = tree.way(edge);
    for (const id of up) path.push(...piece(id), ...crossing(id, "exits"));
    path.push(...piece(top));
    for (const id of down) path.push(...crossing(id, "entries"), ...piece(id));
    bends.set(edge.index, path);
  }
  const names = new Map<string, Box>();
  const lines = new Map<string, number>();
  const note = (name: string, box: Box, part: Part) => {
    names.set(name, box);
    lines.set(name, (request.flow === "right" ? box.y : box.x) + lineOf(part));
  };
  for (const node of request.nodes) {
    const box = nodes.get(node.index);
    if (box) note(node.name, box, tree.card(node.index));
  }
  for (const [id, box] of frames) note(id, box, (insides.get(id) as Inside).part);
  const turns = [...bends.values()].flat().filter(({ turn }) => turn);
  const bounds = boundsOf([
    ...nodes.values(),
    ...frames.values(),
    ...turns.map(({ x, y }) => ({ x, y, w: 0, h: 0 })),
  ]);
  return { flow: request.flow, nodes, names, lines, frames, bends, bounds };
}

function movedBy<P extends Point>(p: P, by: Point): P {
  return { ...p, x: p.x + by.x, y: p.y + by.y };
}

/** What is inside what, and which wires pass which borders. */
class Tree {
  readonly #around = new Map<string, string>();
  readonly #within = new Map<number, string>();
  readonly #cards = new Map<number, Part>();
  readonly #names = new Map<string, string>();
  readonly #passing = new Map<string, { entering: number[]; leaving: number[] }>();
  readonly #links = new Map<string, { edge: Edge; from: boolean; to: boolean }[]>();

  constructor(readonly request: LayoutRequest) {
    const right = request.flow === "right";
    const framed = request.frames.length > 0;
    for (const { id, within } of request.frames) {
      this.#around.set(id, within ?? ROOT);
      this.#passing.set(id, { entering: [], leaving: [] });
      this.#names.set(frameId(id), id);
    }
    for (const { index, name, size, arity, within } of request.nodes) {
      this.#within.set(index, within ?? ROOT);
      this.#names.set(cardId(index), name);
      const across = right ? size.h : size.w;
      this.#cards.set(index, {
        id: cardId(index),
        ...size,
        ins: Array.from({ length: arity }, (_, k) => across * portFraction(k, arity)),
        outs: [across / 2],
        ...(framed && arity === 0 ? { leaf: true } : {}),
      });
    }
    const add = (id: string, edge: Edge, from: boolean, to: boolean) => {
      const list = this.#links.get(id);
      if (list) list.push({ edge, from, to });
      else this.#links.set(id, [{ edge, from, to }]);
    };
    for (const edge of request.edges) {
      if (!this.#cards.has(edge.source) || !this.#cards.has(edge.target)) continue;
      const { up, top, down } = this.way(edge);
      for (const id of up) {
        add(id, edge, true, false);
        this.#passing.get(id)?.leaving.push(edge.index);
      }
      add(top, edge, true, true);
      for (const id of down) {
        add(id, edge, false, true);
        this.#passing.get(id)?.entering.push(edge.index);
      }
    }
  }

  nameOf(part: string): string {
    return this.#names.get(part) ?? "";
  }

  card(index: number): Part {
    return this.#cards.get(index) as Part;
  }

  passing(id: string): { readonly entering: readonly number[]; readonly leaving: readonly number[] } {
    return this.#passing.get(id) ?? { entering: [], leaving: [] };
  }

  /** The frames that a wire leaves, innermost first; what is around both its ends; the frames that it enters. */
  way({ source, target }: Edge): { up: string[]; top: string; down: string[] } {
    const [from, to] = [this.#frames(source), this.#frames(target)];
    const common = from.findIndex((id) => to.includes(id));
    const top = from[common] as string;
    return { up: from.slice(0, common), top, down: to.slice(0, to.indexOf(top)).reverse() };
  }

  /** Innermost first, the root last. */
  #frames(node: number): string[] {
    const ids: string[] = [];
    for (let id = this.#within.get(node) ?? ROOT; id !== ROOT; id = this.#around.get(id) ?? ROOT)
      ids.push(id);
    return [...ids, ROOT];
  }

  level(id: string, insides: ReadonlyMap<string, Inside>): Level {
    const parts = [
      ...this.request.nodes
        .filter(({ index, host }) => host === undefined && this.#within.get(index) === id)
        .map(({ index }) => this.card(index)),
      ...this.request.frames
        .filter((frame) => (frame.within ?? ROOT) === id)
        .map((frame) => (insides.get(frame.id) as Inside).part),
    ];
    const links = (this.#links.get(id) ?? []).map(({ edge, from, to }): Link => ({
      id: String(edge.index),
      from: from ? this.#end(id, edge, "source", insides) : null,
      to: to ? this.#end(id, edge, "target", insides) : null,
    }));
    return { parts: inFlow(parts, links), links };
  }

  #end(level: string, edge: Edge, side: "source" | "target", insides: ReadonlyMap<string, Inside>) {
    const frames = this.#frames(edge[side]);
    const inner = frames[frames.indexOf(level) - 1];
    if (inner === undefined) return { part: cardId(edge[side]), port: side === "source" ? 0 : edge.slot };
    const { entering, leaving } = insides.get(inner) as Inside;
    return { part: frameId(inner), port: (side === "source" ? leaving : entering).indexOf(edge.index) };
  }

  /** What stands beside the ops of a frame: host → members with their sizes. */
  hosted(id: string): [number, { index: number; w: number; h: number }[]][] {
    const hosts = new Map<number, { index: number; w: number; h: number }[]>();
    for (const { index, host, size } of this.request.nodes)
      if (host !== undefined && this.#within.get(index) === id)
        hosts.set(host, [...(hosts.get(host) ?? []), { index, ...size }]);
    return [...hosts];
  }

  /** The row of each part of the root; null where the graph is not folded. */
  rows(): ((part: string) => number) | null {
    const rows = new Map<string, number>();
    for (const { index, row, within } of this.request.nodes) if (!within) rows.set(cardId(index), row ?? 0);
    for (const { id, row, within } of this.request.frames) if (!within) rows.set(frameId(id), row ?? 0);
    return [...rows.values()].some((row) => row > 0) ? (part) => rows.get(part) ?? 0 : null;
  }
}

/** Cards before frames is no order of the data: parts in the order in which wires first leave them. */
function inFlow(parts: readonly Part[], links: readonly Link[]): readonly Part[] {
  if (!parts.some(({ id }) => id.startsWith("f"))) return parts;
  const places = new Map<string, number>();
  links.forEach(({ from, to }, k) => {
    if (from && !places.has(from.part)) places.set(from.part, k);
    if (to && !places.has(to.part)) places.set(to.part, k + 0.5);
  });
  return parts.toSorted((a, b) => (places.get(a.id) ?? Infinity) - (places.get(b.id) ?? Infinity));
}
