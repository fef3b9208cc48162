// Numbers that are explained: what they are called. Pure.
import { m } from "../../i18n/paraglide/messages.js";
import { short } from "../../render/format";
import type { Graph, Source, Term } from "../../store/types";
import { edgeTitle } from "./words";

const ACCENTS: Record<string, string> = { hat: "\u0302", tilde: "\u0303" };
const GREEK: Record<string, string> = { theta: "θ" };

/** A symbol of an optimizer in plain text: \hat m → m̂, \theta' → θ′. */
export function symbolText(symbol: string): string {
  return symbol
    .replace(/\\(hat|tilde)\s*\\?([A-Za-z]+)/g, (_, accent: string, letter: string) => {
      return `${GREEK[letter] ?? letter}${ACCENTS[accent] ?? ""}`;
    })
    .replace(/\\([A-Za-z]+)/g, (_, name: string) => GREEK[name] ?? name)
    .replace(/'/g, "′");
}

/** "w.grad[0, 1]", "mul → w", "m (w)": a number's short name. */
export function sourceTitle(graph: Graph | null, at: Source): string {
  const node = graph?.nodes.find((one) => one.name === at.name);
  const name = node?.label ?? at.name;
  const place = at.index.length > 0 ? `[${at.index.join(", ")}]` : "";
  switch (at.what) {
    case "value":
      return `${name}${place}`;
    case "grad":
      return `${name}.grad${place}`;
    case "detail":
      return `${symbolText(at.symbol ?? "")}${place} (${name})`;
    case "contribution": {
      const edge = graph?.edges.find((e) => e.target === node?.index && e.argument === at.argument);
      return `${edge && graph ? edgeTitle(graph, edge) : name}${place}`;
    }
  }
}

/** The same in a sentence: "the gradient of w". */
export function sourceInWords(graph: Graph | null, at: Source): string {
  const node = graph?.nodes.find((one) => one.name === at.name);
  const name = `${node?.label ?? at.name}${at.index.length > 0 ? `[${at.index.join(", ")}]` : ""}`;
  switch (at.what) {
    case "value":
      return m.what_value({ name });
    case "grad":
      return m.what_grad({ name });
    case "detail":
      return m.what_detail({ symbol: symbolText(at.symbol ?? ""), name });
    case "contribution":
      return m.what_contribution({ name: sourceTitle(graph, at) });
  }
}

/** The words of a term: the node that it stands for, or what the server calls it. */
export function termLabel(graph: Graph | null, term: Term): string {
  switch (term.label) {
    case "initial":
      return m.term_initial();
    case "edit":
      return m.term_edit();
    case "update":
      return m.term_update();
    case "before":
      return m.term_before();
    case "step":
      return m.term_step();
    case "decayed":
      return m.term_decayed();
    case "seed":
      return m.step_seed();
    case "reads":
      return "";
    default:
      return graph?.nodes.find((node) => node.name === term.label)?.label ?? term.label;
  }
}

/** Whether two sources are the same number. */
export function sameSource(a: Source, b: Source): boolean {
  const key = (at: Source) =>
    JSON.stringify([at.name, at.what, at.index, at.argument ?? null, at.symbol ?? null, at.place ?? null, at.own ?? null]);
  return key(a) === key(b);
}

/** "NaN", "∞" or "−∞": the number at the head of a sentence. */
export function oddText(value: number): string {
  return short(value);
}
