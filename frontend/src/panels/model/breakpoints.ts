// Where one stops, in words, and the commands that change it. What is said of a stop is made of the server's numbers.
import { m } from "../../i18n/paraglide/messages.js";
import type { Because, Breakpoint, Condition, Graph, GraphNode, State } from "../../store/types";
import type { StepCondition } from "../../protocol.gen";
import type { Page } from "./page.svelte";

/** Says what was done with a condition, as soon as its words are here. */
function say(page: Page, said: (named: { name: string }) => string, condition: Condition): void {
  import("./breakpoint-words").then(
    ({ conditionInWords }) => (page.said = said({ name: conditionInWords(page.graph, condition) })),
    () => undefined,
  );
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

/** Whether a metric has a better and a worse, and may stand still: the same rule as the server's. */
export const improves = (metric: string): boolean => /loss$|accuracy|map50/.test(metric);

/** Whether one stops at a condition already. */
export function isSet(breakpoints: readonly Breakpoint[], condition: Condition): boolean {
  return breakpoints.some((one) => JSON.stringify(one.condition) === JSON.stringify(condition));
}

export function addBreakpoint(page: Page, condition: Condition): void {
  page.link.send({ type: "breakpoint", action: "add", condition });
  say(page, m.breakpoint_added, condition);
}

export function switchBreakpoint(page: Page, { id }: Breakpoint, on: boolean): void {
  page.link.send({ type: "breakpoint", action: on ? "on" : "off", breakpoint: id });
}

export function removeBreakpoint(page: Page, { id, condition }: Breakpoint): void {
  page.link.send({ type: "breakpoint", action: "remove", breakpoint: id });
  say(page, m.breakpoint_removed, condition);
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
