// Which answer of a detector is on the screen, and the movement from the one before: a function of the cursor alone.
import { durationFor, startMotion, tweenAt, type Motion } from "../../render/motion";
import { relation, sameCursor } from "../../store/timeline";
import type { DetectResult, FrameView } from "../../store/types";
import type { Page } from "../model/page.svelte";
import { preferences } from "../model/preferences.svelte";

/** What a detector says at a cursor, and the numbers of the batch there. */
export interface Seen {
  readonly found: DetectResult;
  /** Null: the page has gone on since it was asked. */
  readonly frame: FrameView | null;
}

export class Moving {
  /** What is on the screen: while a step back moves, the later one. */
  seen: Seen | null = $state.raw(null);
  /** How much of its step is done. */
  t = $state(1);
  #latest: Seen | null = null;
  #motion: Motion | null = null;
  #frozen: number | null = null;
  #request = 0;

  constructor(readonly page: Page) {}

  /** An answer has come, or the numbers of its cursor. */
  show(found: DetectResult | null): void {
    if (!found) return;
    const { page } = this;
    const { frame, state } = page;
    const old = this.#latest;
    const { cursor } = found;
    const way = old && page.graph ? relation(old.found.cursor, cursor, page.graph.steps.length) : "jump";
    // The page may have gone on since it was asked: then the numbers are those that were there.
    const own = sameCursor(frame?.header.cursor, cursor) ? frame : null;
    const next = { found, frame: own ?? (way === "same" ? (old?.frame ?? null) : null) };
    this.#latest = next;
    if (way === "same" && this.#motion) {
      if (!this.#motion.backwards) this.seen = next;
      return;
    }
    if (way === "same") {
      this.seen = next;
      return;
    }
    const duration = preferences.reducedMotion
      ? 0
      : durationFor(state.playback.playing ? state.playback.rate : 1);
    this.#motion = null;
    this.seen = next;
    if (duration > 0 && way === "next") this.#start(false, duration);
    else if (duration > 0 && way === "previous" && old) {
      this.seen = old;
      this.#start(true, duration);
    } else this.#rest();
  }

  /** Holds the movement at t; null lets it rest. */
  freeze(t: number | null): void {
    this.#frozen = t;
    this.#motion = null;
    this.t = t ?? 1;
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
  }

  #start(backwards: boolean, duration: number): void {
    if (this.#frozen !== null) return;
    this.#motion = startMotion(performance.now(), backwards, duration);
    this.t = backwards ? 1 : 0;
    this.#schedule();
  }

  #schedule(): void {
    cancelAnimationFrame(this.#request);
    this.#request = requestAnimationFrame((now) => {
      if (!this.#motion) return;
      const { t, done } = tweenAt(this.#motion, now);
      if (!done) {
        this.t = t;
        this.#schedule();
      } else this.#rest();
    });
  }

  #rest(): void {
    this.#motion = null;
    this.seen = this.#latest;
    this.t = this.#frozen ?? 1;
  }
}
