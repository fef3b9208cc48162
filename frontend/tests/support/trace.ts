/**
 * Small recordings made here, for pictures that no lesson shows (yet): a scalar autograd of a few lines that
 * writes the messages which the server would send. What the lessons do show is read from tests/golden.
 */
import type {
  FrameMessage,
  Graph,
  GraphEdge,
  GraphNode,
  Incoming,
  Step,
  StepKind,
} from "../../src/store/types";

export type Leaf = { name: string; kind: "parameter" | "input" | "target" | "constant"; value: number };
export type Apply = { name: string; op: keyof typeof OPS; args: string[]; label?: string };
export interface Program {
  leaves: Leaf[];
  ops: Apply[];
  lr?: number | null;
  iterations?: number;
  /** Withhold the gradient of every backward step. */
  withhold?: boolean;
}

interface Op {
  glyph: string;
  f: (...x: number[]) => number;
  /** Local derivatives. */
  d: ((x: number[], y: number) => number)[];
  /** Which arguments (or 'out') each derivative reads. */
  reads: (number | "out")[][];
}

export const OPS = {
  add: { glyph: "+", f: (a, b) => a + b, d: [() => 1, () => 1], reads: [[], []] },
  sub: { glyph: "−", f: (a, b) => a - b, d: [() => 1, () => -1], reads: [[], []] },
  mul: { glyph: "×", f: (a, b) => a * b, d: [([, b]) => b!, ([a]) => a!], reads: [[1], [0]] },
  div: {
    glyph: "÷",
    f: (a, b) => a / b,
    d: [([, b]) => 1 / b!, ([a, b]) => -a! / (b! * b!)],
    reads: [[1], [0, 1]],
  },
  pow: {
    glyph: "xʸ",
    f: (a, b) => a ** b,
    d: [([a, b]) => b! * a! ** (b! - 1), ([a], y) => y * Math.log(a!)],
    reads: [
      [0, 1],
      [0, "out"],
    ],
  },
  neg: { glyph: "−", f: (a) => -a, d: [() => -1], reads: [[]] },
  exp: { glyph: "exp", f: (a) => Math.exp(a), d: [(_, y) => y], reads: [["out"]] },
  log: { glyph: "ln", f: (a) => Math.log(a), d: [([a]) => 1 / a!], reads: [[0]] },
  sigmoid: { glyph: "σ", f: (a) => 1 / (1 + Math.exp(-a)), d: [(_, y) => y * (1 - y)], reads: [["out"]] },
  maximum: {
    glyph: "max",
    f: (a, b) => Math.max(a, b),
    d: [([a, b]) => Number(a! > b!), ([a, b]) => Number(b! > a!)],
    reads: [
      [0, 1],
      [0, 1],
    ],
  },
} satisfies Record<string, Op> as Record<string, Op>;

export function record(program: Program): Incoming[] {
  const { leaves, ops, lr = 0.01, iterations = 2 } = program;
  const names = [...leaves.map((l) => l.name), ...ops.map((o) => o.name)];
  const at = (name: string) => names.indexOf(name);
  const leafCount = leaves.length;
  const needs: boolean[] = leaves.map((l) => l.kind === "parameter");
  const edges: GraphEdge[] = [];
  ops.forEach((op, i) => {
    needs[leafCount + i] = op.args.some((a) => needs[at(a)]);
    op.args.forEach((arg, k) => {
      edges.push({
        index: edges.length,
        source: at(arg),
        target: leafCount + i,
        argument: k,
        carries_grad: needs[at(arg)]!,
        form: "elementwise",
        formula: "",
        reads: OPS[op.op]!.reads[k]!.map((r) => (r === "out" ? leafCount + i : at(op.args[r]!))),
      });
    });
  });
  const expected = (n: number) => edges.filter((e) => e.source === n && e.carries_grad).length;
  const base = { shape: [], dtype: "float32", reads: [], formula: "" } as const;
  // As in the program of a module: 'block1.mul#0' is in the scope block1.
  const scopeOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf(".")));
  const nodes: GraphNode[] = [
    ...leaves.map((l, i): GraphNode => ({
      ...base,
      shape: [],
      reads: [],
      index: i,
      name: l.name,
      scope: scopeOf(l.name),
      label: l.kind === "constant" ? String(l.value) : l.name,
      kind: l.kind,
      op: null,
      glyph: "",
      requires_grad: needs[i]!,
      expected: expected(i),
      loss: false,
      editable: l.kind !== "constant",
    })),
    ...ops.map((o, i): GraphNode => ({
      ...base,
      shape: [],
      reads: [],
      index: leafCount + i,
      name: o.name,
      scope: scopeOf(o.name),
      label: o.label ?? o.op,
      kind: "op",
      op: o.op,
      glyph: OPS[o.op]!.glyph,
      requires_grad: needs[leafCount + i]!,
      expected: expected(leafCount + i),
      loss: i === ops.length - 1,
      editable: true,
    })),
  ];
  const steps: Step[] = [];
  const add = (kind: StepKind, label: string, node: number | null = null, edge: number | null = null) => {
    const phase =
      kind === "update" ? "update" : kind === "seed" || kind === "backward" ? "backward" : "forward";
    steps.push({ index: steps.length, kind, phase, label, node, edge, line: null });
  };
  add("zero_grad", "zero");
  add("load", "load");
  ops.forEach((o, i) => add("forward", o.op, leafCount + i));
  add("seed", "seed 1", names.length - 1);
  for (let i = ops.length - 1; i >= 0; i--)
    for (const e of edges.filter((e) => e.target === leafCount + i && e.carries_grad))
      add("backward", `${ops[i]!.op} → ${names[e.source]}`, e.target, e.index);
  if (lr !== null) leaves.forEach((l, i) => l.kind === "parameter" && add("update", l.name, i));

  const graph: Graph = {
    topology: 1,
    nodes,
    edges,
    scopes: scopesOf(nodes),
    layers: [],
    runs: [],
    text: null,
    area: null,
    grid: null,
    steps,
    listing: [],
  };
  const branch = { id: 0, parent: null, fork_iteration: 0, cause: "start", tip: iterations - 1 };
  const messages: Incoming[] = [
    {
      type: "welcome",
      seq: 0,
      id: null,
      protocol: 1,
      lesson: "recorded",
      config: { lr },
      seed: 7,
      cursor: { branch: 0, iteration: 0, step: 0 },
      branches: [branch],
      breakpoints: [],
      predict: program.withhold ?? false,
      playing: false,
      can_undo: false,
      pytorch_installed: false,
      companion: null,
    },
    { type: "graph", seq: 0, id: null, graph },
  ];
  const parameters = new Map(leaves.map((l, i) => [i, l.value]));
  for (let iteration = 0; iteration < iterations; iteration++) {
    const value = new Map<number, number>();
    const grad = new Map<number, number>();
    const contribution = new Map<number, number>();
    const arrived = names.map(() => 0);
    leaves.forEach((l, i) => l.kind === "parameter" && value.set(i, parameters.get(i)!));
    for (const step of steps) {
      const extra: {
        what: "upstream" | "local" | "before" | "after" | "detail";
        index: number;
        x: number;
      }[] = [];
      let update: FrameMessage["update"] = [];
      const withheld = (program.withhold ?? false) && step.kind === "backward";
      let hidden: { edge: number; node: number; grad: number | undefined } | null = null;
      if (step.kind === "load") leaves.forEach((_, i) => value.set(i, parameters.get(i)!));
      if (step.kind === "forward") {
        const op = ops[step.node! - leafCount]!;
        value.set(step.node!, OPS[op.op]!.f(...op.args.map((a) => value.get(at(a))!)));
      }
      if (step.kind === "seed") {
        grad.set(step.node!, 1);
        extra.push({ what: "after", index: step.node!, x: 1 });
      }
      if (step.kind === "backward") {
        const e = edges[step.edge!]!;
        const op = ops[e.target - leafCount]!;
        const upstream = grad.get(e.target)!;
        const local = OPS[op.op]!.d[e.argument]!(
          op.args.map((a) => value.get(at(a))!),
          value.get(e.target)!,
        );
        const before = grad.get(e.source);
        if (withheld) hidden = { edge: e.index, node: e.source, grad: before };
        contribution.set(e.index, upstream * local);
        grad.set(e.source, (before ?? 0) + upstream * local);
        arrived[e.source]!++;
        if (before !== undefined) extra.push({ what: "before", index: e.source, x: before });
        if (!withheld)
          extra.push(
            { what: "upstream", index: e.target, x: upstream },
            { what: "local", index: e.index, x: local },
            { what: "after", index: e.source, x: grad.get(e.source)! },
          );
      }
      if (step.kind === "update") {
        const before = value.get(step.node!)!;
        const g = grad.get(step.node!)!;
        const after = before - lr! * g;
        value.set(step.node!, after);
        parameters.set(step.node!, after);
        extra.push(
          { what: "before", index: step.node!, x: before },
          { what: "after", index: step.node!, x: after },
          { what: "detail", index: 0, x: g },
          { what: "detail", index: 1, x: after },
        );
        update = [
          { index: 0, symbol: "g", formula: "", rule: "" },
          { index: 1, symbol: "\\theta'", formula: "", rule: "" },
        ];
      }
      const odd = names.flatMap((_, i) =>
        [value.get(i), grad.get(i)].some((x) => x !== undefined && !Number.isFinite(x)) ? [i] : [],
      );
      const tensor = (what: FrameMessage["tensors"][number]["what"], index: number, x: number) => ({
        what,
        index,
        dtype: "float32" as const,
        shape: [],
        scale: null,
        offset: null,
        data: Number.isFinite(x)
          ? Math.fround(x)
          : Number.isNaN(x)
            ? "NaN"
            : x > 0
              ? "Infinity"
              : "-Infinity",
        summary: null,
        units: null,
      });
      messages.push({
        type: "frame",
        seq: messages.length,
        id: null,
        topology: 1,
        cursor: { branch: 0, iteration, step: step.index },
        phase: step.phase,
        step,
        arrived: [...arrived],
        withheld,
        tensors: [
          ...[...value].map(([i, x]) => tensor("value", i, x)),
          ...[...grad].flatMap(([i, x]) => {
            const shown = hidden?.node === i ? hidden.grad : x;
            return shown === undefined ? [] : [tensor("grad", i, shown)];
          }),
          ...[...contribution]
            .filter(([i]) => hidden?.edge !== i)
            .map(([i, x]) => tensor("contribution", i, x)),
          ...extra.map(({ what, index, x }) => tensor(what, index, x)),
        ] as FrameMessage["tensors"],
        update,
        non_finite: odd,
        loss: value.get(names.length - 1) ?? null,
        batch: [],
        evaluation: null,
        runs: [],
        left: [],
      } as FrameMessage);
    }
  }
  return messages;
}

/** Those around come before those within. */
function scopesOf(nodes: GraphNode[]): string[] {
  const parts = nodes.map(({ scope }) => scope.split(".").filter(Boolean));
  return [...new Set(parts.flatMap((path) => path.map((_, k) => path.slice(0, k + 1).join("."))))];
}

const leaf = (name: string, kind: Leaf["kind"], value: number): Leaf => ({ name, kind, value });

export const PROGRAMS: Record<string, Program> = {
  "one-weight": {
    leaves: [
      leaf("w", "parameter", 2),
      leaf("x", "input", 3),
      leaf("target", "target", 10),
      leaf("two", "constant", 2),
    ],
    ops: [
      { name: "mul#0", op: "mul", args: ["w", "x"] },
      { name: "sub#0", op: "sub", args: ["mul#0", "target"] },
      { name: "pow#0", op: "pow", args: ["sub#0", "two"] },
    ],
  },
  "add-mul": {
    leaves: [leaf("x", "parameter", -2), leaf("y", "parameter", 5), leaf("z", "parameter", -4)],
    ops: [
      { name: "add#0", op: "add", args: ["x", "y"], label: "q" },
      { name: "mul#0", op: "mul", args: ["add#0", "z"], label: "f" },
    ],
    lr: null,
  },
  "fan-out": {
    leaves: [leaf("a", "parameter", 1.5), leaf("b", "parameter", -0.7)],
    ops: [
      { name: "mul#0", op: "mul", args: ["a", "b"], label: "c" },
      { name: "exp#0", op: "exp", args: ["mul#0"] },
      { name: "mul#1", op: "mul", args: ["mul#0", "mul#0"] },
      { name: "add#0", op: "add", args: ["exp#0", "mul#1"] },
      { name: "mul#2", op: "mul", args: ["add#0", "a"] },
    ],
    lr: null,
  },
  "sigmoid-neuron": {
    leaves: [
      leaf("w0", "parameter", 2),
      leaf("x0", "parameter", -1),
      leaf("w1", "parameter", -3),
      leaf("x1", "parameter", -2),
      leaf("w2", "parameter", -3),
      leaf("one", "constant", 1),
      leaf("uno", "constant", 1),
    ],
    ops: [
      { name: "mul#0", op: "mul", args: ["w0", "x0"] },
      { name: "mul#1", op: "mul", args: ["w1", "x1"] },
      { name: "add#0", op: "add", args: ["mul#0", "mul#1"] },
      { name: "add#1", op: "add", args: ["add#0", "w2"] },
      { name: "neg#0", op: "neg", args: ["add#1"] },
      { name: "exp#0", op: "exp", args: ["neg#0"] },
      { name: "add#2", op: "add", args: ["one", "exp#0"] },
      { name: "div#0", op: "div", args: ["uno", "add#2"], label: "f" },
    ],
    lr: null,
  },
  max: {
    leaves: [
      leaf("x", "parameter", 3),
      leaf("y", "parameter", -4),
      leaf("z", "parameter", 2),
      leaf("w", "parameter", -1),
    ],
    ops: [
      { name: "mul#0", op: "mul", args: ["x", "y"] },
      { name: "max#0", op: "maximum", args: ["z", "w"] },
      { name: "add#0", op: "add", args: ["mul#0", "max#0"] },
      { name: "mul#1", op: "mul", args: ["add#0", "max#0"], label: "f" },
    ],
    lr: null,
  },
  "not-finite": {
    leaves: [leaf("a", "parameter", -1), leaf("b", "parameter", 0)],
    ops: [
      { name: "log#0", op: "log", args: ["a"] },
      { name: "div#0", op: "div", args: ["log#0", "b"] },
      { name: "mul#0", op: "mul", args: ["div#0", "a"], label: "f" },
    ],
    lr: null,
  },
};

/** A chain with many side branches, for large pictures. */
export function large(n: number): Program {
  const leaves: Leaf[] = [leaf("w0", "parameter", 0.5)];
  const ops: Apply[] = [];
  let last = "w0";
  for (let i = 0; leaves.length + ops.length < n; i++) {
    if (i % 5 === 1) leaves.push(leaf(`w${i}`, "parameter", 0.9 + (i % 7) * 0.03));
    const side = i % 5 === 1 ? `w${i}` : i % 7 === 3 && i > 8 ? `op#${i - 6}` : last;
    ops.push({
      name: `op#${i}`,
      op: (["mul", "add", "sigmoid", "sub"] as const)[i % 4]!,
      args: i % 4 === 2 ? [last] : [last, side],
    });
    last = `op#${i}`;
  }
  return { leaves, ops, lr: 0.1, iterations: 1 };
}

/** A chain of blocks of one structure, each with a way around it. */
export function deep(blocks: number): Program {
  const leaves: Leaf[] = [leaf("x", "input", 0.5)];
  const ops: Apply[] = [];
  let last = "x";
  for (let k = 1; k <= blocks; k++) {
    const [w, b] = [`block${k}.w`, `block${k}.b`];
    leaves.push(leaf(w, "parameter", 0.8 + 0.01 * k), leaf(b, "parameter", 0.1));
    ops.push(
      { name: `block${k}.mul#0`, op: "mul", args: [last, w] },
      { name: `block${k}.add#0`, op: "add", args: [`block${k}.mul#0`, b] },
      { name: `block${k}.sigmoid#0`, op: "sigmoid", args: [`block${k}.add#0`] },
      { name: `block${k}.add#1`, op: "add", args: [last, `block${k}.sigmoid#0`] },
    );
    last = `block${k}.add#1`;
  }
  return { leaves, ops, lr: 0.1, iterations: 1 };
}
