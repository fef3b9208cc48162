import { describe, expect, it } from "vitest";
import { withReadableLabels } from "../../src/store/names";
import type { Graph } from "../../src/store/types";

/** A graph of leaves and ops: `["add", "x", 2]` adds x and what the third line computes. */
function graphOf(lines: (string | [string, ...number[]])[], labels: Record<number, string> = {}): Graph {
  const nodes = lines.map((line, index) => ({
    index,
    kind: typeof line === "string" ? "parameter" : "op",
    op: typeof line === "string" ? null : line[0],
    name: typeof line === "string" ? line : `${line[0]}#${index}`,
    label: labels[index] ?? (typeof line === "string" ? line : `${line[0]}#${index}`),
  }));
  const edges = lines.flatMap((line, target) =>
    typeof line === "string"
      ? []
      : line.slice(1).map((source, argument) => ({ source: source as number, target, argument })),
  );
  const steps = nodes.map(({ index, label }) => ({ node: index, edge: null, label: `${label} → x` }));
  return { nodes, edges, steps } as unknown as Graph;
}

const labelsOf = (graph: Graph) => withReadableLabels(graph).nodes.map(({ label }) => label);

describe("names of nodes", () => {
  it("say what is computed, in nodes and in steps", () => {
    const graph = graphOf(["w0", "x0", ["mul", 0, 1], "w1", ["add", 2, 3], ["mul", 4, 4]]);
    const readable = withReadableLabels(graph);
    expect(readable.nodes.map(({ label }) => label)).toEqual([
      "w0",
      "x0",
      "w0×x0",
      "w1",
      "w0×x0 + w1",
      "(… + w1)×(… + w1)",
    ]);
    expect(readable.steps[4]?.label).toBe("w0×x0 + w1 → x");
    expect(readable.nodes.map(({ name }) => name)).toEqual(graph.nodes.map(({ name }) => name));
  });

  it("keep brackets that count", () => {
    expect(
      labelsOf(graphOf(["a", "b", ["sub", 0, 1], ["sub", 0, 2], ["pow", 2, 1], ["neg", 2], ["exp", 5]])),
    ).toEqual(["a", "b", "a − b", "a − (a − b)", "(a − b)^b", "−(a − b)", "exp(−(a − b))"]);
  });

  it("use the variables that hold a result", () => {
    expect(labelsOf(graphOf(["a", ["exp", 0], ["mul", 1, 0]], { 1: "q" }))).toEqual(["a", "q", "q×a"]);
  });

  it("are those of a step's own nodes, where nodes of several scopes have one label", () => {
    const graph = graphOf(["a", "b", ["add", 0, 1], ["add", 0, 0]], { 2: "add#0", 3: "add#0" });
    const steps = withReadableLabels(graph).steps.map(({ label }) => label);
    expect(steps.slice(2)).toEqual(["a + b → x", "a + a → x"]);
  });

  it("stay numbers where two nodes compute the same, and where a number alone tells", () => {
    expect(labelsOf(graphOf(["a", ["mul", 0, 0], ["mul", 0, 0]]))).toEqual(["a", "mul#1", "mul#2"]);
    const single = graphOf(["a", ["mul", 0, 0]], { 1: "mul" });
    expect(withReadableLabels(single)).toBe(single);
  });
});
