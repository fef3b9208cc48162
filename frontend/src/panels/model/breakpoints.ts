// Where one stops, in words, and the commands that change it. What is said of a stop is made of the server's numbers.
import { m } from "../../i18n/paraglide/messages.js";
import { short } from "../../render/format";
import { toNumber } from "../../store/reduce";
import type { Because, Breakpoint, Condition, Graph, GraphNode, JsonNumber, State } from "../../store/types";
import type { StepCondition } from "../../protocol.gen";
import type { Page } from "./page.svelte";
import { phaseName } from "./words";

/** What a metric is called; a watched leaf by its own name. */
export function metricName(name: string): string {
  switch (name) {
    case "loss":
      return m.loss();
    case "test_loss":
      return m.test_loss();
    case "accuracy":
      return m.metric_accuracy();
    case "test_accuracy":
      return m.metric_test_accuracy();
    default:
      return name;
  }
}

export function stepKindName(kind: StepCondition["step_kind"]): string {
  switch (kind) {
    case "forward":
    case "backward":
    case "update":
      return phaseName(kind);
    case "zero_grad":
      return m.step_zero();
    case "load":
      return m.step_load();
    case "seed":
      return m.step_seed();
    case null:
    case undefined:
      return m.breakpoint_any_step();
  }
}

function labelled(graph: Graph | null, name: string): string {
  return graph?.nodes.find((node) => node.name === name)?.label ?? name;
}

/** A number of a condition, as one would type it. */
function plain(x: number): string {
  return short(x, "float64").replace(/\.0(?=e|$)/, "");
}

/** A condition in words: "‖gradient of w‖ < 1e−6". */
export function conditionInWords(graph: Graph | null, condition: Condition): string {
  switch (condition.kind) {
    case "non_finite":
      return m.breakpoint_non_finite();
    case "dead":
      return m.breakpoint_dead();
    case "rising":
      return m.breakpoint_rising({ n: condition.iterations ?? 3 });
    case "metric":
      return m.breakpoint_metric({
        metric: metricName(condition.metric),
        relation: condition.relation,
        threshold: plain(condition.threshold),
      });
    case "grad":
      return m.breakpoint_grad({
        name: condition.name ? labelled(graph, condition.name) : m.breakpoint_any_parameter(),
        relation: condition.relation,
        threshold: plain(condition.threshold),
      });
    case "step": {
      const kind = condition.step_kind ?? null;
      if (!condition.node) return stepKindName(kind);
      const node = labelled(graph, condition.node);
      return kind === null ? node : `${node}, ${stepKindName(kind)}`;
    }
  }
}

/** Why one has stopped, with the numbers: "‖gradient of w‖ = 3.1e−7 < 1e−6". */
export function becauseInWords(graph: Graph | null, { reason, params }: Because): string {
  const number = (name: string) => toNumber(params[name] as JsonNumber);
  const node = labelled(graph, String(params["node"] ?? ""));
  const value = short(number("value"));
  const threshold = plain(number("threshold"));
  switch (reason) {
    case "step": {
      const kind = stepKindName(params["kind"] as StepCondition["step_kind"]);
      return "node" in params ? `${node}, ${kind}` : kind;
    }
    case "non_finite":
      return params["of"] === "grad"
        ? m.because_non_finite_grad({ node })
        : m.because_non_finite_value({ node });
    case "grad_below":
      return m.because_grad({ node, value, relation: "<", threshold });
    case "grad_above":
      return m.because_grad({ node, value, relation: ">", threshold });
    case "metric_below":
    case "metric_above":
      return m.because_metric({
        metric: metricName(String(params["metric"])),
        value,
        relation: reason === "metric_below" ? "<" : ">",
        threshold,
      });
    case "rising":
      return m.because_rising({ n: number("iterations"), first: short(number("first")), value });
    case "dead": {
      const words = { unit: number("unit") + 1, layer: layerOf(graph, String(params["node"])) };
      const more = number("count") - 1;
      return more > 0 ? m.because_dead_more({ ...words, more }) : m.because_dead(words);
    }
  }
}

function layerOf(graph: Graph | null, name: string): string {
  return graph?.nodes.find((node) => node.name === name)?.scope || labelled(graph, name);
}

/** Why one stands where one stands; null as soon as one is elsewhere. */
export function stoppedHere({
  lastMoved,
  cursor,
}: State): { because: Because; breakpoint: number | null } | null {
  if (!lastMoved?.because || !cursor) return null;
  const { branch, iteration, step } = lastMoved.cursor;
  if (branch !== cursor.branch || iteration !== cursor.iteration || step !== cursor.step) return null;
  return { because: lastMoved.because, breakpoint: lastMoved.breakpoint?.id ?? null };
}

/** The names of nodes at which one stops. */
export function stopsAt(breakpoints: readonly Breakpoint[]): string[] {
  return breakpoints.flatMap(({ condition, on }) =>
    on === false
      ? []
      : (condition.kind === "step" ? condition.node : condition.kind === "grad" && condition.name) || [],
  );
}

/** Whether the graph has units that may die: the same rule as the server's. */
export function hasUnits(graph: Graph | null): boolean {
  return (graph?.nodes ?? []).some((node) => {
    const edges = graph?.edges.filter((edge) => edge.target === node.index) ?? [];
    const form = edges.length === 1 ? edges[0]?.form : null;
    return node.shape.length > 1 && (form === "elementwise" || form === "routing");
  });
}

export function addBreakpoint(page: Page, condition: Condition): void {
  page.link.send({ type: "breakpoint", action: "add", condition });
  page.said = m.breakpoint_added({ name: conditionInWords(page.graph, condition) });
}

export function switchBreakpoint(page: Page, { id }: Breakpoint, on: boolean): void {
  page.link.send({ type: "breakpoint", action: on ? "on" : "off", breakpoint: id });
}

export function removeBreakpoint(page: Page, { id, condition }: Breakpoint): void {
  page.link.send({ type: "breakpoint", action: "remove", breakpoint: id });
  page.said = m.breakpoint_removed({ name: conditionInWords(page.graph, condition) });
}

/** Sets a breakpoint on the node that is meant, or takes it away again. */
export function toggleBreakpoint(page: Page, at: GraphNode | null = null): void {
  const node = at ?? page.meant();
  if (!node) {
    page.whisper(m.breakpoint_where);
    return;
  }
  const named = at ?? page.find(page.pointed) ?? page.selected;
  const kind = named ? null : (page.step?.kind ?? null);
  const of = page.state.breakpoints.filter(
    ({ condition }) => condition.kind === "step" && condition.node === node.name,
  );
  const old = named ? of[0] : of.find(({ condition }) => (condition as StepCondition).step_kind === kind);
  if (old) {
    removeBreakpoint(page, old);
    return;
  }
  page.link.send({
    type: "breakpoint",
    action: "add",
    condition: { kind: "step", node: node.name, step_kind: kind },
  });
  page.said = m.breakpoint_set({ name: node.label });
}
