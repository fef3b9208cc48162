import { describe, expect, it } from "vitest";
import { actsOf, blockUpTo, within } from "../../src/layout/blocks";
import { UNITS, unfolded } from "../support/unfolded";

describe.each(UNITS)("the unfolded %s unit", (name) => {
  const views = unfolded(name);
  const { graph, message } = views[0]!;

  it("keeps its graph from step to step: what has the same graph can move", () => {
    expect(new Set(views.map((view) => view.graph)).size).toBe(1);
    expect(views.length).toBe(graph.steps.length);
  });

  it("has several numbers in a step of tensors, one turn after the other", () => {
    const acts = actsOf(graph)!;
    const most = Math.max(...[...acts.values()].map((of) => of.length));
    expect(most).toBeGreaterThan(3);
    for (const [step, of] of acts) {
      expect(of.map(({ from }) => from)).toEqual(of.map(({ from }) => from).sort((a, b) => a - b));
      expect(of[0]!.from).toBe(0);
      expect(of.at(-1)!.to).toBe(1);
      for (const act of of) {
        expect(act.kind).toBe(graph.steps[step]!.kind);
        expect([within(act.from, act), within(act.to, act)]).toEqual([0, 1]);
      }
      expect(blockUpTo(graph, {}, graph.steps[step]!)).toBe(of);
    }
  });

  it("brings the sample's share before what all others add", () => {
    for (const of of actsOf(graph)!.values()) {
      const others = of.filter(
        ({ edge, node }) => edge !== null && message.cells[node ?? -1]?.role === "samples",
      );
      const own = of.filter((act) => act.edge !== null && !others.includes(act));
      for (const a of own) for (const b of others) expect(a.from).toBeLessThan(b.from);
    }
  });

  it("sets the names of the page in the place of the server's", () => {
    const at = message.cells.findIndex(({ role }) => role === "samples");
    expect(graph.nodes[at]!.glyph).toBe(name === "many" ? "1 others" : "2 others");
  });

  it("shows a frame of its own step, with the numbers of each node that an update changes", () => {
    const updates = graph.steps.filter(({ kind, index }) => kind === "update" && actsOf(graph)!.has(index));
    // Its weights, its bias, and the weights with which others read it.
    expect(updates.length).toBe(name === "output" ? 2 : 3);
    for (const { index } of updates)
      for (const { node } of actsOf(graph)!.get(index)!) {
        const { frame } = views[index]!;
        expect(frame.of("after", node!)).toEqual(frame.value(node!));
        expect(frame.of("before", node!)).toEqual(views[index - 1]!.frame.value(node!));
      }
  });
});
