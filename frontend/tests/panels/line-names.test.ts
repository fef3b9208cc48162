import { describe, expect, it } from "vitest";
import { NAME, Names } from "../../src/panels/transport/names";

describe("names at the ends of lines", () => {
  const width = 200;

  it("stand at the first place that is free, within the area", () => {
    const names = new Names(width, 60);
    expect(names.near("plain", { x: 150, y: 30 }, [-5, 12])).toEqual({ x: 150, y: 25 });
    expect(names.near("both", { x: 150, y: 30 }, [-5, 12])).toEqual({ x: 150, y: 42 });
    // Too high, then too low.
    expect(names.near("high", { x: 20, y: 10 }, [-5, 60])).toBeNull();
  });

  it("end where the area does, and begin where it does", () => {
    const names = new Names(width, 60);
    expect(names.near("plain", { x: 260, y: 30 }, [-5])?.x).toBe(width);
    expect(names.near("plain", { x: 3, y: 30 }, [-5])?.x).toBe(5 * NAME.character);
  });

  it("do not meet, whatever they are", () => {
    const names = new Names(width, 60);
    const placed = [10, 40, 90, 95, 130, 200].flatMap((x, k) => {
      const text = "n".repeat(3 + k);
      const at = names.near(text, { x, y: 20 + 5 * k }, [-5, 12, -16, 23]);
      return at ? [{ ...at, w: text.length * NAME.character }] : [];
    });
    expect(placed.length).toBeGreaterThan(3);
    for (const [k, a] of placed.entries())
      for (const b of placed.slice(k + 1))
        expect(Math.abs(a.y - b.y) >= NAME.height || a.x - a.w >= b.x || b.x - b.w >= a.x).toBe(true);
  });

  it("may overlap by what is allowed", () => {
    const close = (slack: number) => {
      const names = new Names(width, 60, slack);
      names.near("one", { x: 100, y: 30 }, [0]);
      return names.near("two", { x: 100, y: 40 }, [0]);
    };
    expect([close(0), close(3)]).toEqual([null, { x: 100, y: 40 }]);
  });
});
