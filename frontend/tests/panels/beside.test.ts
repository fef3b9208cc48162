import { describe, expect, it } from "vitest";
import { breakpointSteps } from "../../src/panels/model/marks";
import { beside } from "../../src/panels/stage/beside";
import { overlaps } from "../../src/render/display";
import { initialState, reduce } from "../../src/store/reduce";
import type { Breakpoint, State } from "../../src/store/types";
import { PROGRAMS, record } from "../support/trace";

describe("the field beside a card", () => {
  const stage = { w: 400, h: 300 };
  const size = { w: 128, h: 44 };

  it("stands above, clear of card and stage's edge", () => {
    const card = { x: 100, y: 120, w: 110, h: 60 };
    const at = beside(card, size, [], stage);
    expect(at.y + at.h).toBeLessThan(card.y);
    expect(at.x + at.w).toBe(card.x + card.w);
  });

  it.each([
    { x: 0, y: 0, w: 110, h: 60 },
    { x: 290, y: 240, w: 110, h: 60 },
    { x: -60, y: 100, w: 110, h: 60 },
    { x: 20, y: 2, w: 360, h: 60 },
  ])("never covers the card nor leaves the stage: $x, $y", (card) => {
    const at = beside(card, size, [], stage);
    expect(overlaps(at, card)).toBe(false);
    expect(at.x).toBeGreaterThanOrEqual(0);
    expect(at.y).toBeGreaterThanOrEqual(0);
    expect(at.x + at.w).toBeLessThanOrEqual(stage.w);
    expect(at.y + at.h).toBeLessThanOrEqual(stage.h);
  });

  it("goes where it covers least of the others", () => {
    const card = { x: 140, y: 120, w: 110, h: 60 };
    const above = { x: 140, y: 60, w: 110, h: 55 };
    const at = beside(card, size, [above], stage);
    expect(overlaps(at, above)).toBe(false);
  });
});

describe("breakpoints on the timeline", () => {
  const trace = record(PROGRAMS["one-weight"]!);
  const state = trace.reduce((now: State, message) => reduce(now, message), initialState);
  const at = (node: string | null, kind: "backward" | "update" | null = null) =>
    breakpointSteps({
      ...state,
      breakpoints: [{ id: 1, condition: { kind: "step", node, step_kind: kind } } as Breakpoint],
    }).map((index) => state.graph?.steps[index]?.label);

  it("are where the server stops: at a node's steps, and where it receives", () => {
    const { steps, nodes, edges } = state.graph!;
    const w = nodes.find((node) => node.name === "w")!;
    const expected = steps.filter(
      (step) => step.node === w.index || (step.edge !== null && edges[step.edge]?.source === w.index),
    );
    expect(expected.length).toBeGreaterThan(1);
    expect(at("w")).toEqual(expected.map((step) => step.label));
    expect(at("w", "backward")).toEqual(
      expected.filter((step) => step.kind === "backward").map((step) => step.label),
    );
    expect(at("no such node")).toEqual([]);
  });
});
