import { describe, expect, it } from "vitest";
import type { Beat, Graph } from "../../src/store/types";
import { beatStep, currentBeat, phaseRanges, relation, stops } from "../../src/store/timeline";
import { PROGRAMS, record } from "../support/trace";

const graphOf = (name: string): Graph => {
  const message = record(PROGRAMS[name]!).find((m) => m.type === "graph");
  if (message?.type !== "graph") throw new Error("no graph");
  return message.graph;
};
const graph = graphOf("one-weight");
const at = (iteration: number, step: number, branch = 0) => ({ branch, iteration, step });

const beat = (
  kind: "forward" | "backward" | "update",
  node: string | null,
  argument: number | null = null,
): Beat => ({
  id: `${kind}-${node}`,
  title: { en: "", vi: "" },
  body: { en: "", vi: "" },
  anchor: { iteration: 0, kind, node, argument },
});

describe("the timeline", () => {
  it("has its phases in order; empty ones are left out", () => {
    expect(phaseRanges(graph.steps)).toEqual([
      { phase: "forward", first: 0, last: 4 },
      { phase: "backward", first: 5, last: 8 },
      { phase: "update", first: 9, last: 9 },
    ]);
    expect(phaseRanges(graphOf("add-mul").steps).map((r) => r.phase)).toEqual(["forward", "backward"]);
  });

  it("stops at the last step of each phase, iteration, epoch", () => {
    expect(stops(graph.steps, "phase", 1, 0)).toEqual([4, 8, 9]);
    expect(stops(graph.steps, "iteration", 4, 0)).toEqual([9]);
    expect(stops(graph.steps, "epoch", 4, 2)).toEqual([]);
    expect(stops(graph.steps, "epoch", 4, 3)).toEqual([9]);
    expect(stops(graph.steps, "step", 1, 0)).toHaveLength(10);
  });

  it("knows neighbours, across iterations too, and only on one branch", () => {
    expect(relation(at(0, 3), at(0, 4), 10)).toBe("next");
    expect(relation(at(0, 4), at(0, 3), 10)).toBe("previous");
    expect(relation(at(0, 9), at(1, 0), 10)).toBe("next");
    expect(relation(at(1, 0), at(0, 9), 10)).toBe("previous");
    expect(relation(at(0, 8), at(1, 0), 10)).toBe("jump");
    expect(relation(at(0, 3), at(0, 5), 10)).toBe("jump");
    expect(relation(at(0, 3), at(0, 4, 1), 10)).toBe("jump");
    expect(relation(at(0, 3), at(0, 3), 10)).toBe("same");
    expect(relation(null, at(0, 0), 10)).toBe("jump");
  });

  it("finds beats by what they mean", () => {
    expect(beatStep(beat("forward", "mul#0"), graph)).toBe(2);
    expect(beatStep(beat("backward", "w"), graph)).toBe(8);
    expect(beatStep(beat("backward", "mul#0", 0), graph)).toBe(8);
    expect(beatStep(beat("backward", "mul#0", 1), graph)).toBeNull();
    expect(beatStep(beat("update", null), graph)).toBe(9);
    expect(beatStep(beat("forward", "nobody"), graph)).toBeNull();
  });

  it("is in the last beat that has been reached", () => {
    const beats = [beat("forward", "mul#0"), beat("backward", "w"), beat("update", null)];
    expect([0, 2, 7, 8, 9].map((step) => currentBeat(beats, graph, at(0, step)))).toEqual([0, 0, 0, 1, 2]);
    expect(currentBeat(beats, graph, at(3, 0))).toBe(2);
  });
});
