// Playing: by which unit and how fast, and how many iterations a second it comes to.
import type { State, Unit } from "../../store/types";
import type { Link } from "./link";
import { Counter } from "./counter";

/** Units a second; null trains as fast as the server can. */
export const RATES: readonly (number | null)[] = [0.25, 0.5, 1, 2, 4, 10, 30, 100, null];

export class Player {
  readonly #page: { readonly state: State };
  readonly #link: Pick<Link, "send">;
  readonly #counter = new Counter();
  /** What was chosen in a lesson; another lesson begins at its own pace. */
  #chosen: { lesson: string | undefined; rate: number | null } | null = $state.raw(null);
  #ofUnit: { lesson: string | undefined; unit: Unit } | null = $state.raw(null);
  /** Iterations a second while it plays, now and then renewed; null where it does not, or too little is known. */
  perSecond: number | null = $state(null);

  constructor(page: { readonly state: State }, link: Pick<Link, "send">) {
    this.#page = page;
    this.#link = link;
  }

  get unit(): Unit {
    const lesson = this.#page.state.lesson;
    if (this.#ofUnit && this.#ofUnit.lesson === lesson?.slug) return this.#ofUnit.unit;
    return lesson?.unit ?? "step";
  }

  get rate(): number | null {
    const lesson = this.#page.state.lesson;
    if (this.#chosen && this.#chosen.lesson === lesson?.slug) return this.#chosen.rate;
    return lesson ? lesson.pace : 1;
  }

  get playing(): boolean {
    return this.#page.state.playback.playing;
  }

  toggle(): void {
    if (this.playing) this.#link.send({ type: "pause" });
    else this.#play();
  }

  setRate(rate: number | null): void {
    this.#chosen = { lesson: this.#page.state.lesson?.slug, rate };
    if (this.playing) this.#play();
  }

  setUnit(unit: Unit): void {
    this.#ofUnit = { lesson: this.#page.state.lesson?.slug, unit };
    if (this.playing) this.#play();
  }

  /** Takes in how far the engine has come. */
  follow(state: State, time: number): void {
    if (!state.playback.playing || !state.cursor) {
      this.#counter.clear();
      this.perSecond = null;
    } else this.perSecond = this.#counter.note(state.cursor.branch, state.cursor.iteration, time);
  }

  #play(): void {
    // As fast as possible, nobody sees single steps: it trains, and pauses between two iterations.
    const small = this.unit === "step" || this.unit === "phase";
    const unit = this.rate === null && small ? "iteration" : this.unit;
    this.#link.send({ type: "play", unit, rate: this.rate });
  }
}
