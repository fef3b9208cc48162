// Iterations a second, from how far the engine has come at which time: a number that holds still long enough to be read.

/** Milliseconds over which it is measured, and between two numbers. */
const WINDOW = 2000;
const CALM = 500;
/** Before this much is known, there is no number. */
const LEAST = 300;

export class Counter {
  #branch = -1;
  #seen: { time: number; iteration: number }[] = [];
  #told: { time: number; rate: number } | null = null;

  clear(): void {
    this.#seen = [];
    this.#told = null;
  }

  /** The iterations a second, to two digits; null where too little is known. Times in milliseconds. */
  note(branch: number, iteration: number, time: number): number | null {
    const last = this.#seen.at(-1);
    // Somebody has gone elsewhere: what was counted says nothing of what comes.
    if (branch !== this.#branch || (last && iteration < last.iteration)) this.clear();
    this.#branch = branch;
    this.#seen.push({ time, iteration });
    while ((this.#seen[1]?.time ?? time) < time - WINDOW) this.#seen.shift();
    const first = this.#seen[0];
    if (!first || time - first.time < LEAST) return this.#told?.rate ?? null;
    if (!this.#told || time - this.#told.time >= CALM) {
      const rate = (1000 * (iteration - first.iteration)) / (time - first.time);
      this.#told = { time, rate: Number(rate.toPrecision(2)) };
    }
    return this.#told.rate;
  }
}
