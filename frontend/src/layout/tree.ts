/** What is inside what in a graph with frames, and which wires pass which borders. Pure. */
import { portFraction, type Level, type Link, type Part, type Solved } from "./level";
import type { Box, LayoutRequest, Size } from "./types";

type Edge = LayoutRequest["edges"][number];

/** A frame that is laid out: where all is, from its own corner. */
export interface Inside {
  readonly part: Part;
  /** In order of the part's ports. */
  readonly entering: readonly number[];
  readonly leaving: readonly number[];
  readonly solved: Solved;
  readonly besides: ReadonlyMap<number, Box>;
}

export const ROOT = "";
export const cardId = (index: number): string => `n${index}`;
export const frameId = (id: string): string => `f${id}`;

export class Tree {
  readonly #around = new Map<string, string>();
  readonly #within = new Map<number, string>();
  readonly #cards = new Map<number, Part>();
  readonly #names = new Map<string, string>();
  readonly #apart = new Map<string, NonNullable<LayoutRequest["frames"][number]["card"]>>();
  readonly #passing = new Map<string, { entering: number[]; leaving: number[] }>();
  readonly #links = new Map<string, { edge: Edge; from: boolean; to: boolean }[]>();

  constructor(readonly request: LayoutRequest) {
    const right = request.flow === "right";
    const framed = request.frames.some(({ card }) => !card);
    const add = (index: number, name: string, size: Size, arity: number, within: string | undefined) => {
      this.#within.set(index, within ?? ROOT);
      this.#names.set(cardId(index), name);
      const across = right ? size.h : size.w;
      this.#cards.set(index, {
        id: cardId(index),
        ...size,
        ins: Array.from({ length: arity }, (_, k) => across * portFraction(k, arity)),
        outs: [across / 2],
        ...((framed || within !== undefined) && arity === 0 ? { leaf: true } : {}),
      });
    };
    for (const { id, within, card } of request.frames) {
      this.#around.set(id, within ?? ROOT);
      this.#passing.set(id, { entering: [], leaving: [] });
      this.#names.set(frameId(id), id);
      if (card) {
        this.#apart.set(id, card);
        add(card.index, id, card.size, card.slots.length, within);
      }
    }
    for (const { index, name, size, arity, within } of request.nodes) add(index, name, size, arity, within);
    const link = (id: string, edge: Edge, from: boolean, to: boolean) => {
      const list = this.#links.get(id);
      if (list) list.push({ edge, from, to });
      else this.#links.set(id, [{ edge, from, to }]);
    };
    for (const edge of request.edges) {
      if (!this.#cards.has(edge.source) || !this.#cards.has(edge.target)) continue;
      const { up, top, down } = this.way(edge);
      for (const id of up) {
        link(id, edge, true, false);
        this.#passing.get(id)?.leaving.push(edge.index);
      }
      link(top, edge, true, true);
      for (const id of down) {
        link(id, edge, false, true);
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

  /** The card that stays of a group that is open apart. */
  apart(id: string): NonNullable<LayoutRequest["frames"][number]["card"]> | undefined {
    return this.#apart.get(id);
  }

  part(id: string, insides: ReadonlyMap<string, Inside>): Part {
    return id.startsWith("f") ? (insides.get(id.slice(1)) as Inside).part : this.card(Number(id.slice(1)));
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
        .map(({ id, card }) => (card ? this.card(card.index) : (insides.get(id) as Inside).part)),
    ];
    const links = (this.#links.get(id) ?? []).map(({ edge, from, to }): Link => ({
      id: String(edge.index),
      from: from ? this.#end(id, edge, "source", insides) : null,
      to: to ? this.#end(id, edge, "target", insides) : null,
    }));
    // The same whichever groups are open.
    if (this.#apart.size > 0) return inOrder(parts, links);
    return { parts: inFlow(parts, links), links };
  }

  #end(level: string, edge: Edge, side: "source" | "target", insides: ReadonlyMap<string, Inside>) {
    const frames = this.#frames(edge[side]);
    const inner = frames[frames.indexOf(level) - 1];
    if (inner === undefined) return { part: cardId(edge[side]), port: side === "source" ? 0 : edge.slot };
    const card = this.#apart.get(inner);
    if (card)
      return { part: cardId(card.index), port: side === "source" ? 0 : card.slots.indexOf(edge.index) };
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
    for (const { id, row, within, card } of this.request.frames)
      if (!within) rows.set(card ? cardId(card.index) : frameId(id), row ?? 0);
    return [...rows.values()].some((row) => row > 0) ? (part) => rows.get(part) ?? 0 : null;
  }
}

/** Cards by their numbers, links by where they end: as they are where all groups are closed. */
function inOrder(parts: readonly Part[], links: readonly Link[]): Level {
  const number = (part: string) => Number(part.slice(1));
  const place = ({ to }: Link) => (to ? number(to.part) : Infinity);
  return {
    parts: parts.toSorted((a, b) => number(a.id) - number(b.id)),
    links: links.toSorted(
      (a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)) || (a.to?.port ?? 0) - (b.to?.port ?? 0),
    ),
  };
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
