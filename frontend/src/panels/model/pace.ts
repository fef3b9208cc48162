// How often what stands beside a picture is told of newer numbers, while thousands of iterations a second go by.
import { isFlatOut } from "../../store/playback";
import type { State } from "../../store/types";

/** Nobody reads numbers that change with every frame, or follows such a curve: milliseconds between two tellings. */
export const PACE = 400;

/** What a frame brings: another place on the way, and its numbers. */
const NEWER: ReadonlySet<string> = new Set<keyof State>([
  "frame",
  "newest",
  "previous",
  "arriving",
  "maps",
  "cursor",
  "metrics",
]);

/** Tells states: each at once, but where one may wait that only brings newer numbers, until its time has come. */
export class Pace {
  #told: State;
  #next: State;
  #at = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    first: State,
    private readonly tell: (state: State) => void,
  ) {
    this.#told = this.#next = first;
  }

  take(state: State, mayWait: boolean): void {
    this.#next = state;
    const wait = this.#at + PACE - performance.now();
    if (!mayWait || wait <= 0 || !isFlatOut(state.playback) || !only(NEWER, state, this.#told)) this.#now();
    else this.#timer ??= setTimeout(() => this.#now(), wait);
  }

  #now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = performance.now();
    this.tell((this.#told = this.#next));
  }
}

/** Whether two states differ in these parts alone. */
export function only(parts: ReadonlySet<string>, state: State, old: State): boolean {
  for (const part in state)
    if (state[part as keyof State] !== old[part as keyof State] && !parts.has(part)) return false;
  return true;
}
