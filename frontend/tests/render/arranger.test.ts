import { describe, expect, it } from "vitest";
import { createLayouter } from "../../src/layout/layout";
import { solve } from "../../src/layout/nested";
import type { Positions } from "../../src/layout/types";
import { Arranger, type Arrangement } from "../../src/render/arranger";
import { estimate } from "../../src/render/display";
import type { Screen } from "../../src/render/framing";
import { englishWords } from "../../src/render/words";
import type { Graph } from "../../src/store/types";
import { golden } from "../support/golden";
import { recordingOf, solver } from "../support/pictures";
import { PROGRAMS, record } from "../support/trace";

const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const screen: Screen = { size: { w: 788, h: 716 }, insets, present: false };
const graphOf = (name: string) => recordingOf(record(PROGRAMS[name]!)).graph;

/** Arranges one graph after the other, and tells what each was laid out with. */
async function arranged(...graphs: Graph[]): Promise<{ given: (Positions | null)[]; last: Arrangement }> {
  const given: (Positions | null)[] = [];
  const arranger = new Arranger(
    createLayouter(() => (request, previous) => {
      given.push(previous);
      return solve(request, solver, previous);
    }),
  );
  let last: Arrangement | null = null;
  for (const graph of graphs)
    last = await new Promise<Arrangement>((done) => {
      arranger.arrange(graph, {}, "scalars", screen, englishWords, estimate, done);
    });
  return { given, last: last! };
}

describe("another graph", () => {
  it("is laid out for itself, though its nodes have the names of those before", async () => {
    const [old, next] = [graphOf("one-weight"), graphOf("fan-out")];
    expect(old.nodes.map(({ name }) => name)).toContain("mul#0");
    expect(next.nodes.map(({ name }) => name)).toContain("mul#0");
    const { given, last } = await arranged(old, next);
    expect(given).toEqual([null, null]);
    expect(last.fresh).toBe(true);
    const alone = await arranged(next);
    expect(last.geometry.bounds).toEqual(alone.last.geometry.bounds);
  });
});

describe("another screen", () => {
  it("has a graph laid out as if it had never been on the one before", async () => {
    const graph = graphOf("one-weight");
    const arranger = new Arranger(
      createLayouter(() => (request, previous) => solve(request, solver, previous)),
    );
    const arrange = (on: Screen, by = arranger) =>
      new Promise<Arrangement>((done) => {
        by.arrange(graph, {}, "scalars", on, englishWords, estimate, done);
      });
    const small: Screen = { ...screen, size: { w: 688, h: 400 } };
    const wide = await arrange({ ...screen, size: { w: 1400, h: 900 } });
    const after = await arrange(small);
    const alone = new Arranger(createLayouter(() => (request, previous) => solve(request, solver, previous)));
    expect(after.geometry.bounds).toEqual((await arrange(small, alone)).geometry.bounds);
    expect(after.geometry.bounds).not.toEqual(wide.geometry.bounds);
  });
});

describe("while a graph is being laid out", () => {
  it("what is asked for again does not stand where the graph before stood", async () => {
    const [old, next] = [graphOf("one-weight"), graphOf("fan-out")];
    const arranger = new Arranger(
      createLayouter(() => (request, previous) => solve(request, solver, previous)),
    );
    const arrange = (graph: Graph, done: (arrangement: Arrangement) => void) => {
      arranger.arrange(graph, {}, "scalars", screen, englishWords, estimate, done);
    };
    const before = (
      await new Promise<Arrangement>((done) => {
        arrange(old, done);
      })
    ).geometry;
    const laid = new Promise<Arrangement>((done) => {
      arrange(next, done);
    });
    arrange(next, () => expect.unreachable());
    expect(arranger.geometry).toBe(before);
    expect((await laid).geometry.drawing.graph).toBe(next);
  });
});

describe("groups that are closed from the start", () => {
  it("are opened without moving anything else", async () => {
    const { graph } = recordingOf(golden("playground"));
    const arranger = new Arranger(
      createLayouter(() => (request, previous) => solve(request, solver, previous)),
    );
    const arrange = (chosen: Record<string, boolean>) =>
      new Promise<Arrangement>((done) => {
        arranger.arrange(graph, chosen, "scalars", screen, englishWords, estimate, done);
      });
    const closed = await arrange({ hidden1: false, output: false });
    const half = await arrange({ output: false });
    const open = await arrange({});
    for (const [before, after, name] of [
      [closed, half, "hidden1"],
      [half, open, "output"],
    ] as const) {
      expect(after.geometry.frames.has(name)).toBe(true);
      const stays = [...before.geometry.cards].filter(([index]) => after.geometry.cards.has(index));
      expect(stays.length).toBeGreaterThan(2);
      for (const [index, { x, w }] of stays) expect(after.geometry.cards.get(index)).toMatchObject({ x, w });
    }
  });
});

describe("what could not be laid out", () => {
  it("is told, and tried again with the next change", async () => {
    let broken = true;
    let told = 0;
    const arranger = new Arranger(
      createLayouter(
        () => (request, previous) =>
          broken ? Promise.reject(new Error("offline")) : solve(request, solver, previous),
      ),
      () => (told += 1),
    );
    const graph = graphOf("one-weight");
    const arrange = (done: (arrangement: Arrangement) => void) => {
      arranger.arrange(graph, {}, "scalars", screen, englishWords, estimate, done);
    };
    arrange(() => expect.unreachable());
    await expect.poll(() => told).toBe(1);
    broken = false;
    expect((await new Promise(arrange)).geometry.cards.size).toBe(6);
    expect(told).toBe(1);
  });

  it("keeps nobody from seeing what was asked for since", async () => {
    const fails: ((error: Error) => void)[] = [];
    let told = 0;
    const arranger = new Arranger(
      createLayouter(
        () => (request, previous) =>
          request.nodes.some(({ name }) => name === "w")
            ? new Promise((_, fail) => fails.push(fail))
            : solve(request, solver, previous).finally(() => fails[0]?.(new Error("too late"))),
      ),
      () => (told += 1),
    );
    const arrange = (name: string) =>
      new Promise<Arrangement>((done) => {
        arranger.arrange(graphOf(name), {}, "scalars", screen, englishWords, estimate, done);
      });
    void arrange("one-weight");
    await expect.poll(() => fails.length).toBe(1);
    expect((await arrange("fan-out")).geometry.cards.size).toBeGreaterThan(3);
    expect(told).toBe(0);
  });
});
