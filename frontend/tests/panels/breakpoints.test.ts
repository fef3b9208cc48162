import { afterEach, describe, expect, it } from "vitest";
import { setLanguage } from "../../src/i18n/locale.svelte";
import { becauseInWords, conditionInWords } from "../../src/panels/model/breakpoint-words";
import { hasUnits, stoppedHere, stopsAt } from "../../src/panels/model/breakpoints";
import { breakpointSteps } from "../../src/panels/model/marks";
import { initialState, reduce } from "../../src/store/reduce";
import type { Because, Breakpoint, Condition, Moved, State } from "../../src/store/types";
import { record, PROGRAMS } from "../support/trace";

const state = record(PROGRAMS["one-weight"]!).reduce(
  (now: State, message) => reduce(now, message),
  initialState,
);
const { graph } = state;

afterEach(() => {
  setLanguage("en");
});

const CONDITIONS: [Condition, string][] = [
  [{ kind: "step", node: "mul#0", step_kind: "backward" }, "mul, Backward"],
  [{ kind: "step", node: null, step_kind: "seed" }, "seed 1"],
  [{ kind: "step" }, "any step"],
  [{ kind: "grad", name: "w", relation: "<", threshold: 1e-6 }, "‖gradient of w‖ < 1e−6"],
  [{ kind: "grad", relation: ">", threshold: 10 }, "‖gradient of any parameter‖ > 10"],
  [{ kind: "metric", metric: "accuracy", relation: ">", threshold: 0.95 }, "accuracy > 0.95"],
  [{ kind: "metric", metric: "w", relation: "<", threshold: -2 }, "w < −2"],
  [{ kind: "rising", iterations: 4 }, "the loss rises 4 times in a row"],
  [{ kind: "stalled" }, "loss gets no better for 300 iterations"],
  [
    { kind: "stalled", metric: "test_loss", iterations: 40 },
    "test loss gets no better for 40 iterations",
  ],
  [{ kind: "dead" }, "a unit dies"],
  [{ kind: "non_finite" }, "first NaN or infinity"],
];

const REASONS: [Because, string][] = [
  [{ reason: "step", params: { iteration: 0, kind: "backward", node: "mul#0" } }, "mul, Backward"],
  [{ reason: "step", params: { iteration: 0, kind: "zero_grad" } }, "zero"],
  [
    { reason: "grad_below", params: { iteration: 3, node: "w", value: 3.125e-7, threshold: 1e-6 } },
    "‖gradient of w‖ = 3.125e−7 < 1e−6",
  ],
  [
    { reason: "grad_above", params: { iteration: 3, node: "w", value: "Infinity", threshold: 5 } },
    "‖gradient of w‖ = ∞ > 5",
  ],
  [
    { reason: "metric_above", params: { iteration: 9, metric: "test_loss", value: 1.5, threshold: 1 } },
    "test loss = 1.5 > 1",
  ],
  [
    { reason: "metric_above", params: { iteration: 9, metric: "map50", value: 0.625, threshold: 0.6 } },
    "mAP@50 · held out = 0.625 > 0.6",
  ],
  [
    { reason: "rising", params: { iteration: 9, iterations: 3, first: 0.5, value: 0.75 } },
    "the loss has risen 3 times in a row, from 0.5 to 0.75",
  ],
  [
    { reason: "stalled", params: { iteration: 90, metric: "test_loss", iterations: 80, best: 0.5 } },
    "test loss has got no better than 0.5 for 80 iterations",
  ],
  [
    { reason: "dead", params: { iteration: 9, node: "hidden1.relu#0", unit: 0, count: 1 } },
    "unit 1 of hidden1.relu#0 has died",
  ],
  [
    { reason: "dead", params: { iteration: 9, node: "hidden1.relu#0", unit: 2, count: 3 } },
    "unit 3 of hidden1.relu#0 and 2 more have died",
  ],
  [
    { reason: "non_finite", params: { iteration: 9, of: "grad", node: "w" } },
    "the gradient of w is no longer finite",
  ],
];

describe("where one stops, in words", () => {
  it.each(CONDITIONS)("%j", (condition, words) => {
    expect(conditionInWords(graph, condition)).toBe(words);
  });

  it.each(REASONS)("because of %j", (because, words) => {
    expect(becauseInWords(graph, because)).toBe(words);
  });

  it("speaks the reader's language, with all the numbers", () => {
    setLanguage("vi");
    for (const [condition] of CONDITIONS)
      expect(conditionInWords(graph, condition)).not.toMatch(/undefined|#/);
    for (const [because, words] of REASONS) {
      const said = becauseInWords(graph, because);
      expect(said).not.toMatch(/undefined|NaN/);
      for (const number of words.match(/[\d.]+e−\d|\d[\d.]*|∞/g) ?? []) expect(said).toContain(number);
    }
  });
});

describe("a stop", () => {
  const because: Because = { reason: "step", params: { iteration: 0, kind: "seed" } };
  const moved: Moved = {
    type: "moved",
    seq: 99,
    id: null,
    cursor: state.cursor!,
    phase: "forward",
    reached: "breakpoint",
    breakpoint: { id: 7, condition: { kind: "step" }, on: true },
    because,
  };

  it("is told as long as one stands there", () => {
    const here = { ...state, lastMoved: moved };
    expect(stoppedHere(here)).toEqual({ because, breakpoint: 7 });
    expect(stoppedHere({ ...here, cursor: { ...moved.cursor, step: moved.cursor.step + 1 } })).toBeNull();
    expect(stoppedHere({ ...here, lastMoved: { ...moved, because: null } })).toBeNull();
  });

  it("is marked at nodes while it is on", () => {
    const at = (condition: Condition, on = true): Breakpoint => ({ id: 1, condition, on });
    const grad: Condition = { kind: "grad", name: "w", relation: "<", threshold: 1 };
    expect(stopsAt([at({ kind: "step", node: "mul#0" }), at(grad), at({ kind: "dead" })])).toEqual([
      "mul#0",
      "w",
    ]);
    expect(stopsAt([at(grad, false)])).toEqual([]);
    const marks = breakpointSteps({ ...state, breakpoints: [at(grad)] });
    expect(marks.map((step) => graph?.steps[step]?.label)).toEqual([expect.stringContaining("→ w")]);
    expect(breakpointSteps({ ...state, breakpoints: [at(grad, false)] })).toEqual([]);
  });

  it("at a unit is offered where there are units", () => {
    expect(hasUnits(graph)).toBe(false);
  });
});
