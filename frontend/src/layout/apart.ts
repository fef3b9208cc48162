/**
 * Where groups that are open apart stand: in free room beyond the cards of the others, each as near to its own card as
 * there is room. Pure.
 */
import { boundsOf } from "./level";
import type { Bend, Box, Flow, Size } from "./types";

/** Between a card and its inside, and around what is there already. */
export const APART = { card: 40, other: 26 } as const;

/** What has a place, and takes more as groups are opened. */
export class Room {
  readonly #taken: Box[] = [];
  readonly #within: Box;

  constructor(
    taken: readonly Box[],
    readonly flow: Flow,
  ) {
    this.#taken.push(...taken);
    this.#within = boundsOf(taken);
  }

  take(boxes: readonly Box[]): void {
    this.#taken.push(...boxes);
  }

  /** Whether it is free. */
  has(box: Box): boolean {
    return !this.#taken.some((one) => closer(box, one));
  }

  /** Across the flow as near to its card as it is free, then along it as near to the card's middle; taken then. */
  place({ w, h }: Size, card: Box): Box {
    const right = this.flow === "right";
    const along = (box: Box) => (right ? { at: box.x, size: box.w } : { at: box.y, size: box.h });
    const end = (box: Box) => (right ? box.y + box.h : box.x + box.w);
    const size = right ? w : h;
    const all = along(this.#within);
    const middle = along(card).at + along(card).size / 2 - size / 2;
    const best = Math.max(all.at, Math.min(middle, all.at + all.size - size));
    const reach = (size + along(card).size) / 2;
    const alongs = [
      best,
      ...this.#taken.map((box) => along(box).at - APART.other - size),
      ...this.#taken.map((box) => along(box).at + along(box).size + APART.other),
    ]
      .filter((one) => one === best || (one >= all.at && Math.abs(one - middle) <= reach))
      .toSorted((a, b) => Math.abs(a - best) - Math.abs(b - best));
    const first = end(card) + APART.card;
    const acrosses = [first, ...this.#taken.map((box) => end(box) + APART.other)]
      .filter((one) => one >= first)
      .toSorted((a, b) => a - b);
    for (const across of acrosses)
      for (const at of alongs) {
        const [x, y] = (right ? [at, across] : [across, at]).map(Math.round) as [number, number];
        const box = { x, y, w, h };
        if (!this.has(box)) continue;
        this.take([box]);
        return box;
      }
    throw new Error("There is always room beyond everything.");
  }
}

function closer(a: Box, b: Box): boolean {
  const by = APART.other - 1;
  return a.x < b.x + b.w + by && b.x < a.x + a.w + by && a.y < b.y + b.h + by && b.y < a.y + a.h + by;
}

/** About what a wire covers between its ends: a box for each of its pieces. */
export function boxesAlong(points: readonly Bend[]): Box[] {
  return points.slice(1).flatMap((b, k): Box[] => {
    const a = points[k] as Bend;
    if (b.leap) return [];
    return [boundsOf([a, b].map(({ x, y }) => ({ x, y, w: 0, h: 0 })))];
  });
}
