import { describe, expect, it } from "vitest";
import { classColor, levelOf, likeliest, numberColor, writeSurface } from "../../../src/render/plane/colors";
import { shapeOf } from "../../../src/render/plane/marks";
import { darkTheme, lightTheme } from "../../../src/render/theme";

const rgb = (pixel: number | undefined) => [0, 8, 16].map((by) => ((pixel ?? 0) >>> by) & 255);
const css = (hex: string) => [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16));

function written(
  surface: number[],
  count: number,
  says: Parameters<typeof writeSurface>[3],
  discrete = false,
) {
  const pixels = new Uint32Array(count * count);
  writeSurface(pixels, Float32Array.from(surface), count, says, discrete, lightTheme);
  return [...pixels].map(rgb);
}

describe("what is said over the plane, as colours", () => {
  const { negative, zero, positive } = lightTheme;

  it("goes from negative over zero to positive, the least y at the bottom", () => {
    expect(written([-1, 0, 0, 1], 2, "number")).toEqual([zero, positive, negative, zero].map(css));
    expect(written([0, 0.5, 0.5, 1], 2, "probability")).toEqual([zero, positive, negative, zero].map(css));
  });

  it("stays at the ends beyond them, and tells what is no number apart", () => {
    expect(written([-9, NaN, Infinity, -Infinity], 2, "number")).toEqual(
      [positive, negative, negative, lightTheme.warn].map(css),
    );
  });

  it("is only a side where it is made discrete", () => {
    expect(written([-0.01, 0.01, 0.8, -1], 2, "number", true)).toEqual(
      [positive, negative, negative, positive].map(css),
    );
    expect(written([0.49, 0.51, 0.5, 1], 2, "probability", true)).toEqual(
      [negative, positive, negative, positive].map(css),
    );
  });

  it("of more classes is the colour of the likeliest, pale where none is", () => {
    const third = 1 / 3;
    const surface = [1, 0, third, 0, 0, 1, third, 0, 0, 0, third, 1];
    const [a, b, c, d] = written(surface, 2, "probabilities");
    expect([c, d]).toEqual([classColor(lightTheme, 0), classColor(lightTheme, 1)].map(css));
    expect(b).toEqual(css(classColor(lightTheme, 2)));
    for (const k of [0, 1, 2]) expect(a?.[k]).toBeCloseTo(css(zero)[k] ?? 0, -1);
    expect(likeliest(Float32Array.of(0.2, NaN, 0.3), 0, 1, 3)).toBe(-1);
  });

  it("has one level per colour, and the same for points with numbers", () => {
    expect([-1, -0.5, 0, 1, 7].map((x) => levelOf(x, false))).toEqual([-127, -63, 0, 127, 127]);
    expect(levelOf(NaN, true)).toBe(-128);
    expect(numberColor(lightTheme, 1)).toBe(`rgb(${css(positive).join(" ")})`);
  });
});

describe("classes", () => {
  it("are the two signs where there are two; each has a colour and, of more, a shape", () => {
    for (const theme of [lightTheme, darkTheme]) {
      expect([classColor(theme, 0), classColor(theme, 1)]).toEqual([theme.negative, theme.positive]);
      expect(new Set([0, 1, 2, 3, 4, 5].map((k) => classColor(theme, k))).size).toBe(6);
    }
    expect([0, 1].map((k) => shapeOf(k, 2))).toEqual(["disc", "disc"]);
    expect(new Set([0, 1, 2, 3, 4, 5].map((k) => shapeOf(k, 6))).size).toBe(6);
  });
});
