/** The shape of a movement in time. Everything is a function of t in [0, 1]; only the clock knows of milliseconds. */

/** What happens when within a step. Fast movement, then hold. */
export const BEATS = {
  forward: { travel: [0.02, 0.62], print: 0.74 },
  seed: { travel: [0.02, 0.6], print: 0.74 },
  backward: {
    upstream: [0, 0.3],
    local: [0.04, 0.34],
    product: 0.38,
    travel: [0.44, 0.84],
    print: 0.88,
  },
  update: { gradient: [0, 0.36], optimizer: 0.4, value: [0.5, 0.84], print: 0.84 },
  /** zero_grad and load: the old fades, the new appears. */
  fade: 0.5,
} as const;

/** Milliseconds that a step moves. */
export const DURATION = 400;

/** 0 before the window, 1 after it, eased between. */
export function during(t: number, [from, to]: readonly [number, number]): number {
  return ease((t - from) / (to - from));
}

export function ease(t: number): number {
  const x = Math.min(1, Math.max(0, t));
  return x < 0.5 ? 4 * x * x * x : 1 - (-2 * x + 2) ** 3 / 2;
}

/** How visible a number is around the moment at which it changes. */
export function around(t: number, at: number, span = 0.14): number {
  if (t >= 1 || t <= 0) return 1;
  return Math.min(1, Math.abs(t - at) / span);
}

/** How visible something is that appears at a moment and stays. */
export function appears(t: number, at: number, span = 0.12): number {
  return Math.min(1, Math.max(0, (t - at) / span));
}

/** A movement under way: forwards in time, or the same movement backwards. */
export interface Motion {
  readonly started: number;
  readonly duration: number;
  readonly backwards: boolean;
}

export function startMotion(now: number, backwards: boolean, duration = DURATION): Motion {
  return { started: now, duration, backwards };
}

export function tweenAt(motion: Motion, now: number): { t: number; done: boolean } {
  const f = motion.duration <= 0 ? 1 : Math.min(1, Math.max(0, (now - motion.started) / motion.duration));
  return { t: motion.backwards ? 1 - f : f, done: f >= 1 };
}

/** When steps follow each other quickly, a movement must end before the next one begins. `turns` follow each other in it. */
export function durationFor(rate: number | null, turns = 1): number {
  if (rate === null) return 0;
  const hold = 1000 / Math.max(rate, 1e-6);
  return hold < 160 ? 0 : Math.min(DURATION * (0.3 + 0.7 * turns), hold * 0.8);
}
