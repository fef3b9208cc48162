import { describe, expect, it } from "vitest";
import { further, keptFrom } from "../../src/panels/model/progress.svelte";

const nothing = { lessons: {}, last: null };

describe("what is kept of how far one has come", () => {
  it("is read as it was written", () => {
    const kept = {
      lessons: { circuit: { beat: 2, of: 7 } },
      last: { lesson: "circuit", address: "/circuit?seed=7&at=0.3" },
    };
    expect(keptFrom(JSON.stringify(kept))).toEqual(kept);
  });

  it.each([
    null,
    "",
    "no JSON",
    "[1]",
    "null",
    '{"lessons": 3, "last": 4}',
    '{"lessons": {"a": {"beat": 5, "of": 2}}}',
  ])("is nothing where %s stands there", (text) => {
    expect(keptFrom(text)).toEqual(nothing);
  });

  it("leads nowhere else", () => {
    for (const address of [
      "https://elsewhere.example/",
      "//elsewhere.example",
      "/\\elsewhere.example",
      "",
      7,
    ])
      expect(keptFrom(JSON.stringify({ last: { lesson: "circuit", address } })).last).toBeNull();
  });

  it("counts the larger part of what was read", () => {
    expect(further(undefined, { beat: 1, of: 4 })).toEqual({ beat: 1, of: 4 });
    expect(further({ beat: 3, of: 4 }, { beat: 4, of: 8 })).toEqual({ beat: 3, of: 4 });
    expect(further({ beat: 3, of: 4 }, { beat: 8, of: 8 })).toEqual({ beat: 8, of: 8 });
  });
});
