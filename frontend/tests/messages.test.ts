import { describe, expect, it } from "vitest";
import en from "../src/i18n/en.json";
import vi from "../src/i18n/vi.json";
import * as messages from "../src/i18n/paraglide/messages.js";

type Catalogue = Record<string, unknown>;
type Message = (inputs: Record<string, string>, options: { locale: "en" | "vi" }) => string;

const catalogues = { en: en as Catalogue, vi: vi as Catalogue };
const compiled = messages as unknown as Record<string, Message>;
const keys = (catalogue: Catalogue) => Object.keys(catalogue).filter((key) => key !== "$schema");

/** The names in braces anywhere in a message, its plural forms included. */
function placeholders(message: unknown): string[] {
  const found = JSON.stringify(message).matchAll(/\{\s*(\w+)\s*\}/g);
  return [...new Set([...found].map((match) => match[1] ?? ""))].sort();
}

describe("messages", () => {
  it("exist", () => {
    expect(keys(catalogues.en).length).toBeGreaterThan(0);
  });

  it("have the same keys in every language", () => {
    expect(keys(catalogues.vi).sort()).toEqual(keys(catalogues.en).sort());
  });

  it.each(keys(catalogues.en))("%s has the same placeholders in every language", (key) => {
    expect(placeholders(catalogues.vi[key])).toEqual(placeholders(catalogues.en[key]));
  });

  // A compiler that cannot load its plugin compiles nothing and says nothing.
  it.each(keys(catalogues.en))("%s is compiled, in every language", (key) => {
    const message = compiled[key];
    expect(message).toBeTypeOf("function");
    for (const locale of ["en", "vi"] as const) {
      const source = catalogues[locale][key];
      if (typeof source !== "string") continue;
      const inputs = Object.fromEntries(placeholders(source).map((name) => [name, `<${name}>`]));
      const expected = source.replace(/\{\s*(\w+)\s*\}/g, "<$1>");
      expect(message?.(inputs, { locale })).toBe(expected);
    }
  });
});
