import { describe, expect, it } from "vitest";
import { foldsOf } from "../../src/layout/folds";
import { golden } from "../support/golden";
import { recordingOf } from "../support/pictures";

const { graph } = recordingOf(golden("playground"));
const spans = (folds: ReturnType<typeof foldsOf>) =>
  folds.filter(({ first, last }) => last > first).map(({ name, first, last }) => [name, last - first + 1]);

describe("the timeline's lanes", () => {
  it("show each step where all groups are open and words have room", () => {
    expect(foldsOf(graph, {}, false)).toHaveLength(graph.steps.length);
    expect(foldsOf(graph, null, false)).toHaveLength(graph.steps.length);
  });

  it("show the steps of a closed group as one, in each phase", () => {
    const folds = foldsOf(graph, { hidden1: false }, false);
    expect(spans(folds)).toEqual([
      ["hidden1", 2],
      ["hidden1", 3],
      ["hidden1", 2],
    ]);
    expect(folds.filter(({ closed }) => closed)).toHaveLength(3);
  });

  it("fold by scope where a step has no room for a word, and lose no step", () => {
    const folds = foldsOf(graph, {}, true);
    expect(spans(folds)).toEqual([
      ["hidden1", 2],
      ["output", 3],
      ["hidden1", 3],
      ["hidden1", 2],
      ["output", 2],
    ]);
    expect(
      folds.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, k) => first + k)),
    ).toEqual(graph.steps.map(({ index }) => index));
  });
});
