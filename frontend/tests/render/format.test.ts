import { describe, expect, it } from "vitest";
import { exact, middle, parseNumber, short, typed } from "../../src/render/format";

/** The same sequence of floats each time, of all sizes and signs. */
function* floats(count: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(8));
  let state = 12345;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < count; i++) {
    view.setUint32(0, next());
    view.setUint32(4, next());
    const x = i % 2 ? view.getFloat64(0) : view.getFloat32(0);
    if (Number.isFinite(x)) yield x;
    yield (next() / 2 ** 32 - 0.5) * 10 ** ((next() % 13) - 6);
    yield (next() % 2001) - 1000;
  }
}

describe("numbers as text", () => {
  it("exact ones give the same number back, in float32 and float64", () => {
    for (const x of floats(2000)) {
      expect(parseNumber(exact(x, "float64")), String(x)).toBe(x);
      const single = Math.fround(x);
      if (Number.isFinite(single))
        expect(Math.fround(parseNumber(exact(single))!), String(single)).toBe(single);
    }
  });

  it("exact ones are the shortest: no digits that float32 does not have", () => {
    expect(exact(Math.fround(0.1))).toBe("0.1");
    expect(exact(Math.fround(0.1), "float64")).toBe("0.10000000149011612");
    expect(exact(Math.fround(2.24))).toBe("2.24");
    expect(exact(123456790)).toBe("123456790.0");
    expect(exact(Math.fround(-5.2191773e20))).toBe("−5.2191773e20");
    expect(exact(1e10)).toBe("1.0e10");
  });

  it("short ones fit a card, and are right to 4 digits", () => {
    for (const x of floats(2000)) {
      const text = short(x, "float64");
      expect(text.replace("−", "").length, `${x} as ${text}`).toBeLessThanOrEqual(10);
      const back = parseNumber(text)!;
      expect(Math.abs(back - x), `${x} as ${text}`).toBeLessThanOrEqual(Math.abs(x) * 5.1e-4);
    }
  });

  it("short ones that are rounded show 4 digits or more; what is exact looks exact", () => {
    for (const x of floats(2000)) {
      const text = short(x, "float64");
      if (parseNumber(text) === x) continue;
      const digits = text.replace(/e.*$/, "").replace(/[^\d]/g, "").replace(/^0+/, "");
      expect(digits.length, `${x} as ${text}`).toBeGreaterThanOrEqual(4);
    }
    expect(short(0.5)).toBe("0.5");
    expect(short(0.5000001, "float64")).toBe("0.5000");
    expect(short(2.0000001, "float64")).toBe("2.000");
  });

  it.each([
    [2, "2.0"],
    [-24, "−24.0"],
    [0, "0.0"],
    [-0, "−0.0"],
    [0.19661193, "0.1966"],
    [1.2e-9, "1.2e−9"],
    [123456.789, "1.235e5"],
    [100000, "100000"],
    [1e21, "1.0e21"],
    [1 / 3, "0.3333"],
    [9.99999, "10.00"],
    [0.00099999, "0.001000"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [null, "—"],
  ])("%s is written %s", (x, text) => {
    expect(short(x, "float64")).toBe(text);
  });

  it("never has an ASCII minus", () => {
    for (const x of floats(500)) expect(short(x) + exact(x)).not.toContain("-");
  });
});

describe("typed numbers", () => {
  it.each([
    ["−24", -24],
    ["-24,0", -24],
    ["1/3", 1 / 3],
    ["−1/18", -1 / 18],
    [" 1e-3 ", 1e-3],
    [".5", 0.5],
    ["+2", 2],
    ["∞", Infinity],
    ["-inf", -Infinity],
    ["", null],
    ["x", null],
    ["1/0", null],
    ["1/2/3", null],
    ["0x10", null],
    ["--1", null],
  ])("%j is read as %s", (text, x) => {
    expect(parseNumber(text)).toBe(x);
  });
});

it("long names lose their middle", () => {
  expect(middle("encoder.block1.weight", 11)).toBe("encod…eight");
  expect(middle("w", 11)).toBe("w");
});

describe("settings", () => {
  it.each([
    [1 / 18, "1/18"],
    [-5 / 18, "−5/18"],
    [0.05, "0.05"],
    [0.01, "0.01"],
    [Math.PI, "3.141592653589793"],
    [0.1 + 0.2, "0.30000000000000004"],
  ])("%d is shown as it would be typed: %s", (x, text) => {
    expect(typed(x)).toBe(text);
    expect(parseNumber(text)).toBe(x);
  });

  it.each(["1e400", "-1e400", "1/1e-400", "1e400/2"])("%s outgrows the format and is no number", (text) => {
    expect(parseNumber(text)).toBeNull();
  });
});
