import { describe, expect, it } from "vitest";
import { BINDINGS } from "../../src/panels/model/keys";
import { resultSymbol, substitute, symbol } from "../../src/panels/model/symbols";
import { curve } from "../../src/panels/transport/curve";
import { highlight } from "../../src/panels/ui/python";
import { paragraphs, pieces } from "../../src/panels/ui/rich";
import type { GraphNode } from "../../src/store/types";

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

  it("calls a result by its variable, else z", () => {
    const node = { kind: "op", op: "mul", label: "mul" } as GraphNode;
    expect(resultSymbol(node)).toBe("z");
    expect(resultSymbol({ ...node, label: "q" })).toBe("q");
    expect(resultSymbol({ ...node, label: "mul#1" })).toBe("z");
  });
});

describe("the curve of losses", () => {
  it("takes a decade axis only where it spans decades", () => {
    expect(curve([16, 8, 4], 100, 50).logarithmic).toBe(false);
    expect(curve([16, 0.1, 0.001], 100, 50).logarithmic).toBe(true);
    expect(curve([-1, 0.1, 100_000], 100, 50).logarithmic).toBe(false);
  });

  it("lifts the pen where there is no number", () => {
    const { path, point } = curve([1, Number.NaN, 3, null, 2], 100, 50);
    expect(path.match(/M/g)).toHaveLength(3);
    expect(point(1)).toBeNull();
    expect(point(4)?.x).toBe(100);
  });

  it("is a flat line where nothing changes, and nothing where nothing is known", () => {
    const { point } = curve([2, 2], 100, 50);
    expect(point(0)?.y).toBe(point(1)?.y);
    expect(curve([], 100, 50).path).toBe("");
  });

  it("draws at most a few points per pixel", () => {
    const many = Array.from({ length: 100_000 }, (_, k) => k + 1);
    expect(curve(many, 300, 50).path.match(/[ML]/g)?.length).toBeLessThan(700);
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
