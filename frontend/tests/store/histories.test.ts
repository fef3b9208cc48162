import { describe, expect, it } from "vitest";
import {
  Column,
  departure,
  History,
  historyOf,
  withMetrics,
  withoutGone,
  type MetricsState,
} from "../../src/store/histories";
import type { Branch, Metrics } from "../../src/store/types";

const stretch = (column: Column, from: number, to: number) => {
  const own = { first: 0, end: column.length, columns: { x: column } };
  return new History([{ from: 0, to: column.length, own }]).stretch("x", from, to);
};
const all = (column: Column) => Array.from({ length: column.length }, (_, k) => column.at(k));

describe("a column", () => {
  it("grows without changing what a shorter one shows", () => {
    const short = Column.empty.put(0, [1, 2]);
    const long = short.put(2, [3, "NaN", null, "-Infinity"]);
    const other = short.put(2, [30]);
    expect(all(short)).toEqual([1, 2]);
    expect(all(long)).toEqual([1, 2, 3, NaN, null, -Infinity]);
    expect(all(other)).toEqual([1, 2, 30]);
    expect(all(long.put(1, [7]))).toEqual([1, 7]);
    expect(all(long)).toEqual([1, 2, 3, NaN, null, -Infinity]);
    expect(all(short.put(4, [5]))).toEqual([1, 2, null, null, 5]);
    expect(short.at(-1)).toBeNull();
    expect(short.at(2)).toBeNull();
  });

  it("appends in place: a run of many frames is not copied with each", () => {
    let column = Column.empty;
    for (let k = 0; k < 20_000; k++) column = column.put(k, [k]);
    expect(column.length).toBe(20_000);
    expect(stretch(column, 0, 20_000)).toEqual({ low: 0, high: 19_999, least: 1, mean: 9999.5 });
  });

  it("sums up any stretch", () => {
    // Numbers without an order, some odd ones among them, that grew in uneven parts and were cut once.
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const numbers = Array.from({ length: 700 }, () => {
      const x = random();
      return x < 0.05 ? null : x < 0.1 ? "NaN" : x < 0.15 ? "Infinity" : x < 0.2 ? 0 : x - 0.5;
    });
    let column = Column.empty;
    for (let at = 0; at < 700; at += 37) column = column.put(at, numbers.slice(at, at + 37) as number[]);
    column = column.put(333, numbers.slice(333) as number[]);
    for (let round = 0; round < 300; round++) {
      const [a = 0, b = 0] = [random() * 710 - 5, random() * 710 - 5].map(Math.floor).sort((x, y) => x - y);
      const inside = numbers
        .slice(Math.max(0, a), Math.max(0, b))
        .filter((x): x is number => typeof x === "number");
      const found = stretch(column, a, b);
      if (inside.length === 0) expect(found).toBeNull();
      else {
        const positive = inside.filter((x) => x > 0);
        expect(found).toEqual({
          mean: expect.closeTo(inside.reduce((sum, x) => sum + x, 0) / inside.length) as number,
          low: Math.min(...inside),
          high: Math.max(...inside),
          least: Math.min(Infinity, ...positive),
        });
      }
    }
  });
});

const branch = (id: number, parent: number | null, fork: number): Branch => ({
  id,
  parent,
  fork_iteration: fork,
  cause: "edit w",
  tip: 9,
});
const metrics = (id: number, start: number, columns: Metrics["columns"]): Metrics => ({
  type: "metrics",
  seq: 1,
  id: null,
  branch: id,
  start,
  columns,
});
const take = (...messages: Metrics[]) => messages.reduce(withMetrics, new Map() as MetricsState);

describe("a history", () => {
  const branches = [branch(0, null, 0), branch(1, 0, 3), branch(2, 1, 5), branch(3, 1, 2)];
  const known = take(
    metrics(0, 0, { loss: [10, 11, 12, 13, 14, 15] }),
    metrics(1, 3, { loss: [23, 24, 25, 26], accuracy: [0.5, null, 0.75, null] }),
    metrics(2, 5, { loss: [35, 36] }),
    metrics(3, 2, { loss: [42] }),
  );

  it("joins what branches own at their forks", () => {
    const history = historyOf(known, branches, 2);
    expect([history.first, history.length]).toEqual([0, 7]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((k) => history.at("loss", k))).toEqual([
      10,
      11,
      12,
      23,
      24,
      35,
      36,
      null,
    ]);
    expect(history.stretch("loss", 1, 5)).toEqual({ low: 11, high: 24, least: 11, mean: 17.5 });
    expect(history.stretch("loss")).toMatchObject({ low: 10, high: 36 });
    expect(historyOf(known, branches, 0).at("loss", 5)).toBe(15);
    expect(historyOf(known, branches, 3).at("loss", 2), "it forks before its parent does").toBe(42);
    expect(historyOf(known, branches, 3).at("loss", 1)).toBe(11);
    expect(historyOf(known, branches, 9).length).toBe(0);
  });

  it("knows what was measured last", () => {
    const history = historyOf(known, branches, 1);
    expect([2, 3, 4, 5, 6, 99].map((k) => history.latest("accuracy", k))).toEqual([
      null,
      0.5,
      0.5,
      0.75,
      0.75,
      0.75,
    ]);
    expect(history.latest("test_loss", 5)).toBeNull();
    expect([2, 4, 99].map((k) => history.measured("accuracy", k))).toEqual([null, 3, 5]);
    expect(history.measured("test_loss", 5)).toBeNull();
    expect([history.has("accuracy"), historyOf(known, branches, 0).has("accuracy")]).toEqual([true, false]);
  });

  it("of a branch begins at the iteration before its fork, which it shares", () => {
    const own = departure(known, branches, 2);
    expect([own.first, own.length, own.at("loss", 4), own.at("loss", 5)]).toEqual([4, 7, 24, 35]);
    expect(departure(known, branches, 0).first).toBe(0);
  });

  it("is replaced from where a message begins, and forgotten with its branch", () => {
    const cut = withMetrics(known, metrics(0, 4, { loss: [] }));
    expect(historyOf(cut, branches, 0).length).toBe(4);
    expect(historyOf(known, branches, 0).length).toBe(6);
    expect([...withoutGone(known, branches.slice(0, 2)).keys()]).toEqual([0, 1]);
    expect(withoutGone(known, branches)).toBe(known);
  });
});
