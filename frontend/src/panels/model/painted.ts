// Says of each frame that it has been painted. The server then sends the next: a slow page skips, and never queues.

/** A page in the background paints nothing; it is then told the latest once a second. */
export const PATIENCE = 1000;

export class Painted {
  #owed: number[] = [];
  /** Since when the first of them waits. */
  #since = 0;
  #request = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly say: (seq: number) => void) {}

  owe(seq: number): void {
    if (this.#owed.push(seq) === 1) this.#since = performance.now();
    this.#request ||= requestAnimationFrame(() => this.#pay());
    // One timer for all that comes until it fires: setting one with each frame, and clearing it, takes longer.
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#late(), PATIENCE);
  }

  #pay(): void {
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    for (const seq of this.#owed.splice(0)) this.say(seq);
  }

  #late(): void {
    this.#timer = undefined;
    if (this.#owed.length === 0) return;
    const left = this.#since + PATIENCE - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.#late(), left);
    else this.#pay();
  }
}
