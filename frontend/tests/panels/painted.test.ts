import { beforeEach, expect, test, vi } from "vitest";
import { Painted, PATIENCE } from "../../src/panels/model/painted";

let paint = (): void => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  const waiting = new Map<number, FrameRequestCallback>();
  let last = 0;
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => {
    waiting.set(++last, callback);
    return last;
  });
  vi.stubGlobal("cancelAnimationFrame", (id: number) => waiting.delete(id));
  paint = () => {
    const all = [...waiting.values()];
    waiting.clear();
    for (const callback of all) callback(performance.now());
  };
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test("each frame is told once, when it has been painted", () => {
  const said: number[] = [];
  const painted = new Painted((seq) => said.push(seq));
  painted.owe(1);
  painted.owe(2);
  expect(said).toEqual([]);
  paint();
  expect(said).toEqual([1, 2]);
  painted.owe(3);
  paint();
  paint();
  vi.advanceTimersByTime(3 * PATIENCE);
  expect(said).toEqual([1, 2, 3]);
});

test("where nothing is painted it is told after a while, and no frame before its time", () => {
  const said: number[] = [];
  const painted = new Painted((seq) => said.push(seq));
  painted.owe(1);
  paint();
  vi.advanceTimersByTime(PATIENCE / 2);
  painted.owe(2);
  vi.advanceTimersByTime(PATIENCE - 1);
  expect(said).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(said).toEqual([1, 2]);
  painted.owe(3);
  vi.advanceTimersByTime(PATIENCE);
  expect(said).toEqual([1, 2, 3]);
  paint();
  expect(said).toEqual([1, 2, 3]);
});
