import { describe, expect, it, vi } from "vitest";
import { drawingOf, superscript } from "../../src/layout/drawing";
import { createLayouter, type Answer, type Order } from "../../src/layout/layout";
import { solve } from "../../src/layout/nested";
import type { Box } from "../../src/layout/types";
import { overlaps } from "../../src/render/display";
import { layoutRequest } from "../../src/render/plan";
import { inPort } from "../../src/render/ports";
import { estimate } from "../../src/render/display";
import { englishWords } from "../../src/render/words";
import { geometryOf, PHONE, planOn, positionsOf, recordingOf, solver, STAGE } from "../support/pictures";
import { large, PROGRAMS, record } from "../support/trace";

const drawing = (name: string) => recordingOf(record(PROGRAMS[name]!)).drawing;
const boxOf = async (name: string) => {
  const d = drawing(name);
  const positions = await positionsOf(d);
  const byName = new Map(d.nodes.map((n) => [n.node.name, positions.nodes.get(n.index)!]));
  return (node: string) => byName.get(node)!;
};
const middle = (box: Box) => box.y + box.h / 2;

describe("what is drawn", () => {
  it("folds constant exponents into the glyph, and nothing else", () => {
    const d = drawing("one-weight");
    expect(d.nodes.map((n) => n.glyph)).toEqual(["w", "x", "target", "×", "−", "( )²"]);
    expect(drawing("sigmoid-neuron").nodes.filter((n) => n.node.kind === "constant")).toHaveLength(2);
  });

  it("keeps an exponent that has no superscript, or other consumers", () => {
    const graph = recordingOf(
      record({
        leaves: [
          { name: "x", kind: "parameter", value: 2 },
          { name: "half", kind: "constant", value: 0.5 },
          { name: "two", kind: "constant", value: 2 },
        ],
        ops: [
          { name: "pow#0", op: "pow", args: ["x", "half"] },
          { name: "pow#1", op: "pow", args: ["pow#0", "two"] },
          { name: "mul#0", op: "mul", args: ["pow#1", "two"] },
        ],
      }),
    ).graph;
    expect(drawingOf(graph).nodes.map((n) => n.glyph)).toEqual(["x", "0.5", "2", "( )ᵖ", "( )ᵖ", "×"]);
    expect([superscript("3"), superscript("-1.0"), superscript("0.5"), superscript("n")]).toEqual([
      "³",
      "⁻¹",
      null,
      null,
    ]);
  });

  it("keeps two edges for x · x", () => {
    const node = drawing("fan-out").nodes.find((n) => n.node.name === "mul#1")!;
    expect(node.ins.map((e) => [e.source === node.ins[0]!.source, e.argument])).toEqual([
      [true, 0],
      [true, 1],
    ]);
  });
});

describe("the layout", () => {
  it("is as the design shows it: w above x, × between, the target beside its −, the loss at the right", async () => {
    const at = await boxOf("one-weight");
    expect(middle(at("w"))).toBeLessThan(middle(at("mul#0")));
    expect(middle(at("x"))).toBeGreaterThan(middle(at("mul#0")));
    expect(middle(at("target"))).toBeGreaterThan(middle(at("mul#0")));
    expect(Math.abs(at("target").x - at("mul#0").x)).toBeLessThan(60);
    expect(at("pow#0").x).toBeGreaterThan(at("sub#0").x + at("sub#0").w);
  });

  it("is the same each time", async () => {
    for (const name of Object.keys(PROGRAMS))
      expect(await positionsOf(drawing(name)), name).toEqual(await positionsOf(drawing(name)));
  });

  it.each(["right", "down"] as const)("lets no two cards touch, and data flow %s", async (flow) => {
    for (const name of Object.keys(PROGRAMS)) {
      const d = drawing(name);
      const { nodes } = await positionsOf(d, flow);
      const boxes = [...nodes.values()];
      boxes.forEach((a, i) =>
        boxes.slice(i + 1).forEach((b) => expect(overlaps(a, b, 12), name).toBe(false)),
      );
      for (const edge of d.edges) {
        const [a, b] = [nodes.get(edge.source)!, nodes.get(edge.target)!];
        if (flow === "right") expect(a.x + a.w).toBeLessThan(b.x);
        else expect(a.y + a.h).toBeLessThan(b.y);
      }
    }
  });

  it("brings arguments in from the left, in order, and wires end at the cards", async () => {
    const d = drawing("sigmoid-neuron");
    const { cards, wires } = await geometryOf(d);
    for (const node of d.nodes)
      node.ins.forEach((edge, slot) => {
        const card = cards.get(node.index)!;
        const end = wires.get(edge.index)!.curve.samples.at(-1)!;
        const port = inPort(card, slot, node.ins.length, "right");
        expect(Math.hypot(end.x - port.x, end.y - port.y)).toBeLessThan(0.01);
        expect(end.x).toBe(card.x);
      });
  });

  it("keeps what stays near its place when the graph changes", async () => {
    const before = drawing("one-weight");
    const was = await positionsOf(before);
    const program = PROGRAMS["one-weight"]!;
    const edited = recordingOf(
      record({
        leaves: [...program.leaves, { name: "mul#0.delta", kind: "constant", value: 1 }],
        ops: [
          program.ops[0]!,
          { name: "mul#0.edit", op: "add", args: ["mul#0", "mul#0.delta"] },
          { ...program.ops[1]!, args: ["mul#0.edit", "target"] },
          program.ops[2]!,
        ],
      }),
    ).drawing;
    const is = await positionsOf(edited, "right", "scalars", was);
    const find = (d: typeof before, name: string) => d.nodes.find((n) => n.node.name === name)!.index;
    for (const name of ["w", "x", "mul#0"]) {
      const [a, b] = [was.nodes.get(find(before, name))!, is.nodes.get(find(edited, name))!];
      expect(b.y, name).toBe(a.y);
      expect(Math.abs(b.x - a.x), name).toBeLessThan(8);
    }
  });

  it("takes 500 nodes", async () => {
    const { drawing: d } = recordingOf(record(large(500)));
    const geometry = await geometryOf(d);
    expect(geometry.cards.size).toBe(d.nodes.length);
    expect(geometry.wires.size).toBe(d.edges.length);
  }, 60_000);
});

describe("the layouter", () => {
  const request = (name: string) => layoutRequest(drawing(name), "scalars", "right", englishWords, estimate);

  it("answers null to what has become stale, and knows what it has done", async () => {
    let calls = 0;
    const layouter = createLayouter(() => (request, previous) => {
      calls += 1;
      return solve(request, solver, previous);
    });
    const [old, fresh] = await Promise.all([
      layouter.lay(request("max"), null),
      layouter.lay(request("one-weight"), null),
    ]);
    expect(old).toBeNull();
    expect(fresh?.nodes.size).toBe(6);
    expect(await layouter.lay(request("one-weight"), null)).toBe(fresh);
    expect(calls).toBe(2);
  });

  it("tries again after its worker could not be loaded", async () => {
    let tries = 0;
    const layouter = createLayouter(() => {
      tries += 1;
      const broken = tries === 1;
      return (request, previous) =>
        broken ? Promise.reject(new Error("offline")) : solve(request, solver, previous);
    });
    await expect(layouter.lay(request("max"), null)).rejects.toThrow("offline");
    expect((await layouter.lay(request("max"), null))?.nodes.size).toBeGreaterThan(0);
  });

  it("is told of a worker that was lost before anything was asked of it", async () => {
    const workers: { onerror?: () => void; onmessage?: (event: { data: Answer }) => void }[] = [];
    vi.stubGlobal(
      "Worker",
      class {
        onerror?: () => void;
        onmessage?: (event: { data: Answer }) => void;
        constructor() {
          workers.push(this);
        }
        postMessage({ id, request, previous }: Order): void {
          if (workers.length === 1) return;
          void solve(request, solver, previous).then((positions) => this.onmessage?.({ data: { id, positions } }));
        }
        terminate(): void {
          delete this.onmessage;
        }
      },
    );
    const layouter = createLayouter();
    layouter.warm();
    workers[0]?.onerror?.();
    await expect(layouter.lay(request("max"), null)).rejects.toThrow("could not be loaded");
    expect((await layouter.lay(request("max"), null))?.nodes.size).toBeGreaterThan(0);
    expect(workers).toHaveLength(2);
    vi.unstubAllGlobals();
  });
});

describe("the plan of a layout", () => {
  it("is one row where that fits, data flowing down on a phone", () => {
    expect(planOn(drawing("one-weight"), PHONE)).toMatchObject({ flow: "down", rows: null });
    for (const name of ["one-weight", "max"])
      expect(planOn(drawing(name), STAGE), name).toMatchObject({ flow: "right", rows: null });
  });

  it("is several rows for a long chain, each node not before what it reads", () => {
    const d = drawing("sigmoid-neuron");
    const { flow, rows } = planOn(d, STAGE);
    expect(flow).toBe("right");
    expect(new Set(rows?.values())).toEqual(new Set([0, 1]));
    const row = (index: number) => rows!.get(d.byIndex.get(index)!.node.name)!;
    for (const edge of d.edges) expect(row(edge.source)).toBeLessThanOrEqual(row(edge.target));
    // What is read only in the second row stands there too: one wire goes on.
    expect(d.edges.filter((e) => row(e.source) !== row(e.target))).toHaveLength(1);
  });

  it("is one row as long as that can be read: turns are harder to follow", () => {
    for (const name of ["max", "fan-out"])
      expect(planOn(drawing(name), { w: 656, h: 420 }), name).toMatchObject({ flow: "right", rows: null });
  });

  it("is as wide as can be read, however long the program", () => {
    const d = recordingOf(record(large(500))).drawing;
    const { rows } = planOn(d, STAGE);
    expect(Math.max(...rows!.values())).toBeGreaterThan(3);
  }, 60_000);

  it("has an answer for screens of all sizes", async () => {
    for (const name of Object.keys(PROGRAMS))
      for (const [w, h] of [
        [362, 380],
        [719, 222],
      ] as const) {
        const d = drawing(name);
        const { cards } = await geometryOf(d, planOn(d, { w, h }, 1));
        expect(cards.size, `${name} at ${w}×${h}`).toBe(d.nodes.length);
      }
  });

  it("keeps rows apart, each from left to right, and wires between them clear of all cards", async () => {
    for (const [name, screen] of [
      ["sigmoid-neuron", STAGE],
      ["not-finite", { w: 400, h: 300 }],
      ["sigmoid-neuron", { w: 520, h: 320 }],
    ] as const) {
      const d = drawing(name);
      const { rows } = planOn(d, screen);
      const { cards, wires } = await geometryOf(d, planOn(d, screen));
      const row = (index: number) => rows!.get(d.byIndex.get(index)!.node.name);
      const boxes = [...cards.values()];
      boxes.forEach((a, i) =>
        boxes.slice(i + 1).forEach((b) => expect(overlaps(a, b, 12), name).toBe(false)),
      );
      for (const edge of d.edges) {
        const [a, b] = [cards.get(edge.source)!, cards.get(edge.target)!];
        if (row(edge.source) === row(edge.target)) expect(a.x + a.w).toBeLessThan(b.x);
        else expect(a.y + a.h).toBeLessThan(b.y);
        const { samples } = wires.get(edge.index)!.curve;
        for (const [index, card] of cards)
          if (index !== edge.source && index !== edge.target)
            expect(
              samples.some((p) => overlaps({ x: p.x, y: p.y, w: 0, h: 0 }, card)),
              `${name}: wire ${edge.index} under card ${index}`,
            ).toBe(false);
      }
    }
  });
});
