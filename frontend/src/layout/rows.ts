/**
 * Lays out a folded graph: each row by itself, then one below the other. A wire to a later row leaves at the right end
 * of its row, comes back through the gutter above the row of its target, and enters that row from the left.
 */
import { GUTTER } from "./fold";
import { boundsOf, fromElk, stubBox, toElk, type Level, type Link, type Solved, type Solver } from "./level";
import type { Bend, Box, Point, Spacing } from "./types";

interface Passage {
  readonly link: Link;
  readonly from: number;
  readonly to: number;
}

interface Row extends Solved {
  readonly box: Box;
}

/** Ids of a wire's pieces in the row that it leaves and in the one that it enters. */
const after = (id: string) => `a:${id}`;
const before = (id: string) => `b:${id}`;

/** `rowOf` tells the row of each part, from 0. Data flow to the right. */
export async function solveRows(
  level: Level,
  rowOf: (part: string) => number,
  spacing: Spacing,
  solver: Solver,
): Promise<Solved> {
  const count = 1 + Math.max(...level.parts.map(({ id }) => rowOf(id)));
  const passages = level.links.flatMap((link): Passage[] => {
    const [from, to] = [rowOf(link.from?.part ?? ""), rowOf(link.to?.part ?? "")];
    return from === to ? [] : [{ link, from, to }];
  });
  const rows: Row[] = [];
  for (let r = 0; r < count; r++)
    rows.push(
      boxed(fromElk(await solver(toElk(rowLevel(level, passages, r, rowOf), "right", spacing)), "right")),
    );
  return compose(rows, passages);
}

function rowLevel(
  level: Level,
  passages: readonly Passage[],
  row: number,
  rowOf: (part: string) => number,
): Level {
  const here = (end: Link["from"]) => rowOf(end?.part ?? "") === row;
  return {
    parts: level.parts.filter(({ id }) => rowOf(id) === row),
    links: [
      ...passages
        .filter((p) => p.to === row)
        .map(({ link }) => ({ ...link, id: before(link.id), from: null })),
      ...level.links.filter(({ from, to }) => here(from) && here(to)),
      ...passages
        .filter((p) => p.from === row)
        .map(({ link }) => ({ ...link, id: after(link.id), to: null })),
    ],
  };
}

function boxed(row: Solved): Row {
  const begin = boundsOf([
    ...row.boxes.values(),
    ...[...row.entries.values()].map((p) => stubBox(p, "right")),
  ]);
  const { y, h } = boundsOf([begin, ...[...row.exits.values()].map((p) => stubBox(p, "right"))]);
  // Wires that leave need no room of their own: they turn down beyond the longest row.
  return { ...row, box: { x: begin.x, y, w: begin.w, h } };
}

function compose(rows: readonly Row[], passages: readonly Passage[]): Solved {
  const into = rows.map((_, r) => passages.filter((p) => p.to === r));
  const tops: number[] = [];
  let y = 0;
  rows.forEach((row, r) => {
    if (r > 0) y += GUTTER.below + GUTTER.above + GUTTER.lane * (into[r]?.length ?? 0);
    tops.push(y);
    y += row.box.h;
  });
  // Rows begin one below the other, behind the wires that enter them.
  const first = GUTTER.lane * Math.max(...into.map((list) => list.length));
  const moved = <P extends Point>(r: number, p: P): P => {
    const { x, y: top } = (rows[r] as Row).box;
    return { ...p, x: p.x - x + first, y: p.y - top + (tops[r] ?? 0) };
  };
  const boxes = new Map<string, Box>();
  const bends = new Map<string, readonly Bend[]>();
  rows.forEach((row, r) => {
    for (const [id, box] of row.boxes) boxes.set(id, moved(r, box));
    for (const [id, points] of row.bends)
      bends.set(
        id,
        points.map((p) => moved(r, p)),
      );
  });
  const right = first + Math.max(...rows.slice(0, -1).map((row) => row.box.w)) + GUTTER.out;
  const exit = (p: Passage) => moved(p.from, (rows[p.from] as Row).exits.get(after(p.link.id)) as Point);
  const lanes = lanesOf(passages, (p) => exit(p).y);
  const laneOf = ({ link }: Passage) => lanes.get(link.id) ?? 0;
  for (const p of passages) {
    const { id } = p.link;
    const { entries: stubs } = rows[p.to] as Row;
    const out = exit(p);
    const enter = moved(p.to, stubs.get(before(id)) as Point);
    // The outermost wire of those that come together takes the lowest lane: none crosses another.
    const mates = (into[p.to] ?? []).toSorted((s, t) => laneOf(s) - laneOf(t));
    const lane = (tops[p.to] ?? 0) - GUTTER.above - GUTTER.lane * (mates.length - 1 - mates.indexOf(p));
    const entries = (into[p.to] ?? []).toSorted(
      (s, t) => (stubs.get(before(s.link.id))?.y ?? 0) - (stubs.get(before(t.link.id))?.y ?? 0),
    );
    const x = right + GUTTER.lane * laneOf(p);
    // Beside the cards of the row, not along the edge of one.
    const left = first - GUTTER.lane * (entries.indexOf(p) + 1);
    bends.set(id, [
      ...(bends.get(after(id)) ?? []),
      { x: Math.min(out.x, x - GUTTER.margin), y: out.y },
      { x, y: out.y, turn: true },
      { x, y: lane, turn: true },
      { x: left, y: lane, turn: true },
      { x: left, y: enter.y, turn: true },
      { x: Math.max(enter.x, left + GUTTER.margin), y: enter.y },
      ...(bends.get(before(id)) ?? []),
    ]);
    bends.delete(after(id));
    bends.delete(before(id));
  }
  return { boxes, bends, entries: new Map(), exits: new Map() };
}

/** How far out each wire turns down at the right: past all that turn beside it. */
function lanesOf(passages: readonly Passage[], y: (p: Passage) => number): ReadonlyMap<string, number> {
  const lanes = new Map<string, number>();
  const placed: Passage[] = [];
  for (const p of passages.toSorted((a, b) => b.from - a.from || y(b) - y(a))) {
    const beside = placed.filter((q) => q.from < p.to && p.from < q.to);
    lanes.set(p.link.id, 1 + Math.max(-1, ...beside.map((q) => lanes.get(q.link.id) ?? 0)));
    placed.push(p);
  }
  return lanes;
}
