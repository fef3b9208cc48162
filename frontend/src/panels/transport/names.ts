/** Names at the ends of lines, none over another. Pure. */
import type { Point } from "../../layout/types";

/** Pixels: the width of a character, more or less, and the height of a line. */
export const NAME = { character: 6, height: 13 } as const;

/** Places that are taken, in an area of so many pixels; lines of text may overlap by `slack`. */
export class Names {
  readonly #taken: { x: number; y: number; w: number }[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly slack = 0,
  ) {}

  /**
   * Where a name ends that stands at the end of a line: at the first of the distances from there to its base where it
   * is within the area and meets no other; null where it is nowhere.
   */
  near(text: string, end: Point, distances: readonly number[]): Point | null {
    const w = text.length * NAME.character;
    const x = Math.max(w, Math.min(this.width, end.x));
    const y = distances.map((dy) => end.y + dy).find((y) => this.#free(x, y, w));
    if (y === undefined) return null;
    this.#taken.push({ x, y, w });
    return { x, y };
  }

  #free(x: number, y: number, w: number): boolean {
    if (y < 8 || y > this.height - 2) return false;
    return this.#taken.every(
      (one) => Math.abs(one.y - y) >= NAME.height - this.slack || one.x - one.w >= x || x - w >= one.x,
    );
  }
}
