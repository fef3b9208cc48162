/**
 * Lays out a graph with frames: each frame's inside by itself, then as one part of what is around it. So what is
 * inside of one does not depend on whether another is open. Of a group that is open apart the part is its card, as where
 * it is closed.
 */
import { boxesAlong, Room } from "./apart";
import { placeBeside, type Besides } from "./lane";
import {
  boundsOf,
  fromElk,
  lineOf,
  toElk,
  type Level,
  type Link,
  type Part,
  type Solved,
  type Solver,
} from "./level";
import { solveRows } from "./rows";
import { keptPlaces } from "./stay";
import { cardId, frameId, ROOT, Tree, type Inside } from "./tree";
import type { Bend, Box, Flow, LayoutRequest, Point, Positions, Spacing } from "./types";

/** Between a frame's border and what is inside; the title stands above. */
export const PAD = { title: 30, side: 10 } as const;

/** Room around the cards of a frame. */
export const INSIDE: Spacing = { layer: 44, node: 30 };

interface Ask {
  readonly request: LayoutRequest;
  readonly solver: Solver;
  readonly tree: Tree;
  readonly old: Positions | null;
}

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
  return compose(ask, insides, solved);
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
  // In whole units, as cards are: however often it is laid out, it comes to the same.
  const shift = { x: Math.round(PAD.side - all.x), y: Math.round(PAD.title - all.y) };
  const title = request.frames.find((one) => one.id === id)?.width ?? 0;
  const size = {
    w: Math.max(title, Math.round(all.w) + 2 * PAD.side),
    h: Math.round(all.h) + PAD.title + PAD.side,
  };
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

function compose({ request, tree, old }: Ask, insides: ReadonlyMap<string, Inside>, root: Solved): Positions {
  const nodes = new Map<number, Box>();
  const frames = new Map<string, Box>();
  const origins = new Map<string, Point>([[ROOT, { x: 0, y: 0 }]]);
  const solvedOf = (id: string) => (id === ROOT ? root : (insides.get(id) as Inside).solved);
  const room = new Room(
    [...root.boxes.values(), ...tree.level(ROOT, insides).links.flatMap((link) => along(link))],
    request.flow,
  );
  const kept = new Map<string, Box>();
  for (const { id, within, card } of request.frames) {
    const was = card && old?.frames.get(id);
    const { part } = insides.get(id) as Inside;
    const stays = within
      ? kept.has(within)
      : sameBox(root.boxes.get(cardId(card?.index ?? -1)), old?.names.get(id));
    if (was && stays && was.w === part.w && was.h === part.h && room.has(was)) kept.set(id, was);
  }
  room.take([...kept.values()]);
  for (const { id, within, card } of request.frames) {
    const around = within ?? ROOT;
    const { part } = insides.get(id) as Inside;
    const box = movedBy(
      solvedOf(around).boxes.get(card ? cardId(card.index) : frameId(id)) as Box,
      origins.get(around) as Point,
    );
    if (card) nodes.set(card.index, box);
    const at = card ? (kept.get(id) ?? room.place(part, box)) : box;
    frames.set(id, at);
    origins.set(id, { x: at.x, y: at.y });
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
    // Into the card of a group that is open apart, and on from the border of its inside; and back.
    const port = (id: string, side: "ins" | "outs"): Bend[] => {
      const card = tree.apart(id);
      const box = card && nodes.get(card.index);
      if (!box) return [];
      const across = tree.card(card.index)[side][side === "ins" ? card.slots.indexOf(edge.index) : 0] ?? 0;
      return [portOf(box, across, side === "outs", request.flow)];
    };
    const leap = (id: string, points: Bend[]): Bend[] =>
      tree.apart(id) ? points.map((p) => ({ ...p, leap: true })) : points;
    const { up, top, down } = tree.way(edge);
    for (const id of up) path.push(...piece(id), ...crossing(id, "exits"), ...leap(id, port(id, "outs")));
    path.push(...piece(top));
    for (const id of down) path.push(...port(id, "ins"), ...leap(id, crossing(id, "entries")), ...piece(id));
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
  for (const [id, box] of frames) {
    const card = tree.apart(id);
    if (card) note(id, nodes.get(card.index) as Box, tree.card(card.index));
    else note(id, box, (insides.get(id) as Inside).part);
  }
  const turns = [...bends.values()].flat().filter(({ turn }) => turn);
  const bounds = boundsOf([
    ...nodes.values(),
    ...frames.values(),
    ...turns.map(({ x, y }) => ({ x, y, w: 0, h: 0 })),
  ]);
  return { flow: request.flow, nodes, names, lines, frames, bends, bounds };

  function along({ id, from, to }: Link): Box[] {
    if (!from || !to) return [];
    const end = ({ part, port }: { part: string; port: number }, side: "ins" | "outs") =>
      portOf(
        root.boxes.get(part) as Box,
        tree.part(part, insides)[side][port] ?? 0,
        side === "outs",
        request.flow,
      );
    return boxesAlong([end(from, "outs"), ...(root.bends.get(id) ?? []), end(to, "ins")]);
  }
}

function portOf({ x, y, w, h }: Box, across: number, out: boolean, flow: Flow): Point {
  return flow === "right" ? { x: out ? x + w : x, y: y + across } : { x: x + across, y: out ? y + h : y };
}

function sameBox(a: Box | undefined, b: Box | undefined): boolean {
  return !!a && !!b && a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
}

function movedBy<P extends Point>(p: P, by: Point): P {
  return { ...p, x: p.x + by.x, y: p.y + by.y };
}
