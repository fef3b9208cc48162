import { describe, expect, it } from "vitest";
import { Scrub, scrubbed, scrubStep } from "../../src/panels/model/cell";
import { cellName, cellsOf, flatOf, placeOf } from "../../src/panels/samples/cells";
import type { GraphNode } from "../../src/store/types";

describe("elements by their indices", () => {
  it("count in row-major order, and back", () => {
    expect(cellsOf([2, 3])).toEqual([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]); // prettier-ignore
    cellsOf([2, 3, 4]).forEach((place, k) => {
      expect(flatOf(place, [2, 3, 4])).toBe(k);
      expect(placeOf(k, [2, 3, 4])).toEqual(place);
    });
    expect(cellsOf([])).toEqual([[]]);
    expect(cellsOf([100, 100])).toHaveLength(400);
  });

  it("are called as the program calls them", () => {
    const node = { label: "hidden1.weight" } as GraphNode;
    expect(cellName(node, [2, 1])).toBe("weight[2, 1]");
    expect(cellName({ label: "w" } as GraphNode, [])).toBe("w");
  });
});

describe("a number that is dragged", () => {
  it("moves by hundredths of its size", () => {
    expect(scrubStep(2)).toBe(0.01);
    expect(scrubStep(-25)).toBe(0.1);
    expect(scrubStep(0)).toBe(0.001);
    expect(scrubbed(2, 5)).toBe(2.05);
    expect(scrubbed(-0.21828683, -10)).toBe(-0.228);
    expect(scrubbed(0.3, 1)).toBe(0.301);
  });

  it("is one edit, and never two at once: values that were passed are left out", async () => {
    const sent: [number, boolean][] = [];
    const answers: (() => void)[] = [];
    const scrub = new Scrub((value, coalesce) => {
      sent.push([value, coalesce]);
      return new Promise((resolve) => {
        answers.push(() => {
          resolve(true);
        });
      });
    });
    const settle = async () => {
      answers.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    };
    scrub.begin();
    for (const value of [1, 2, 3]) scrub.put(value);
    expect(sent).toEqual([[1, false]]);
    await settle();
    expect(sent).toEqual([[1, false], [3, true]]); // prettier-ignore
    await settle();
    scrub.begin();
    scrub.put(4);
    expect(sent.at(-1)).toEqual([4, false]);
  });

  it("begins anew where the server refused", async () => {
    const sent: boolean[] = [];
    const scrub = new Scrub((_, coalesce) => {
      sent.push(coalesce);
      return Promise.resolve(sent.length > 1);
    });
    scrub.begin();
    scrub.put(1);
    await new Promise((resolve) => setTimeout(resolve));
    scrub.put(2);
    expect(sent).toEqual([false, false]);
  });
});
