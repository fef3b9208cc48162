import { afterEach, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { setLanguage } from "../../src/i18n/locale.svelte";
import { stepInWords } from "../../src/panels/model/words";
import { initialState, reduce } from "../../src/store/reduce";
import type { Incoming, State } from "../../src/store/types";

afterEach(() => {
  setLanguage("en");
});

/** What the page says of each step of a recording's first iteration. */
function said(name: string): string[] {
  const lines = readFileSync(`../tests/golden/${name}.jsonl`, "utf8").trim().split("\n");
  let state: State = initialState;
  const texts: string[] = [];
  for (const line of lines) {
    const message = JSON.parse(line) as Incoming;
    state = reduce(state, message);
    if (message.type === "frame" && message.cursor.iteration === 0) texts.push(stepInWords(state));
  }
  return texts;
}

describe("the steps in words", () => {
  it.each(["en", "vi"] as const)("call no node by a number of its own (%s)", (language) => {
    setLanguage(language);
    const texts = said("circuit-sigmoid-neuron");
    expect(texts.length).toBeGreaterThan(15);
    for (const text of texts) expect(text).not.toMatch(/#\d|undefined/);
    expect(texts.join(" ")).toContain("w0×x0");
  });

  it("speak of ops in the reader's language", () => {
    setLanguage("vi");
    const texts = said("one-weight").join(" ");
    expect(texts).toContain("Đạo hàm tại chỗ theo nút trừ");
    expect(texts).not.toMatch(/theo (sub|mul|pow) /);
  });
});
