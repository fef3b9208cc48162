import { describe, expect, test } from "vitest";
import { sameSource, sourceTitle, symbolText } from "../../src/panels/model/explained";
import { oddIndex } from "../../src/panels/model/odd";
import { exact } from "../../src/render/format";
import type { Source, TensorView } from "../../src/store/types";
import { replay } from "../../src/transport/replay";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const golden = readFileSync(
  resolve(import.meta.dirname, "../../../tests/golden/one-weight-adam.jsonl"),
  "utf8",
);

function view(shape: number[], data: number[]): TensorView {
  return { shape, dtype: "float32", data: Float32Array.from(data), summary: null };
}

describe("numbers that are explained", () => {
  test("symbols of optimizers in plain text", () => {
    expect(symbolText("m")).toBe("m");
    expect(symbolText("\\hat m")).toBe("m\u0302");
    expect(symbolText("\\tilde\\theta")).toBe("θ\u0303");
    expect(symbolText("\\theta'")).toBe("θ′");
  });

  test("short names of numbers", () => {
    const graph = [...replay(golden).graphs.values()][0] ?? null;
    const at = (more: Partial<Source>): Source => ({
      name: "w",
      what: "value",
      index: [],
      argument: null,
      ...more,
    });
    expect(sourceTitle(graph, at({}))).toBe("w");
    expect(sourceTitle(graph, at({ what: "grad", index: [0, 1] }))).toBe("w.grad[0, 1]");
    expect(sourceTitle(graph, at({ what: "detail", symbol: "\\hat v" }))).toBe("v\u0302 (w)");
    expect(sourceTitle(graph, at({ name: "mul#0", what: "contribution", argument: 0 }))).toBe("mul → w");
  });

  test("the first element that is not finite", () => {
    expect(oddIndex(view([], [Number.NaN]))).toEqual([]);
    expect(oddIndex(view([2, 3], [1, 2, 3, 4, Infinity, Number.NaN]))).toEqual([1, 1]);
    expect(oddIndex(view([2], [1, 2]))).toBeNull();
    expect(oddIndex(null)).toBeNull();
  });

  test("the same number, however it is written", () => {
    const at: Source = { name: "w", what: "value", index: [], argument: null };
    expect(sameSource(at, { ...at, symbol: null, place: null })).toBe(true);
    expect(sameSource(at, { ...at, place: { branch: 0, iteration: 1, step: 2 } })).toBe(false);
  });

  test("products beyond the format of their factors keep their digits", () => {
    expect(exact(-5 * 2.621931834003768e38)).toBe("−1.31096592e39");
    expect(exact(1e-30 * 3e-30)).toBe("3.0e−60");
  });

  test("updates carry their rules", () => {
    const rules = replay(golden).frames.flatMap((frame) => frame.update.map((detail) => detail.rule));
    expect(rules.filter((rule) => rule !== "")).not.toHaveLength(0);
    for (const rule of rules) expect(rule === "" || rule.includes(" = ")).toBe(true);
  });
});
