// Going to a place while the wish for it still changes, as in a drag: one seek at a time, and then the latest wish.
import type { Link, Refused } from "./link";

export interface Destination {
  iteration: number;
  step: number;
  /** Without it: the current one. */
  branch?: number;
}

export class Travel {
  #wish: Destination | null = null;
  #underway = false;

  constructor(
    private readonly link: Pick<Link, "ask">,
    private readonly onRefused: (why: Refused) => void,
  ) {}

  to(wish: Destination): void {
    this.#wish = wish;
    if (!this.#underway) void this.#go();
  }

  async #go(): Promise<void> {
    this.#underway = true;
    for (let wish = this.#next(); wish; wish = this.#next()) {
      try {
        await this.link.ask({ type: "seek", ...wish }, "moved");
      } catch (error) {
        const why = error as Refused;
        const last = why.params?.["last_step"];
        // An iteration of another topology may have fewer steps: its last one is the nearest.
        if (this.#wish === null && typeof last === "number" && last < wish.step)
          this.#wish = { ...wish, step: last };
        else if (this.#wish === null) this.onRefused(why);
      }
    }
    this.#underway = false;
  }

  #next(): Destination | null {
    const wish = this.#wish;
    this.#wish = null;
    return wish;
  }
}
