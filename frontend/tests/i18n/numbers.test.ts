import { afterEach, expect, test } from "vitest";
import { setLanguage } from "../../src/i18n/locale.svelte";
import { count, percent } from "../../src/i18n/numbers";

afterEach(() => {
  setLanguage("en");
});

test("a share has as many digits as are asked for, after a point in every language", () => {
  for (const language of ["en", "vi"] as const) {
    setLanguage(language);
    expect([percent(0.987, 0), percent(0.987, 1), percent(1, 1)]).toEqual(["99%", "98.7%", "100%"]);
  }
});

test("what stands between thousands is never taken for a decimal sign", () => {
  expect([count(987), count(1234567)]).toEqual(["987", "1,234,567"]);
  setLanguage("vi");
  expect([count(987), count(1234567)]).toEqual(["987", "1\u00a0234\u00a0567"]);
});
