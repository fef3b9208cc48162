import { describe, expect, it } from "vitest";
import { curve, latest } from "../../src/panels/transport/curve";

describe("the loss of a run", () => {
  it("shares its axes with what is measured now and then", () => {
    const drawn = curve([4, 3, 2, 1, 0], 100, 62, [8, null, null, 0]);
    expect(drawn.point(0)?.y).toBeCloseTo(31);
    expect(drawn.other).toBe("M0.0 6.0L75.0 56.0");
    expect(curve([4, 3, 2, 1, 0], 100, 62).point(0)?.y).toBe(6);
    expect(curve([1, 2], 100, 62).other).toBe("");
  });

  it("knows what was measured last", () => {
    const numbers = [0.5, null, null, 0.25, null];
    expect([0, 2, 3, 4, 9].map((k) => latest(numbers, k))).toEqual([0.5, 0.5, 0.25, 0.25, 0.25]);
    expect(latest([null, null], 1)).toBeNull();
    expect(latest(undefined, 1)).toBeNull();
  });
});
