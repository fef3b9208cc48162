import { describe, expect, it } from "vitest";
import { arrowNear, arrowPlot, head } from "../../src/render/plots/arrows";

const found = {
  samples: [
    [0.3, -0.4],
    [-0.1, 0.2],
    [0.1, 0.05],
  ],
  together: [0.1, -0.05],
  penalty: [0.02, 0.1],
  batch: [0.12, 0.05],
};

describe("the arrows of samples", () => {
  const plot = arrowPlot(found, 300, 240);

  it("have directions: both axes have one scale, and up is up", () => {
    const scale = plot.tick.length / plot.tick.value;
    found.samples.forEach(([u = 0, v = 0], k) => {
      const arrow = plot.samples[k]!;
      expect(arrow.x - arrow.x0).toBeCloseTo(u * scale);
      expect(arrow.y0 - arrow.y).toBeCloseTo(v * scale);
      expect([arrow.x0, arrow.y0]).toEqual([plot.origin.x, plot.origin.y]);
    });
  });

  it("stay within the plot, and the largest one fills it", () => {
    for (const { x, y } of plot.samples.map((arrow) => arrow!)) {
      expect(Math.abs(x - 150)).toBeLessThanOrEqual(150);
      expect(Math.abs(y - 120)).toBeLessThanOrEqual(120);
    }
    expect(plot.samples[0]!.y).toBeCloseTo(240 - 14);
  });

  it("add up head to tail: the mean, then the penalty, is the batch", () => {
    expect(plot.penalty).toMatchObject({ x0: plot.together!.x, y0: plot.together!.y });
    expect(plot.penalty!.x).toBeCloseTo(plot.batch!.x);
    expect(plot.penalty!.y).toBeCloseTo(plot.batch!.y);
    expect(arrowPlot({ ...found, penalty: [0, 0] }, 300, 240).penalty).toBeNull();
  });

  it("have a round tick that fits", () => {
    expect(plot.tick.value).toBe(0.2);
    expect(plot.tick.length).toBeLessThanOrEqual(120);
    const tiny = { ...found, samples: [[3e-9, 1e-10]], together: [3e-9, 1e-10], batch: [3e-9, 0] };
    expect(arrowPlot(tiny, 300, 300).tick.value).toBe(2e-9);
  });

  it("are left out where they are not finite, and nothing breaks where all are zero", () => {
    const odd = { ...found, samples: [[NaN, 1], [0.1, Infinity], [0.1, 0.1]] }; // prettier-ignore
    expect(arrowPlot(odd, 300, 240).samples.map(Boolean)).toEqual([false, false, true]);
    const zero = { samples: [[0, 0]], together: [0, 0], penalty: [0, 0], batch: [0, 0] };
    const still = arrowPlot(zero, 300, 240);
    expect(still.tick.value).toBeGreaterThan(0);
    expect(head(still.samples[0]!, 6)).toBe("");
  });

  it("lie below each other by one element alone", () => {
    const flat = arrowPlot(
      { samples: [[0.2], [-0.1]], together: [0.05], penalty: [0], batch: [0.05] },
      300,
      240,
    );
    expect(flat.flat).toBe(true);
    const [first, second] = flat.samples.map((arrow) => arrow!);
    expect(first!.y).toBe(first!.y0);
    expect(second!.y).toBeGreaterThan(first!.y);
    expect(flat.together!.y).toBeGreaterThan(second!.y);
    expect(second!.x).toBeLessThan(150);
  });

  it("are meant by who points near them", () => {
    const { x, y } = plot.samples[1]!;
    expect(arrowNear(plot, x + 2, y - 2, 9)).toBe(1);
    expect(arrowNear(plot, (x + 150) / 2, (y + 120) / 2, 9)).toBe(1);
    expect(arrowNear(plot, 10, 10, 9)).toBeNull();
  });

  it("have heads that point away from zero", () => {
    expect(head({ x0: 0, y0: 0, x: 10, y: 0 }, 5)).toBe("M10.00 0.00L5.00 2.10L5.00 -2.10Z");
  });
});
