import { describe, expect, it } from "vitest";
import { latestAt, measured } from "../../src/panels/detector/measured";
import { Column, History } from "../../src/store/histories";

describe("what is measured every so many iterations", () => {
  const numbers = [0.1, null, Number.NaN, 0.4, null] as number[];
  const own = { first: 0, end: 5, columns: { map50: Column.empty.put(0, numbers) } };
  const found = measured(new History([{ from: 0, to: 5, own }]), "map50");

  it("is told where there is a number", () => {
    expect(found).toEqual([
      [0, 0.1],
      [3, 0.4],
    ]);
    expect(measured(new History([{ from: 0, to: 5, own }]), "other")).toEqual([]);
  });

  it("is as of the cursor, and nothing that comes later", () => {
    expect([0, 2, 3, 9].map((iteration) => latestAt(found, iteration)?.[1])).toEqual([0.1, 0.1, 0.4, 0.4]);
    expect(latestAt([[3, 0.4]], 2)).toBeNull();
  });
});
