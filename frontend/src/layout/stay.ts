/** What stays when a graph changes keeps its place. */
import { lineOf, type Level, type Solved } from "./level";
import type { Bend, Box, Flow, Point, Positions } from "./types";

/** As close may two parts come. */
const CLEAR = 20;
/** The solver leaves a little more or less between parts, as wires bend. */
const SAME = 14;

/**
 * Moves what was solved so that what stays keeps its place across the flow: there its wires come in as before. Along
 * the flow it moves only to make room for what is new before it, never back. Where parts would then come too close, all
 * of it is moved as one.
 */
export function keptPlaces(
  level: Level,
  solved: Solved,
  was: Positions,
  flow: Flow,
  nameOf: (part: string) => string,
): void {
  const right = flow === "right";
  const line = (box: Box, offset: number) => (right ? box.y : box.x) + offset;
  const known = level.parts.flatMap((part) => {
    const [box, old, before] = [
      solved.boxes.get(part.id),
      was.names.get(nameOf(part.id)),
      was.lines.get(nameOf(part.id)),
    ];
    return box && old && before !== undefined
      ? [{ part, box, old, across: before - line(box, lineOf(part)) }]
      : [];
  });
  const at = ({ x, y }: Point) => (right ? x : y);
  const [first] = known.toSorted((p, q) => at(p.box) - at(q.box));
  if (!first) return;
  const start = at(first.old) - at(first.box);
  const middle = median(known.map(({ across }) => across));
  const across = new Map(known.map((one) => [one.part.id, one.across]));
  const along = new Map<string, number>();
  const end = ({ x, y, w, h }: Box) => (right ? x + w : y + h);
  const olds = new Map(known.map(({ part, old }) => [part.id, old]));
  const done: { begin: number; end: number; by: number }[] = [];
  const rooms = [0];
  for (const [id, box] of [...solved.boxes].toSorted(([, p], [, q]) => at(p) - at(q))) {
    const old = olds.get(id);
    // No closer to what is before it than it was solved.
    const pushed = Math.max(start, ...done.filter((one) => one.end <= at(box)).map(({ by }) => by));
    let by = pushed;
    if (old) {
      // What has become free stays so: what is closed may be opened again.
      const free = at(old) - at(box);
      const wanted = Math.max(0, pushed - free);
      // What is behind what makes room moves as one, and what is before it not at all.
      const room = rooms.find((one) => Math.abs(wanted - one) <= SAME) ?? wanted;
      if (!rooms.includes(room)) rooms.push(room);
      by = free + room;
    }
    done.push({ begin: at(box), end: end(box), by });
    along.set(id, by);
  }
  const shift = (id: string | undefined): Point => {
    const [a, b] = [along.get(id ?? "") ?? start, across.get(id ?? "") ?? middle];
    return right ? { x: a, y: b } : { x: b, y: a };
  };
  const boxes = new Map([...solved.boxes].map(([id, box]) => [id, moved(box, shift(id))]));
  const bends = new Map(
    level.links.map(({ id, from, to }): [string, Bend[]] => {
      const [a, b] = [shift(from?.part), shift(to?.part)];
      const between = right ? (a.y + b.y) / 2 : (a.x + b.x) / 2;
      // Along the flow a wire goes as what it passes.
      const by = (p: Point) => {
        const passed = done.findLast(({ begin }) => begin <= at(p))?.by ?? start;
        return right ? { x: passed, y: between } : { x: between, y: passed };
      };
      return [id, (solved.bends.get(id) ?? []).map((p) => moved(p, by(p)))];
    }),
  );
  const stubs = (at: ReadonlyMap<string, Point>, side: "from" | "to"): [string, Point][] =>
    level.links.flatMap((link): [string, Point][] => {
      const p = at.get(link.id);
      return p ? [[link.id, moved(p, shift(link[side]?.part))]] : [];
    });
  const [entries, exits] = [stubs(solved.entries, "to"), stubs(solved.exits, "from")];
  if (!isClear([...boxes.values()], [...bends.values()].flat())) {
    const along = median(known.map(({ box, old }) => (right ? old.x - box.x : old.y - box.y)));
    const by = right ? { x: along, y: middle } : { x: middle, y: along };
    for (const [id, box] of solved.boxes) solved.boxes.set(id, moved(box, by));
    for (const [id, points] of solved.bends)
      solved.bends.set(
        id,
        points.map((p) => moved(p, by)),
      );
    for (const stub of [solved.entries, solved.exits]) for (const [id, p] of stub) stub.set(id, moved(p, by));
    return;
  }
  for (const [id, box] of boxes) solved.boxes.set(id, box);
  for (const [id, points] of bends) solved.bends.set(id, points);
  for (const [id, p] of entries) solved.entries.set(id, p);
  for (const [id, p] of exits) solved.exits.set(id, p);
}

/** No two boxes come close, and no bend lies in one. */
function isClear(boxes: readonly Box[], bends: readonly Point[]): boolean {
  const close = (p: Box, q: Box) =>
    p.x < q.x + q.w + CLEAR && q.x < p.x + p.w + CLEAR && p.y < q.y + q.h + CLEAR && q.y < p.y + p.h + CLEAR;
  const sorted = boxes.toSorted((p, q) => p.x - q.x);
  for (let i = 0; i < sorted.length; i++) {
    const p = sorted[i] as Box;
    for (let j = i + 1; j < sorted.length; j++) {
      const q = sorted[j] as Box;
      if (q.x > p.x + p.w + CLEAR) break;
      if (close(p, q)) return false;
    }
  }
  return !bends.some(({ x, y }) =>
    boxes.some((box) => x > box.x && x < box.x + box.w && y > box.y && y < box.y + box.h),
  );
}

/** Without what is lost in sums, so that what stays does so however often something changes. */
function moved<P extends Point>(p: P, by: Point): P {
  const exact = (v: number) => Math.round(v * 4096) / 4096;
  return { ...p, x: exact(p.x + by.x), y: exact(p.y + by.y) };
}

function median(values: number[]): number {
  if (values.length === 0) return 0;
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
