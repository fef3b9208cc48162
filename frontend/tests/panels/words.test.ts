import { afterEach, describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { setLanguage } from "../../src/i18n/locale.svelte";
import { branchCause, nodeAria, stepInWords, stepTitle } from "../../src/panels/model/words";
import { initialState, reduce } from "../../src/store/reduce";
import type { Incoming, State } from "../../src/store/types";

afterEach(() => {
  setLanguage("en");
});

/** The state of the page at each step of a recording's first iteration. */
function states(name: string): State[] {
  const lines = readFileSync(`../tests/golden/${name}.jsonl`, "utf8").trim().split("\n");
  let state: State = initialState;
  const found: State[] = [];
  for (const line of lines) {
    const message = JSON.parse(line) as Incoming;
    state = reduce(state, message);
    if (message.type === "frame" && message.cursor.iteration === 0) found.push(state);
  }
  return found;
}

function said(name: string): string[] {
  return states(name).map(stepInWords);
}

describe("the steps in words", () => {
  it.each(["en", "vi"] as const)("call no node by a number of its own (%s)", (language) => {
    setLanguage(language);
    const texts = said("circuit-sigmoid-neuron");
    expect(texts.length).toBeGreaterThan(15);
    for (const text of texts) expect(text).not.toMatch(/#\d|undefined/);
    expect(texts.join(" ")).toContain("w0×x0");
  });

  it("name the run of an edge once", () => {
    const titles = states("vanishing-and-exploding").flatMap(({ graph, frame }) =>
      graph && frame ? stepTitle(graph.steps[frame.header.cursor.step]!) : [],
    );
    expect(titles).toContain("plain/layer1.bias");
    expect(titles).toContain("plain/z1 → layer1.bias");
    for (const title of titles) expect(title).not.toMatch(/(\w+\/).* → \1/);
  });

  it("speak of ops in the reader's language", () => {
    setLanguage("vi");
    const texts = said("one-weight").join(" ");
    expect(texts).toContain("Đạo hàm tại chỗ theo nút trừ");
    expect(texts).not.toMatch(/theo (sub|mul|pow) /);
  });
});

describe("nodes and branches in words", () => {
  const last = states("one-weight").at(-1)!;

  it("tell a gradient that nobody asks for from one that is not reached yet", () => {
    const [first] = states("one-weight");
    const aria = (state: State, name: string) =>
      nodeAria(
        state,
        state.graph!.nodes.find((node) => node.name === name)!,
      );
    expect(aria(first!, "w")).toContain("gradient not reached yet");
    expect(aria(last, "w")).toContain("gradient −24.0");
    expect(aria(last, "x")).toContain("gradient not asked for");
  });

  it("call a branch by the names that the page shows, in the reader's language", () => {
    expect(branchCause(last, "edit sub#0")).toBe("edit sub");
    expect(branchCause(last, "start")).toBe("start");
    const title = { en: "learning rate", vi: "tốc độ học" };
    const fields = [{ name: "lr", title }] as unknown as NonNullable<State["lesson"]>["fields"];
    const state = { ...last, lesson: { fields } as NonNullable<State["lesson"]> };
    setLanguage("vi");
    expect(branchCause(state, "edit w")).toBe("sửa w");
    expect(branchCause(state, "configure lr, other")).toBe("tốc độ học, other");
  });
});
