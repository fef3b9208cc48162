import { beforeEach, expect, test, vi } from "vitest";
import { PACE, Pace } from "../../src/panels/model/pace";
import { initialState } from "../../src/store/reduce";
import type { State } from "../../src/store/types";

const training: State = { ...initialState, playback: { playing: true, unit: "iteration", rate: null } };
const at = (iteration: number, more: Partial<State> = {}): State => ({
  ...training,
  cursor: { branch: 0, iteration, step: 0 },
  ...more,
});

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function told() {
  const states: State[] = [];
  return { states, pace: new Pace(training, (state) => states.push(state)) };
}

test("what only brings newer numbers waits its turn, and the newest of it is told", () => {
  const { states, pace } = told();
  const all = [1, 2, 3].map((n) => at(n));
  for (const state of all) pace.take(state, true);
  expect(states).toEqual([all[0]]);
  vi.advanceTimersByTime(PACE - 1);
  expect(states).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(states).toEqual([all[0], all[2]]);
  vi.advanceTimersByTime(10 * PACE);
  expect(states).toHaveLength(2);
});

test("what comes late does not wait", () => {
  const { states, pace } = told();
  pace.take(at(1), true);
  vi.advanceTimersByTime(PACE);
  pace.take(at(2), true);
  expect(states).toHaveLength(2);
});

test("all else is told at once, with the numbers that waited, and once", () => {
  const { states, pace } = told();
  pace.take(at(1), true);
  pace.take(at(2), true);
  const refused = at(2, { waiting: 1 });
  pace.take(refused, true);
  const paused = at(3, { playback: { ...training.playback, playing: false } });
  pace.take(paused, true);
  const stepped = { ...paused, cursor: { branch: 0, iteration: 4, step: 0 } };
  pace.take(stepped, true);
  vi.advanceTimersByTime(10 * PACE);
  expect(states).toEqual([at(1), refused, paused, stepped]);
});

test("where the picture is told by the page nothing waits", () => {
  const { states, pace } = told();
  const all = [1, 2, 3].map((n) => at(n));
  for (const state of all) pace.take(state, false);
  expect(states).toEqual(all);
});
