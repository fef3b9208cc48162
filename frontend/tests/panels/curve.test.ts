import { describe, expect, it } from "vitest";
import { curves, type Series } from "../../src/panels/transport/curve";
import { Column, History } from "../../src/store/histories";

function series(numbers: (number | null)[], first = 0): Series {
  const own = {
    first,
    end: first + numbers.length,
    columns: { loss: Column.empty.put(0, numbers as number[]) },
  };
  const history = new History([{ from: first, to: own.end, own }]);
  return {
    first,
    length: own.end,
    at: (k) => history.at("loss", k),
    stretch: (from, to) => history.stretch("loss", from, to),
  };
}

const of = (...numbers: (number | null)[]) => curves([series(numbers)], 100, 62);
/** The points of a path, and where the pen came down. */
const points = (path: string) =>
  [...path.matchAll(/([ML])([\d.-]+) ([\d.-]+)/g)].map(([, pen, x, y]) => ({
    pen,
    x: Number(x),
    y: Number(y),
  }));

describe("the curves of losses", () => {
  it("take a decade axis only where they span decades", () => {
    expect(of(16, 8, 4).logarithmic).toBe(false);
    expect(of(16, 0.1, 0.001).logarithmic).toBe(true);
    expect(of(16, 0.1, 0).logarithmic, "zero stands at the bottom").toBe(false);
    expect(of(-1, 0.1, 100_000).logarithmic).toBe(false);
    expect(curves([series([16, 8]), series([0.001])], 100, 62).logarithmic, "one axis for all").toBe(true);
  });

  it("share their axes: the longest run is as wide as the picture", () => {
    const { paths, place, iteration } = curves([series([4, 3]), series([8, 6, 4, 2, 0])], 100, 62);
    expect(paths).toEqual(["M0 31L25 37.3", "M0 6L25 18.5L50 31L75 43.5L100 56"]);
    expect(place(1, 4)).toEqual({ x: 25, y: 31 });
    expect([0, 12, 13, 25, 100].map(iteration)).toEqual([0, 0, 1, 1, 4]);
  });

  it("begin where a branch does", () => {
    const { paths } = curves([series([4, 4, 4, 4, 4]), series([2, 0], 3)], 100, 62);
    expect(points(paths[1]!).map(({ x }) => x)).toEqual([75, 100]);
  });

  it("go on over what was not measured, and are lifted where a number is not finite", () => {
    const { paths, place } = of(1, Number.NaN, 3, null, 2);
    expect(points(paths[0]!).map(({ pen, x }) => `${pen}${x}`)).toEqual(["M0", "M50", "L100"]);
    expect(place(1, Number.NaN)).toBeNull();
    expect(place(3, null)).toBeNull();
  });

  it("are a flat line where nothing changes, and nothing where nothing is known", () => {
    expect(points(of(2, 2).paths[0]!).map(({ y }) => y)).toEqual([56, 56]);
    expect(of().paths).toEqual([""]);
    expect(of(null, null).paths).toEqual([""]);
  });

  it("draw one point per pixel, and miss no spike of a long run", () => {
    const many = Array.from({ length: 100_000 }, (_, k) => 1 + (k % 7) / 100);
    many[54_321] = 9;
    const { paths, bands, place } = curves([series(many)], 300, 62);
    const [line, band] = [points(paths[0]!), points(bands[0]!)];
    expect(line).toHaveLength(301);
    expect(Math.max(...line.map(({ y }) => y)) - Math.min(...line.map(({ y }) => y))).toBeLessThan(1);
    const highest = band.reduce((a, b) => (a.y < b.y ? a : b));
    expect(highest).toMatchObject({ y: 6, x: Math.round(place(54_321, 9)!.x) });
    expect(band.filter(({ y }) => y < 50)).toHaveLength(1);
    expect(of(1, 9, 1).bands, "where every iteration is drawn, there is no band").toEqual([""]);
  });
});
