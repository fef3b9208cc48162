// Each command that formulas here are made of is known to what was taken of Temml.
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { piecesOf } from "../../src/panels/ui/tex/pieces";
import { mathml } from "../../src/panels/ui/tex/render";

const golden = JSON.parse(readFileSync("../tests/golden/commands.json", "utf8")) as string[];
/** Of the page's own formulas. */
const own = [
  "\\,",
  "\\cdot",
  "\\hat",
  "\\left",
  "\\leftarrow",
  "\\mathrel",
  "\\mathrm",
  "\\right",
  "\\text",
  "\\theta",
];

/** With what follows a command in the middle of a formula. */
function written(command: string): string {
  if (command === "\\left") return "\\left( a \\right)";
  if (command === "\\right") return "\\left( a \\right)";
  if (/^\\text\w/.test(command)) return `\\text{a${command}{}b}`;
  return `a ${command}{b}{c}`;
}

describe("a formula", () => {
  it.each([...new Set([...golden, ...own])])("may have %s", (command) => {
    expect(mathml(written(command), true).toMarkup()).toContain("<math");
  });

  it("that is too long goes on before a sign that nothing encloses", () => {
    const sum = "1 \\times \\left(-2 + 3\\right) + \\frac{a + b}{c} - x^{i = 1} = -0.36266";
    expect(piecesOf(sum)).toEqual([
      "1 \\times \\left(-2 + 3\\right)",
      "{} + \\frac{a + b}{c}",
      "{} - x^{i = 1}",
      "{} = -0.36266",
    ]);
    for (const piece of piecesOf(sum)) expect(mathml(piece, false).toMarkup()).toContain("<math");
  });

  it.each(["\\unheard{a}", "a \\boxast b"])("makes no sense with %s, which is unknown or left out", (tex) => {
    expect(() => mathml(tex, true)).toThrow();
  });

  it("is the same as with all of Temml", async () => {
    // It dislikes the page of the tests, which does not matter to markup.
    vi.spyOn(console, "warn").mockReturnValue();
    const { default: all } = await import("temml");
    for (const tex of [
      "\\theta \\leftarrow \\theta - \\eta\\,g",
      "\\frac{\\partial L}{\\partial w} = \\bar{z}^{\\top} \\cdot x",
      "\\hat m = \\frac{m}{1 - \\beta_1^t}, \\sqrt{\\hat v} + \\epsilon",
      "\\sum_i -\\ln p_i \\operatorname{where} \\left\\lfloor x \\right\\rfloor \\le \\infty",
    ]) {
      const options = { displayMode: true, annotate: false, wrap: "none" as const };
      expect(mathml(tex, true).toMarkup()).toBe(all.renderToString(tex, options));
    }
  });
});
