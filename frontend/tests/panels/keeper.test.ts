import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Keeper, LONGEST_ADDRESS, fits, portable } from "../../src/panels/model/keeper.svelte";
import type { Origin } from "../../src/panels/model/link";
import { defaultView } from "../../src/store/view";
import { createRest, Problem } from "../../src/transport/rest";

const recipe = (edits: number, branch = 0): Origin => ({
  lesson: "one-weight",
  config: {},
  seed: 7,
  journal: Array.from({ length: edits }, (_, iteration) => ({
    cursor: { branch, iteration, step: 8 },
    command: { type: "edit", name: "w", value: 1 },
  })),
});

/** A server that keeps what it is sent, or refuses it. */
function server() {
  const kept: string[] = [];
  const answers: Response[] = [];
  const rest = createRest("", (_, init) => {
    const answer = answers.shift();
    if (answer) return Promise.resolve(answer);
    kept.push(init?.body as string);
    return Promise.resolve(Response.json({ id: `id${kept.length}`, url: "" }));
  });
  return { kept, answers, rest };
}

const refusal = (status: number, code: string) => Response.json({ code, status }, { status });

function unwanted(why: { code: string }): never {
  throw new Error(`refused: ${why.code}`);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what an address holds of a session", () => {
  it("is everything, where that is short", () => {
    const { kept, rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(3), null);
    expect(keeper.held).toEqual({
      seed: 7,
      config: {},
      journal: recipe(3).journal,
      breakpoints: [],
      companion: null,
      snapshot: null,
    });
    expect(keeper.lacking).toBeNull();
    expect(kept).toEqual([]);
  });

  it("has the run that is held beside it, and leads elsewhere without it", () => {
    const { rest } = server();
    const keeper = new Keeper(rest, unwanted);
    const companion = { name: "b", beside: "a", journal: recipe(1, 4).journal };
    keeper.opened({ ...recipe(1), companion }, null);
    const held = { ...companion, journal: recipe(1).journal };
    expect(keeper.held.companion).toEqual(held);
    expect(keeper.lacking).toBeNull();
    const here = { ...defaultView, lesson: "one-weight", ...keeper.held };
    expect(keeper.leadsHere(here, null)).toBe(true);
    expect(keeper.leadsHere({ ...here, companion: null }, null)).toBe(false);
    keeper.follow({ ...recipe(1), companion: null });
    expect(keeper.held.companion).toBeNull();
  });

  it("is a snapshot, where that is long: one for changes that follow each other", async () => {
    const { kept, rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(3), null);
    for (const edits of [30, 31, 32]) keeper.follow(recipe(edits));
    expect(keeper.held.journal).toHaveLength(3);
    expect(keeper.lacking?.journal).toHaveLength(32);
    await vi.runAllTimersAsync();
    expect(keeper.lacking).toBeNull();
    expect(keeper.held.snapshot).toBe("id1");
    expect(kept.map((body) => (JSON.parse(body) as Origin).journal.length)).toEqual([32]);
    keeper.follow(recipe(2));
    expect(keeper.held).toMatchObject({ snapshot: null, journal: recipe(2).journal });
  });

  it("stays the snapshot that was opened, however the session numbers its branches", () => {
    const { kept, rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(40), "abc");
    keeper.follow(recipe(40, 5));
    expect(keeper.held.snapshot).toBe("abc");
    expect(keeper.lacking).toBeNull();
    expect(kept).toEqual([]);
  });

  it("is there at once for who shares it", async () => {
    const { rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(40), null);
    await keeper.settle();
    expect(keeper.held.snapshot).toBe("id1");
    await vi.runAllTimersAsync();
    expect(keeper.held.snapshot).toBe("id1");
  });

  it("never goes back to an older one", async () => {
    const { rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(40), null);
    const first = keeper.settle();
    keeper.follow(recipe(41));
    await first;
    expect(keeper.lacking).toBeNull();
    expect(keeper.held.snapshot).toBe("id2");
  });

  it("is tried again where the server cannot be reached, and said where it refuses", async () => {
    const { answers, rest } = server();
    const said: Problem[] = [];
    const keeper = new Keeper(rest, (why) => said.push(why));
    answers.push(refusal(429, "limit_snapshots"));
    keeper.opened(recipe(40), null);
    await vi.runAllTimersAsync();
    expect(said.map(({ code }) => code)).toEqual(["limit_snapshots"]);
    expect(keeper.lacking?.journal).toHaveLength(40);
    answers.push(refusal(429, "limit_snapshots"));
    await expect(keeper.settle()).rejects.toBeInstanceOf(Problem);
    answers.push(refusal(503, "overloaded"), refusal(503, "overloaded"));
    keeper.follow(recipe(41));
    await vi.runAllTimersAsync();
    expect(keeper.held.snapshot).toBe("id1");
    expect(said).toHaveLength(2);
  });

  it("leads where it came from", async () => {
    const { rest } = server();
    const keeper = new Keeper(rest, unwanted);
    const view = { ...defaultView, ...recipe(3, 4) };
    keeper.opened(recipe(3), null);
    expect(keeper.leadsHere(view, null)).toBe(true);
    expect(keeper.leadsHere({ ...view, seed: 8 }, null)).toBe(false);
    keeper.follow(recipe(40));
    const { lacking } = keeper;
    expect(keeper.leadsHere(view, null)).toBe(false);
    expect(keeper.leadsHere(view, lacking)).toBe(true);
    await keeper.settle();
    expect(keeper.leadsHere({ ...defaultView, snapshot: "id1" }, null)).toBe(true);
    expect(keeper.leadsHere({ ...defaultView, snapshot: "id2" }, null)).toBe(false);
  });
});

describe("breakpoints", () => {
  const breakpoints = [{ id: 4, condition: { kind: "dead" as const }, on: true }];

  it("are numbered anew, and kept in a snapshot where the rest is long", async () => {
    const { kept, rest } = server();
    const keeper = new Keeper(rest, unwanted);
    keeper.opened(recipe(2), null);
    keeper.follow({ ...recipe(2), breakpoints });
    expect(keeper.held.breakpoints).toEqual([{ ...breakpoints[0], id: 1 }]);
    keeper.follow({ ...recipe(40), breakpoints });
    await vi.runAllTimersAsync();
    expect(keeper.held).toMatchObject({ snapshot: "id1", breakpoints: [] });
    expect((JSON.parse(kept[0] ?? "") as Origin).breakpoints).toEqual([{ ...breakpoints[0], id: 1 }]);
  });

  it("are no other timeline: the way back through the history stays in the session", () => {
    const keeper = new Keeper(server().rest, unwanted);
    keeper.opened(recipe(1), null);
    keeper.follow({ ...recipe(1), breakpoints });
    expect(keeper.leadsHere({ ...defaultView, ...recipe(1), breakpoints: [] }, null)).toBe(true);
    expect(keeper.leadsHere({ ...defaultView, ...recipe(2), breakpoints }, null)).toBe(false);
  });
});

describe("a comfortable address", () => {
  it("holds a few edits, and no long program", () => {
    expect(fits(recipe(5))).toBe(true);
    expect(fits(recipe(40))).toBe(false);
    expect(fits({ ...recipe(0), config: { code: "x".repeat(LONGEST_ADDRESS) } })).toBe(false);
  });

  it("holds breakpoints, but nothing to guess", () => {
    const breakpoints = [{ id: 4, condition: { kind: "dead" as const }, on: true }];
    expect(fits({ ...recipe(0), breakpoints })).toBe(true);
    expect(fits({ ...recipe(0), predict: true })).toBe(false);
  });

  it("does not say how branches are numbered", () => {
    expect(portable(recipe(2, 3).journal)).toEqual(recipe(2).journal);
  });
});
