import { describe, expect, it } from "vitest";
import { Counter } from "../../src/panels/model/counter";

describe("iterations a second", () => {
  it("are what the engine came on by, over the last seconds", () => {
    const counter = new Counter();
    const told = Array.from({ length: 301 }, (_, k) => counter.note(0, 100 + 50 * k, 20 * k));
    expect(told[5], "too little is known").toBeNull();
    expect(told.at(-1)).toBe(2500);
    const slower = Array.from({ length: 200 }, (_, k) => counter.note(0, 15_100 + k, 6000 + 20 * (k + 1)));
    expect(slower.at(-1)).toBe(50);
  });

  it("hold still for half a second", () => {
    const counter = new Counter();
    let iteration = 0;
    const told = Array.from({ length: 200 }, (_, k) => counter.note(0, (iteration += 10 + (k % 5)), 20 * k));
    const changes = told.filter((rate, k) => k > 0 && rate !== told[k - 1]).length;
    expect(changes).toBeLessThanOrEqual(8);
    expect(told.filter((rate) => rate !== null).every((rate) => /^\d\d0*$/.test(String(rate)))).toBe(true);
  });

  it("begin anew on another branch, and where somebody goes back", () => {
    const counter = new Counter();
    for (let k = 0; k < 50; k++) counter.note(0, k, 20 * k);
    expect(counter.note(1, 51, 1000)).toBeNull();
    for (let k = 0; k < 50; k++) counter.note(1, 100 + k, 1000 + 20 * k);
    expect(counter.note(1, 3, 2000)).toBeNull();
  });
});
