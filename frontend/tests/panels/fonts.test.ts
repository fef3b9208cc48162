// What a page shows at first is in the small first files of the fonts: nothing else is fetched for it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import en from "../../src/i18n/en.json";
import vi from "../../src/i18n/vi.json";

interface Face {
  family: string;
  file: string;
  weight: string;
  has: (character: string) => boolean;
}

const sheet = readFileSync("src/styles/fonts.css", "utf8");
const faces: Face[] = [...sheet.matchAll(/@font-face \{([^}]*)\}/g)].map(([, rule = ""]) => {
  const value = (name: RegExp) => name.exec(rule)?.[1] ?? "";
  const ranges = value(/unicode-range: ([^;]*);/)
    .split(", ")
    .map((range) => range.replace("U+", "").split("-"))
    .map(([a = "", b = a]): [number, number] => [parseInt(a, 16), parseInt(b, 16)]);
  return {
    family: value(/font-family: "([^"]*)"/),
    file: value(/url\("([^"]*)"\)/),
    weight: value(/font-weight: ([^;]*);/),
    has: (character) => {
      const point = character.codePointAt(0) ?? 0;
      return ranges.some(([a, b]) => a <= point && point <= b);
    },
  };
});

function file(family: string, character: string): string | undefined {
  const found = faces.filter((face) => face.family === family && face.has(character));
  expect(found.length).toBeLessThan(2);
  return found[0]?.file.split("/").at(-1);
}

const letters = (catalogue: object) =>
  new Set(JSON.stringify(Object.values(catalogue)).match(/\p{L}|[!-~]/gu));
const GREEK = /\p{Script=Greek}/u;

describe("the fonts' files", () => {
  it("are six and two", () => {
    expect(faces.map((face) => face.family)).toHaveLength(8);
  });

  it("agree in weight within a family: browsers look for a character among such rules only", () => {
    for (const family of new Set(faces.map((face) => face.family)))
      expect(new Set(faces.filter((face) => face.family === family).map((face) => face.weight)).size).toBe(1);
  });

  it.each(["Inter", "JetBrains Mono"])("%s has English in its first file", (family) => {
    const first = `${family.toLowerCase().replace(" ", "-")}-first.woff2`;
    const elsewhere = [...letters(en)].filter((each) => !GREEK.test(each) && file(family, each) !== first);
    expect(elsewhere).toEqual([]);
  });

  it("fetches no whole file for a sign in the words of the page", () => {
    const signs = [...new Set([en, vi].flatMap((one) => [...JSON.stringify(Object.values(one))]))];
    expect(signs.filter((each) => file("Inter", each)?.startsWith("inter-latin"))).toEqual([]);
  });

  it.each(["Inter", "JetBrains Mono"])("%s has Vietnamese in its first file and one more", (family) => {
    const files = [...letters(vi)].filter((each) => !GREEK.test(each)).map((each) => file(family, each));
    expect(new Set(files).size).toBe(2);
    expect([...new Set(files)].sort().map((name) => name?.replace(/^(inter|jetbrains-mono)-/, ""))).toEqual([
      "first.woff2",
      "vietnamese.woff2",
    ]);
  });

  it("has variables, numbers and brackets of formulas in the first file", () => {
    for (const each of "0123456789()+-=−·wL𝑤𝑥𝐿ℎ𝜕√∑ ")
      expect(file("Chainrule Math", each), each).toBe("chainrule-math-first.woff2");
    expect(file("Chainrule Math", "𝜂")).toBe("chainrule-math.woff2");
  });
});
