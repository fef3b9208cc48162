import { afterEach, expect, test } from "vitest";
import { setLanguage } from "../../src/i18n/locale.svelte";
import { percent } from "../../src/i18n/percent";

afterEach(() => {
  setLanguage("en");
});

test("a share is written in the language of the interface, with as many digits as are asked for", () => {
  expect([percent(0.987, 0), percent(0.987, 1), percent(1, 1)]).toEqual(["99%", "98.7%", "100%"]);
  setLanguage("vi");
  expect([percent(0.987, 0), percent(0.987, 1)]).toEqual(["99%", "98,7%"]);
});
