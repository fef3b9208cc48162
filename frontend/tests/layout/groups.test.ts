import { describe, expect, it } from "vitest";
import { blocksOf, isStop, stepsTo } from "../../src/layout/blocks";
import { drawingOf, type Drawing } from "../../src/layout/drawing";
import { groupsOf, isOpen, opensApart, toggled, type Chosen } from "../../src/layout/groups";
import type { Box, Flow, Point, Positions } from "../../src/layout/types";
import { partOf, pointAt, type Curve } from "../../src/render/curve";
import { overlaps } from "../../src/render/display";
import { makeGeometry } from "../../src/render/geometry";
import type { Plan } from "../../src/render/plan";
import type { Graph } from "../../src/store/types";
import { golden } from "../support/golden";
import { geometryOf, planOn, positionsOf, recordingOf, STAGE } from "../support/pictures";
import { deep, record } from "../support/trace";

const playground = recordingOf(golden("playground")).graph;
const blocks = (n: number) => recordingOf(record(deep(n))).graph;

const named = (drawing: Drawing) => drawing.nodes.map(({ node }) => node.name);

const contains = (frame: Box, card: Box) =>
  card.x >= frame.x &&
  card.y >= frame.y &&
  card.x + card.w <= frame.x + frame.w &&
  card.y + card.h <= frame.y + frame.h;

/** How far along a curve a point of it is. */
function lengthTo({ samples, length }: Curve, { x, y }: Point): number {
  const away = samples.map((p) => Math.hypot(p.x - x, p.y - y));
  return (length * away.indexOf(Math.min(...away))) / (samples.length - 1);
}

describe("groups", () => {
  it("are the scopes; a small graph has them all open, a large one none", () => {
    expect(groupsOf(playground).list.map(({ id, nodes }) => [id, nodes.length])).toEqual([
      ["hidden1", 4],
      ["output", 3],
    ]);
    expect(isOpen(playground, {}, "hidden1")).toBe(true);
    expect(isOpen(blocks(5), {}, "block1")).toBe(false);
  });

  it("that are closed are one card, with the wires of their border and what goes out of them", () => {
    const drawing = drawingOf(playground, { hidden1: false });
    expect(named(drawing)).toEqual([
      "output.weight",
      "output.bias",
      "x",
      "y",
      "output.linear#0",
      "binary_cross_entropy_with_logits#0",
      "hidden1",
    ]);
    const card = drawing.nodes.find(({ group }) => group)!;
    expect(playground.nodes[card.of]!.name).toBe("hidden1.tanh#0");
    expect(card.node.shape).toEqual([4, 3]);
    const names = (index: number) => drawing.byIndex.get(index)!.node.name;
    expect([...card.ins, ...card.outs].map((e) => [names(e.source), names(e.target)])).toEqual([
      ["x", "hidden1"],
      ["hidden1", "output.linear#0"],
    ]);
  });

  it("keep what stays beside its op, where ops follow each other", () => {
    const drawing = drawingOf(playground);
    const hosts = drawing.nodes.flatMap(({ node, host }) =>
      host === null ? [] : [[node.name, drawing.byIndex.get(host)!.node.name]],
    );
    expect(hosts).toEqual([
      ["hidden1.weight", "hidden1.linear#0"],
      ["hidden1.bias", "hidden1.linear#0"],
      ["output.weight", "output.linear#0"],
      ["output.bias", "output.linear#0"],
    ]);
    expect(drawing.nodes.find(({ node }) => node.name === "hidden1.weight")!.glyph).toBe("weight");
  });

  it("of one structure side by side fold, and open again one by one", () => {
    const graph = blocks(48);
    const folded = drawingOf(graph);
    const run = groupsOf(graph).list.find(({ repeats }) => repeats > 1)!;
    expect([run.id, run.title, run.repeats]).toEqual(["block1..block48", "block1 … block48", 48]);
    expect(folded.nodes.filter(({ group }) => group).map(({ glyph }) => glyph)).toEqual(["block1 … block48"]);
    const chosen = toggled(graph, {}, run.id);
    const unfolded = drawingOf(graph, chosen);
    expect(unfolded.nodes.filter(({ group, opened }) => group && !opened)).toHaveLength(48);
    expect(unfolded.frames.map(({ id }) => id)).toEqual([run.id]);
    const one = drawingOf(graph, toggled(graph, chosen, "block7"));
    expect(named(one)).toContain("block7.sigmoid#0");
    expect(one.frames.map(({ id }) => id)).toEqual([run.id, "block7"]);
    expect(toggled(graph, toggled(graph, chosen, "block7"), "block7")).toEqual(chosen);
  });

  it("that differ do not fold", () => {
    const program = deep(12);
    const odd = program.ops.find(({ name }) => name === "block6.sigmoid#0")!;
    odd.op = "exp";
    odd.name = "block6.exp#0";
    const after = program.ops.find(({ name }) => name === "block6.add#1")!;
    after.args = after.args.map((arg) => (arg === "block6.sigmoid#0" ? odd.name : arg));
    const runs = groupsOf(recordingOf(record(program)).graph).list.filter(({ repeats }) => repeats > 1);
    expect(runs.map(({ title }) => title)).toEqual(["block1 … block5", "block7 … block12"]);
  });
});

describe("repeats through which data come back", () => {
  it("do not fold: as one card they would wait for themselves", () => {
    const program = deep(12);
    for (const op of program.ops) {
      op.name = op.name.replace(/^block(\d+)\.add#1$/, "add#$1");
      op.args = op.args.map((arg) => arg.replace(/^block(\d+)\.add#1$/, "add#$1"));
    }
    const { list } = groupsOf(recordingOf(record(program)).graph);
    expect(list.map(({ repeats }) => repeats)).toEqual(Array(12).fill(1));
  });
});

describe("opening and closing", () => {
  const lay = (graph: Graph, chosen: Chosen, was: Positions | null = null) =>
    positionsOf(drawingOf(graph, chosen), "right", "scalars", was);

  /** How far each part that is there before and after has moved. */
  function moves(before: Positions, after: Positions): Map<string, { x: number; y: number }> {
    const found = new Map<string, { x: number; y: number }>();
    for (const [name, box] of after.names) {
      const [was, line] = [before.names.get(name), before.lines.get(name)];
      if (was && line !== undefined) found.set(name, { x: box.x - was.x, y: after.lines.get(name)! - line });
    }
    return found;
  }

  it("moves nothing that stays when one is closed", async () => {
    const open = await lay(playground, {});
    const closed = await lay(playground, { hidden1: false }, open);
    expect(closed.names.get("hidden1")!.w).toBeLessThan(open.names.get("hidden1")!.w);
    const by = moves(open, closed);
    expect(by.size).toBeGreaterThan(6);
    for (const [name, move] of by) expect(move, name).toEqual({ x: 0, y: 0 });
  });

  it("makes room along the flow for one that opens, all behind it as one", async () => {
    const closed = await lay(playground, { hidden1: false });
    const open = await lay(playground, {}, closed);
    const by = moves(closed, open);
    for (const [name, { y }] of by) expect(y, name).toBe(0);
    expect([by.get("x")!.x, by.get("hidden1")!.x]).toEqual([0, 0]);
    const room = open.names.get("hidden1")!.w - closed.names.get("hidden1")!.w;
    expect(room).toBeGreaterThan(50);
    for (const name of ["output", "binary_cross_entropy_with_logits#0", "y"])
      expect(by.get(name)!.x, name).toBe(room);
  });

  it("comes back to the same places", async () => {
    const open = await lay(playground, {});
    const closed = await lay(playground, { hidden1: false }, open);
    const again = await lay(playground, {}, closed);
    expect([...again.names]).toEqual([...open.names]);
  });

  it("leaves what is inside of one as it is when another opens", async () => {
    const inside = (positions: Positions) => {
      const frame = positions.frames.get("output")!;
      return ["output.linear#0", "output.weight", "output.bias"].map((name) => {
        const { x, y } = positions.names.get(name)!;
        return { x: x - frame.x, y: y - frame.y };
      });
    };
    expect(inside(await lay(playground, { hidden1: false }))).toEqual(inside(await lay(playground, {})));
  });

  it.each([
    ["all open", {}],
    ["one closed", { output: false }],
  ])("keeps frames around their cards and clear of all others: %s", async (_, chosen) => {
    const drawing = drawingOf(playground, chosen);
    for (const flow of ["right", "down"] as const) {
      const { cards, frames } = await geometryOf(drawing, flow);
      for (const [id, frame] of frames)
        for (const { index, within } of drawing.nodes)
          if (within === id) expect(contains(frame, cards.get(index)!), `${id}, ${index}`).toBe(true);
          else expect(overlaps(frame, cards.get(index)!), `${id}, ${index}`).toBe(false);
      const boxes = [...cards.values()];
      boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => expect(overlaps(a, b, 8)).toBe(false)));
    }
  });

  it("ends wires at cards, through the borders of frames", async () => {
    const drawing = drawingOf(blocks(7), { "block1..block7": true, block3: true });
    const { cards, wires } = await geometryOf(drawing, planOn(drawing, STAGE));
    for (const edge of drawing.edges) {
      const { samples } = wires.get(edge.index)!.curve;
      const [a, b] = [samples[0]!, samples.at(-1)!];
      const near = (p: { x: number; y: number }, box: Box) => overlaps({ ...p, w: 0, h: 0 }, box, 1);
      expect(near(a, cards.get(edge.source)!) && near(b, cards.get(edge.target)!), String(edge.index)).toBe(
        true,
      );
    }
  });
});

describe("groups of a large graph", () => {
  const GRAPHS: Record<string, () => Graph> = {
    "many blocks": () => blocks(14),
    "blocks with ways around them": () => blocks(7),
    convolution: () => recordingOf(golden("convolution")).graph,
    "four networks": () => recordingOf(golden("vanishing-and-exploding")).graph,
  };
  const each = (flow: Flow) => Object.keys(GRAPHS).map((name) => [name, flow] as const);

  /** Opens and closes groups in an order of its own, also those within others. */
  async function* toggling(graph: Graph, flow: Flow) {
    const plan: Plan = { flow, spacing: { layer: 60, node: 30 }, rows: null, dense: false };
    let chosen: Chosen = {};
    let seed = 7;
    let positions = await positionsOf(drawingOf(graph), plan);
    for (let k = 0; k < 10; k++) {
      const seen = drawingOf(graph, chosen).nodes.flatMap(({ group }) => group?.id ?? []);
      seed = (seed * 48271) % 2147483647;
      const id = seen[seed % seen.length]!;
      const before = positions;
      chosen = toggled(graph, chosen, id);
      const drawing = drawingOf(graph, chosen);
      positions = await positionsOf(drawing, plan, "scalars", before);
      yield { id, drawing, before, after: positions };
    }
  }

  it.each([...each("right"), ...each("down")])(
    "open clear of all others and close without moving anything that stays: %s, %s",
    async (name, flow) => {
      const graph = GRAPHS[name]!();
      expect(opensApart(graph)).toBe(true);
      let opened = 0;
      for await (const { id, drawing, before, after } of toggling(graph, flow)) {
        opened = Math.max(opened, after.frames.size);
        const stay = [...after.names].filter(([name]) => before.names.has(name));
        expect(stay.length).toBeGreaterThan(1);
        for (const [name, box] of stay)
          expect(box, `${name} as ${id} is toggled`).toEqual(before.names.get(name));
        for (const [name, box] of after.frames)
          expect(box, `${name} as ${id} is toggled`).toEqual(before.frames.get(name) ?? box);
        const { cards, frames } = makeGeometry(drawing, after, "scalars");
        const boxes = [...frames];
        boxes.forEach(([a, box], i) => {
          for (const [b, other] of boxes.slice(i + 1))
            expect(overlaps(box, other, 8), `${a}, ${b}`).toBe(false);
          for (const { index, within } of drawing.nodes) {
            const card = cards.get(index)!;
            expect(overlaps(box, card), `${a}, ${index}`).toBe(within === a);
            if (within === a) expect(contains(box, card), `${a}, ${index}`).toBe(true);
          }
        });
      }
      expect(opened).toBeGreaterThan(1);
    },
  );

  it("let a wire come to the card and go on from the border of what is open", async () => {
    const graph = recordingOf(golden("convolution")).graph;
    const group = groupsOf(graph).list.find(({ id }) => id === "conv2")!;
    const drawing = drawingOf(graph, { [group.id]: true });
    const { cards, frames, wires } = await geometryOf(drawing);
    const card = cards.get(drawing.nodes.find(({ opened }) => opened)!.index)!;
    const frame = frames.get(group.id)!;
    const within = (index: number) => drawing.byIndex.get(index)!.within !== null;
    const passing = (out: boolean) =>
      drawing.edges.filter(({ source, target }) => within(source) === out && within(target) !== out);
    for (const [edges, from, to] of [
      [passing(false), { x: card.x }, { x: frame.x }],
      [passing(true), { x: frame.x + frame.w }, { x: card.x + card.w, y: card.y + card.h / 2 }],
    ] as const) {
      expect(edges).toHaveLength(1);
      const { curve } = wires.get(edges[0]!.index)!;
      const at = curve.d.findIndex(([kind], k) => k > 0 && kind === "M");
      const point = (k: number) => {
        const [x, y] = curve.d[k]!.slice(-2) as [number, number];
        return { x, y };
      };
      expect(point(at - 1)).toMatchObject(from);
      expect(point(at)).toMatchObject(to);
      // What travels along it is never between the two.
      const gone = point(at - 1);
      for (let s = 0; s <= 1; s += 0.01) {
        const p = pointAt(curve, s);
        expect(curve.samples.some(({ x, y }) => Math.hypot(p.x - x, p.y - y) < 7)).toBe(true);
        const pieces = partOf(curve, 0, s).filter(([kind]) => kind === "M").length;
        const passed = s * curve.length > 14 + lengthTo(curve, gone);
        if (passed) expect(pieces).toBe(2);
      }
    }
  });
});

describe("the steps of a closed group", () => {
  const chosen: Chosen = { hidden1: false };
  const labels = (from: number, to: number) => playground.steps.slice(from, to + 1).map(({ label }) => label);

  it("are those of the ops and parameters inside", () => {
    const inside = playground.steps.filter((_, k) => blocksOf(playground, chosen)[k] === "hidden1");
    expect(inside.map(({ label }) => label)).toEqual([
      "z1",
      "a1",
      "a1 → z1",
      "z1 → hidden1.weight",
      "z1 → hidden1.bias",
      "hidden1.weight",
      "hidden1.bias",
    ]);
  });

  it("are passed in one, to the last of them, both ways", () => {
    const load = 1;
    expect(labels(load + 1, load + stepsTo(playground, blocksOf(playground, chosen), load, 1))).toEqual([
      "z1",
      "a1",
    ]);
    const bias = playground.steps.findIndex(({ label }) => label === "z → output.bias");
    const last = bias + stepsTo(playground, blocksOf(playground, chosen), bias, 1);
    expect(playground.steps[last]!.label).toBe("z1 → hidden1.bias");
    expect(last + stepsTo(playground, blocksOf(playground, chosen), last, -1)).toBe(bias);
    expect(stepsTo(playground, blocksOf(playground, {}), bias, 1)).toBe(1);
    // From within, back to before the group.
    expect(last - 1 + stepsTo(playground, blocksOf(playground, chosen), last - 1, -1)).toBe(bias);
  });

  it("go on past the ends of the iteration", () => {
    const end = playground.steps.length - 1;
    expect(isStop(playground, blocksOf(playground, chosen), end)).toBe(true);
    expect(stepsTo(playground, blocksOf(playground, chosen), end, 1)).toBe(1);
    expect(stepsTo(playground, blocksOf(playground, chosen), 0, -1)).toBe(-1);
    expect(stepsTo(playground, blocksOf(playground, chosen), 0, -2)).toBe(-2);
    expect(stepsTo(playground, blocksOf(playground, { ...chosen, output: false }), 0, -2)).toBe(-3);
  });
});
