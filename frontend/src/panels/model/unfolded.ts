// The unfolded unit in the page's words, and as what the picture follows.
import { initialState } from "../../store/reduce";
import type { Store } from "../../store/store";
import type {
  Act,
  GraphEdge,
  GraphNode,
  Layer,
  State,
  Unfolded,
  UnfoldedCell,
  UnfoldedGraph,
} from "../../store/types";
import { unfoldedView, type Called, type UnfoldedView } from "../../store/unfolded";
import { actsOf } from "../../layout/blocks";
import { m } from "../../i18n/paraglide/messages.js";
import { layerName, unitName } from "./network";
import type { Refused } from "./link";
import type { Focus, Page } from "./page.svelte";
import { opName } from "./words";

let known: UnfoldedGraph | null = null;
const views = new WeakMap<object, { key: string; view: UnfoldedView }>();

/** What is shown of the latest answer: the same object for the same answer in the same language. */
export function viewOf(page: Page): UnfoldedView | null {
  const { answer, layers } = page.unfolding;
  if (!answer) return null;
  const key = [m.unfold_penalty(), ...layers.flatMap(({ name, labels }) => [name, ...labels])].join("|");
  const made = views.get(answer);
  if (made?.key === key) return made.view;
  const view = unfoldedView(answer, (cell, node) => called(layers, cell, node), known);
  known = view.graph;
  views.set(answer, { key, view });
  return view;
}

/** What stands for several has a name in the reader's language; units of other layers have those of the network. */
function called(
  layers: readonly Layer[],
  { role, count, layer, unit, name, mixed }: UnfoldedCell,
  node: GraphNode,
): Called | null {
  const others = count === 1 ? m.unfold_other() : m.unfold_others({ n: count });
  switch (role) {
    case "samples":
      return { glyph: others, op: m.unfold_of_samples(), label: m.unfold_samples({ n: count }) };
    case "units":
      return { glyph: others, op: m.unfold_of_units(), label: m.unfold_units({ n: count }) };
    case "inputs":
      return { glyph: others, op: m.unfold_of_inputs(), label: m.unfold_inputs({ n: count }) };
    case "penalty":
      return { glyph: m.unfold_penalty(), op: null, label: m.unfold_penalty() };
    default:
      // The sample's own term of the loss, which the engine computes on the way to the loss of the batch.
      if (role === "function" && name === null && !mixed)
        return { glyph: node.glyph, op: m.samples_loss(), label: m.samples_loss() };
      // A unit that is not the one that is unfolded: by its number, and its layer below.
      if (layer === null || unit === null || !node.op || !ELSEWHERE.has(node.op)) return null;
      return {
        glyph: `z${subscript(unit + 1)}`,
        op: layerName(layers, layer),
        label: shortName(layers, layer, unit),
      };
  }
}

/** What weighs and sums in one: such a node is a whole unit of another layer, or a neighbour. */
const ELSEWHERE = new Set(["linear"]);

function subscript(n: number): string {
  return [...String(n)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
}

/** "hidden 2 · 1", as short as a card wants it. */
export function shortName(layers: readonly Layer[], layer: number, unit: number): string {
  const own = layers[layer];
  const whole = unitName(layers, layer, unit);
  return own && own.units > 1 && !own.labels[unit] ? whole.replace(/, .*?(\d+)$/, " · $1") : whole;
}

/** An edge, as it is called on the timeline: "× → w₁". */
export function edgeTitle({ nodes }: UnfoldedGraph, edge: GraphEdge): string {
  const [from, to] = [nodes[edge.target], nodes[edge.source]];
  const short = (node: GraphNode | undefined) =>
    node?.kind === "op" && node.glyph ? node.glyph : (node?.label ?? "");
  return `${short(from)} → ${short(to)}`;
}

/** A cell in a sentence: "a₂ (hidden 1, unit 2)", "hidden1.weight[1, 0]". */
export function cellTitle(layers: readonly Layer[], cell: UnfoldedCell, node: GraphNode): string {
  const { role, layer, unit, name, place } = cell;
  if ((role === "parameter" || role === "outgoing") && name !== null && place)
    return `${node.label} = ${name}[${place.join(", ")}]`;
  if (role === "input" && layer !== null && unit !== null) {
    const whole = unitName(layers, layer, unit);
    return whole === node.label ? whole : `${node.label} (${whole})`;
  }
  if (role === "product") return m.unfold_product();
  if (role === "function" && name === null && !cell.mixed) return node.label;
  if (["function", "sum", "loss"].includes(role)) return opName(node.op);
  return node.label;
}

/** What kind of number a cell is, in a few words. */
export function cellKind({ role, mixed, count, layer }: UnfoldedCell): string {
  if (mixed) return m.unfold_is_mixed();
  switch (role) {
    case "input":
      return layer === 0 ? m.unfold_is_data() : m.unfold_is_input();
    case "parameter":
      return m.unfold_is_parameter();
    case "given":
      return m.unfold_is_given();
    case "product":
      return m.unfold_is_product();
    case "sum":
      return m.unfold_is_sum();
    case "function":
      return m.unfold_is_function();
    case "consumer":
      return m.unfold_is_consumer();
    case "outgoing":
      return m.unfold_is_outgoing();
    case "loss":
      return m.unfold_is_loss();
    case "samples":
      return m.unfold_is_samples({ n: count });
    case "units":
      return m.unfold_is_units({ n: count });
    case "inputs":
      return m.unfold_is_inputs({ n: count });
    case "penalty":
      return m.unfold_is_penalty();
  }
}

/** What is selected in the circuit; else what the step does there, if anything. */
export function focusOf(
  page: Page,
  { graph, frame }: UnfoldedView,
): { focus: Focus | null; following: boolean } {
  const { selection } = page;
  const node = graph.nodes.find(({ name }) => name === selection?.name);
  if (selection && node) {
    if (selection.argument === null) return { focus: { kind: "node", node }, following: false };
    const edge = graph.edges.find((e) => e.target === node.index && e.argument === selection.argument);
    if (edge) return { focus: { kind: "edge", edge }, following: false };
  }
  const step = graph.steps[frame.header.step.index];
  const edge: GraphEdge | undefined = graph.edges[step?.edge ?? -1];
  if (edge) return { focus: { kind: "edge", edge }, following: true };
  const at = graph.nodes[step?.node ?? -1];
  return { focus: at ? { kind: "node", node: at } : null, following: true };
}

/** What the step at the cursor does in the circuit. */
export function actsNow({ graph, frame }: UnfoldedView): readonly Act[] {
  return actsOf(graph)?.get(frame.header.step.index) ?? [];
}

/** Keeps the answer with what is looked at: one question at a time, and of those that follow only the latest is kept. */
export class Asker {
  #asked: string | null = null;
  #under = false;

  constructor(readonly page: Page) {}

  /** To be called where something has changed. */
  ask(): void {
    const { page } = this;
    const { shown, looked, active } = page.unfolding;
    const at = [page.link.session, page.frame?.header.seq, page.graph?.topology, shown, looked];
    const key = JSON.stringify(at);
    if (!active || !shown || !page.ready || key === this.#asked || this.#under) return;
    this.#asked = key;
    this.#under = true;
    page.link.ask({ type: "unfold", ...shown, row: looked ?? 0 }).then(
      (answer) => {
        this.#done(answer.type === "unfolded" ? answer : null, null);
      },
      (why: unknown) => {
        this.#done(null, why as Refused);
      },
    );
  }

  #done(answer: Unfolded | null, why: Refused | null): void {
    this.#under = false;
    this.page.unfolding.answer = answer;
    this.page.unfolding.error = why;
    this.ask();
  }
}

/** The store that the picture of a circuit follows: the page's, with the circuit's graph and frame. */
export class UnfoldedStore implements Store {
  state: State = initialState;
  readonly #listeners = new Set<(state: State, old: State) => void>();

  /** `of` is the page's own state. */
  put(of: State, view: UnfoldedView | null): void {
    const old = this.state;
    this.state = {
      ...of,
      phase: view?.frame.header.phase ?? of.phase,
      graph: view?.graph ?? null,
      frame: view?.frame ?? null,
      previous: null,
      fired: null,
    };
    for (const listener of this.#listeners) listener(this.state, old);
  }

  dispatch(): void {
    throw new Error("a circuit's store only follows");
  }

  subscribe(listener: (state: State, old: State) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
