import { describe, expect, it } from "vitest";
import { BINDINGS } from "../../src/panels/model/keys";
import { edgeSymbols, forwardFormula, substitute, symbol } from "../../src/panels/model/symbols";
import { highlight } from "../../src/panels/ui/python";
import { paragraphs, pieces } from "../../src/panels/ui/rich";
import type { Graph, GraphEdge, GraphNode } from "../../src/store/types";

describe("the markup of texts", () => {
  it("finds maths, code, strong words and live numbers", () => {
    expect(pieces("If $w$ is {w.value}, `backward()` gives **{w.grad}**.")).toEqual([
      { kind: "text", text: "If " },
      { kind: "math", tex: "w" },
      { kind: "text", text: " is " },
      { kind: "live", name: "w", what: "value" },
      { kind: "text", text: ", " },
      { kind: "code", text: "backward()" },
      { kind: "text", text: " gives " },
      { kind: "strong", text: "{w.grad}" },
      { kind: "text", text: "." },
    ]);
  });

  it("leaves anything else as it is, tags included", () => {
    expect(pieces("a <b>c</b> {x} 5 $")).toEqual([{ kind: "text", text: "a <b>c</b> {x} 5 $" }]);
  });

  it("parts paragraphs at empty lines", () => {
    expect(paragraphs("one\ntwo\n\n  three \n\n")).toEqual(["one\ntwo", "three"]);
  });
});

describe("names as LaTeX", () => {
  it.each([
    ["w", "w"],
    ["w0", "w_{0}"],
    ["x_1", "x_{1}"],
    ["sigma", "\\sigma"],
    ["10", "10"],
    ["hidden.weight", "W_{\\mathrm{hidden}}"],
    ["block1.norm.bias", "b_{\\mathrm{block1.norm}}"],
    ["a_b", "\\mathrm{a\\_b}"],
  ])("%s is %s", (label, tex) => {
    expect(symbol(label)).toBe(tex);
  });

  it("puts names into formulas, and leaves commands alone", () => {
    expect(substitute("z = a\\,b", { z: "q", a: "w", b: "x" })).toBe("q = w\\,x");
    expect(substitute("\\frac{a}{b^2}", { a: "-4", b: "y" })).toBe("\\frac{\\left(-4\\right)}{y^2}");
    expect(substitute("z = \\ln a", { a: "w" })).toBe("z = \\ln w");
  });

  it("calls a result by its variable, else by a letter that is nobody's name", () => {
    const node = (index: number, label: string, kind = "op") =>
      ({ index, kind, op: "div", label, glyph: "÷", formula: String.raw`z = \frac{a}{b}` }) as GraphNode;
    const edges = [0, 1].map((argument) => ({ index: argument, source: argument, target: 2, argument }));
    const graph = (...labels: [string, string, string]) =>
      ({ nodes: labels.map((label, k) => node(k, label)), edges }) as unknown as Graph;
    const formula = (...labels: [string, string, string]) => {
      const of = graph(...labels);
      return forwardFormula(of, of.nodes[2]!);
    };
    expect(formula("p", "q", "f")).toBe(String.raw`f = \frac{p}{q}`);
    expect(formula("div", "q", "div#1")).toBe(String.raw`z = \frac{a}{q}`);
    expect(formula("div", "a", "z")).toBe(String.raw`z = \frac{u}{a}`);
    expect(edgeSymbols(graph("div", "a", "z"), edges[0] as GraphEdge)).toEqual({ from: "z", to: "u" });
  });
});

describe("comments of Python", () => {
  it("begin at a # that is not in a string", () => {
    expect(highlight("x = 1 # one")).toEqual([
      { kind: "code", text: "x = 1 " },
      { kind: "comment", text: "# one" },
    ]);
    expect(highlight("s = '#'")).toEqual([{ kind: "code", text: "s = '#'" }]);
  });
});

describe("the keyboard", () => {
  it("has one meaning for each key", () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(BINDINGS.map((binding) => binding.action)).size).toBe(BINDINGS.length);
  });
});
