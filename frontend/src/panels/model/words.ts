// Steps, nodes and numbers in words, in the current language. Pure functions of the state.
import { byKey } from "../../i18n/by-key";
import { inLanguage } from "../../i18n/locale.svelte";
import { m } from "../../i18n/paraglide/messages.js";
import { superscript } from "../../layout/drawing";
import { short, typed } from "../../render/format";
import { optionName } from "./options";
import type {
  FrameView,
  Graph,
  GraphEdge,
  GraphNode,
  Phase,
  State,
  Step,
  TensorView,
} from "../../store/types";

export const NOTHING = "—";
export const HIDDEN = "?";

/** The one number of a tensor, or null where there is none or more than one. */
export function scalar(view: TensorView | null): number | null {
  return view?.data?.length === 1 ? (view.data[0] ?? null) : null;
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? m.scalar() : `[${shape.join("×")}]`;
}

/** A tensor in a sentence: its number as the picture prints it, or its shape. */
export function inWords(view: TensorView | null): string {
  if (!view) return NOTHING;
  const one = scalar(view);
  return one === null ? m.tensor_of({ shape: shapeText(view.shape) }) : short(one, view.dtype);
}

/** The op's noun: "multiply". Unknown ones go by their own name. */
export function opName(op: string | null): string {
  return op === null ? "" : (byKey[`op_${op}`]?.({}) ?? op);
}

export function phaseName(phase: Phase): string {
  switch (phase) {
    case "forward":
      return m.phase_forward();
    case "backward":
      return m.phase_backward();
    case "update":
      return m.phase_update();
  }
}

export function kindName(node: GraphNode): string {
  switch (node.kind) {
    case "parameter":
      return m.kind_parameter();
    case "buffer":
      return m.kind_buffer();
    case "input":
      return m.kind_input();
    case "target":
      return m.kind_target();
    case "constant":
      return m.kind_constant();
    case "op":
      return node.op ?? "";
  }
}

/** What a node is called in a sentence: a variable, or "the multiply node". */
export function nodeInWords(node: GraphNode): string {
  if (node.kind !== "op") return node.label;
  const noun = m.the_op_node({ op: opName(node.op) });
  return node.label === node.op || node.label === "" ? noun : `${noun} ${node.label}`;
}

function upperFirst(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** What receives a gradient: a variable or what is computed there; ops are spoken of in the reader's language. */
export function inSentence(node: GraphNode): string {
  return node.kind === "op" && node.label === node.op ? nodeInWords(node) : node.label;
}

/** "mul → w", as on the timeline; edges that carry no gradient have no step there. */
export function edgeTitle(graph: Graph, edge: GraphEdge): string {
  const step = graph.steps.find((candidate) => candidate.edge === edge.index);
  if (step) return step.label;
  const consumer = graph.nodes[edge.target];
  const source = graph.nodes[edge.source];
  return `${consumer?.label ?? ""} → ${source?.label ?? ""}`;
}

/** A step's short name, as on the timeline but with the reader's words where it is not a name of the program. */
export function stepTitle(step: Step): string {
  switch (step.kind) {
    case "zero_grad":
      return m.step_zero();
    case "load":
      return m.step_load();
    case "seed":
      return m.step_seed();
    default:
      return withinRun(step.label.replace("->", "→"));
  }
}

/** An edge stays within its run: that is said once. */
function withinRun(label: string): string {
  const run = /^[^/ ]+\//.exec(label)?.[0];
  return run === undefined ? label : label.replace(` → ${run}`, " → ");
}

const INFIX: Record<string, string> = { add: "+", sub: "−", mul: "×", div: "÷", matmul: "@" };

/** "2.0 × 3.0 = 6.0" where it fits on a line, else the op's name and what went in. */
export function arithmetic(graph: Graph, frame: FrameView, node: GraphNode): string {
  const inputs = graph.edges
    .filter((edge) => edge.target === node.index)
    .sort((a, b) => a.argument - b.argument)
    .map((edge) => frame.value(edge.source));
  const args = inputs.map((view) => {
    const one = scalar(view);
    return one === null ? inWords(view) : short(one);
  });
  const out = frame.value(node.index);
  const result = scalar(out) === null ? inWords(out) : short(scalar(out));
  const sign = INFIX[node.op ?? ""];
  const guarded = args.map((text, k) => (k > 0 && text.startsWith("−") ? `(${text})` : text));
  if (sign && args.length === 2) return `${guarded[0] ?? ""} ${sign} ${guarded[1] ?? ""} = ${result}`;
  if (node.op === "pow" && args.length === 2) {
    const base = args[0]?.startsWith("−") ? `(${args[0]})` : (args[0] ?? "");
    const exponent = superscript(args[1] ?? "");
    return exponent === null ? `pow(${args.join(", ")}) = ${result}` : `${base}${exponent} = ${result}`;
  }
  if (node.op === "neg") return `−(${args[0] ?? ""}) = ${result}`;
  return `${node.op ?? ""}(${args.join(", ")}) = ${result}`;
}

/** Leaves that this step brings in: "x = 3.0, target = 10.0". */
function leaves(graph: Graph, frame: FrameView): string {
  return graph.nodes
    .filter((node) => node.kind === "input" || node.kind === "target" || node.kind === "parameter")
    .slice(0, 6)
    .map((node) => `${node.label} = ${inWords(frame.value(node.index))}`)
    .join(", ");
}

/** The step at the cursor as one or two sentences, with its live numbers. Nothing withheld is in them. */
export function stepInWords(state: State): string {
  const { frame, graph } = state;
  if (!frame || !graph) return "";
  const { step } = frame.header;
  const node = step.node === null ? undefined : graph.nodes[step.node];
  switch (step.kind) {
    case "zero_grad":
      return state.config["zero_grad"] === false ? m.now_zero_off() : m.now_zero();
    case "load":
      return m.now_load({ values: leaves(graph, frame) });
    case "forward":
      return node
        ? m.now_forward({ node: nodeInWords(node), arithmetic: arithmetic(graph, frame, node) })
        : "";
    case "seed":
      return m.now_seed({ loss: node?.label === node?.op ? m.loss() : (node?.label ?? m.loss()) });
    case "backward":
      return backwardInWords(graph, frame, step, node);
    case "update": {
      const before = frame.before;
      const after = frame.after;
      const from = scalar(before);
      const to = scalar(after);
      if (!node) return "";
      const name = node.label;
      if (from === null || to === null) return m.now_update_tensor({ name });
      const words = { name, from: short(from), to: short(to), grad: inWords(frame.grad(node.index)) };
      if (!Number.isFinite(to))
        return Number.isFinite(from) ? m.now_update_lost(words) : m.now_update_lost_before(words);
      return to > from
        ? m.now_update_up(words)
        : to < from
          ? m.now_update_down(words)
          : m.now_update_still(words);
    }
  }
}

function backwardInWords(graph: Graph, frame: FrameView, step: Step, node: GraphNode | undefined): string {
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  const target = edge ? graph.nodes[edge.source] : undefined;
  if (!node || !edge || !target) return "";
  const names = { node: nodeInWords(node), target: inSentence(target) };
  if (frame.header.withheld) return m.now_backward_withheld(names);
  const upstream = inWords(frame.upstream ?? frame.grad(node.index));
  const contribution = frame.contribution(edge.index);
  const local = frame.local(edge.index);
  const first =
    local && scalar(contribution) !== null
      ? m.now_backward({ ...names, upstream, local: inWords(local), contribution: inWords(contribution) })
      : m.now_backward_tensor({ ...names, upstream });
  const before = frame.before;
  if (!before || scalar(before) === null) return first;
  // A variable keeps its case at the beginning of a sentence.
  const name = names.target === target.label ? target.label : upperFirst(names.target);
  const sums = { target: name, before: inWords(before), after: inWords(frame.after) };
  return `${first} ${m.now_adds(sums)}`;
}

const CAUSES: Record<string, () => string> = { start: m.cause_start, restart: m.cause_restart };

/** What a branch began with, of 'edit w' or 'configure lr, x': by the names that the page shows. */
export function branchCause(state: State, cause: string): string {
  const [, kind, what = ""] = /^(edit|configure) (.+)$/.exec(cause) ?? [];
  if (kind === "edit")
    return m.cause_edit({ name: state.graph?.nodes.find((n) => n.name === what)?.label ?? what });
  if (kind !== "configure") return CAUSES[cause]?.() ?? cause;
  const titles = what.split(", ").map((name) => {
    const field = state.lesson?.fields.find((one) => one.name === name);
    return field ? inLanguage(field.title) : name;
  });
  return titles.join(", ");
}

/** One field of a configuration as a name for what has it: "Adam", "learning rate 0.1", "no batch norm". */
export function settingInWords(state: State, name: string, config: Record<string, unknown>): string {
  const field = state.lesson?.fields.find((one) => one.name === name);
  const title = field ? inLanguage(field.title) : name;
  const value = config[name];
  if (typeof value === "boolean") return value ? title : m.without({ title });
  if (typeof value === "string" && field?.control === "choice") return optionName(name, value);
  if (name === "skips" && Array.isArray(value))
    return value.length > 0 ? m.skips_at({ layers: value.join(", ") }) : m.skips_none();
  const text = Array.isArray(value)
    ? value.join(", ")
    : typeof value === "number"
      ? typed(value)
      : String(value);
  return `${title} ${text}`;
}

/** A node for those who do not see the picture: name, kind, value and gradient. */
export function nodeAria(state: State, node: GraphNode): string {
  const { frame } = state;
  const hidden = isHidden(state, node);
  const wanted = node.requires_grad || frame?.grad(node.index);
  return m
    .aria_node({
      name: node.label,
      kind: node.kind === "op" ? m.aria_op({ op: opName(node.op) }) : kindName(node),
      value: inWords(frame?.value(node.index) ?? null),
      grad: hidden
        ? m.aria_hidden_grad()
        : wanted
          ? inWords(frame?.grad(node.index) ?? null)
          : m.aria_not_wanted(),
    })
    .replaceAll(NOTHING, m.aria_nothing());
}

/** Whether the gradient that this step adds to a node waits for a guess. */
export function isHidden(state: State, node: GraphNode): boolean {
  const header = state.frame?.header;
  if (!header?.withheld || header.step.edge === null) return false;
  return state.graph?.edges[header.step.edge]?.source === node.index;
}

/** The number behind {w.grad} in a lesson's text. */
export function liveNumber(state: State, node: GraphNode | null, what: "value" | "grad"): string {
  const { frame } = state;
  if (!node || !frame) return NOTHING;
  if (what === "grad" && isHidden(state, node)) return HIDDEN;
  // Of an edited activation, what the rest of the circuit reads.
  const edited = state.graph?.nodes.find((other) => other.name === `${node.name}.edit`);
  const of = (index: number) => (what === "grad" ? frame.grad(index) : frame.value(index));
  const view = (edited && of(edited.index)) ?? of(node.index);
  const one = scalar(view);
  return one === null ? inWords(view) : short(one);
}
