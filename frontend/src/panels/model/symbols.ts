// Names of the program as LaTeX, and the ops' formulas with those names in place of a, b and z. Pure.
import type { Graph, GraphEdge, GraphNode } from "../../store/types";

const GREEK = new Set(
  "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega".split(
    " ",
  ),
);

/** w → w, w0 → w_{0}, loss → \mathrm{loss}, hidden1.weight → W_{\mathrm{hidden1}}. */
export function symbol(label: string): string {
  const ofLayer = /^([\w.]+)\.(weight|bias)$/.exec(label);
  if (ofLayer) return `${ofLayer[2] === "weight" ? "W" : "b"}_{${upright(ofLayer[1] ?? "")}}`;
  const indexed = /^([a-zA-Z])_?(\d+)$/.exec(label);
  if (indexed) return `${indexed[1] ?? ""}_{${indexed[2] ?? ""}}`;
  if (GREEK.has(label)) return `\\${label}`;
  if (/^[a-zA-Z]$/.test(label) || /^-?\d+(\.\d+)?$/.test(label)) return label;
  return upright(label);
}

function upright(label: string): string {
  return `\\mathrm{${label.replace(/[#$%&_{}\\~^]/g, (sign) => (/[#$%&_{}]/.test(sign) ? `\\${sign}` : ""))}}`;
}

/** What an op's result is called in a formula: its variable, else what `otherwise` says. */
function resultSymbol(node: GraphNode, otherwise: string): string {
  return isNamed(node) ? symbol(node.label) : otherwise;
}

function isNamed({ kind, label, op }: GraphNode): boolean {
  return kind !== "op" || (label !== op && /^[\p{L}_][\p{L}\p{N}_.]*′*$/u.test(label));
}

/** What is differentiated: L where it is called loss (or nothing), else its variable. */
export function lossSymbol(node: GraphNode | null): string {
  return node === null || node.label === "loss" ? "L" : resultSymbol(node, "L");
}

const TOKEN = /\\(?:operatorname|mathrm|text)\{[^}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]/g;

/** Replaces one-letter symbols; commands such as \frac stay. */
export function substitute(formula: string, symbols: Record<string, string>): string {
  return formula.replace(TOKEN, (token, at: number) => {
    const text = symbols[token];
    if (text === undefined) return token;
    if (/^[-−]|[-+−\s]/.test(text)) return `\\left(${text}\\right)`;
    // A command that ends in a letter would swallow a name that begins with one.
    return /\\[A-Za-z]+$/.test(formula.slice(0, at)) ? `{${text}}` : text;
  });
}

/** What is written for a, b … and z in the formulas of a node: names, and letters that are nobody's name. */
function symbolsAt(graph: Graph, node: GraphNode): Record<string, string> {
  const taken = new Set(graph.nodes.map(({ label }) => label));
  const given = new Map<GraphNode, string>();
  const written = (of: GraphNode, wanted: string): string => {
    if (isNamed(of)) return symbol(of.label);
    const letter = given.get(of) ?? [wanted, ..."uvstpqr"].find((one) => !taken.has(one)) ?? wanted;
    given.set(of, letter);
    taken.add(letter);
    return letter;
  };
  const symbols: Record<string, string> = { z: written(node, "z") };
  for (const edge of graph.edges) {
    const letter = "abcdefgh"[edge.argument];
    const source = graph.nodes[edge.source];
    if (edge.target === node.index && letter && source)
      symbols[letter] = written(source, source.glyph ? letter : "u");
  }
  return symbols;
}

/** What the two ends of an edge are called in the formulas of its consumer. */
export function edgeSymbols(graph: Graph, edge: GraphEdge): { from: string; to: string } {
  const node = graph.nodes[edge.target];
  const symbols = node ? symbolsAt(graph, node) : {};
  return { from: symbols["z"] ?? "z", to: symbols["abcdefgh"[edge.argument] ?? ""] ?? "u" };
}

/** z = w x: what an op node computes. */
export function forwardFormula(graph: Graph, node: GraphNode): string {
  return substitute(node.formula, symbolsAt(graph, node));
}

/** The local derivative along an edge: x. */
export function localFormula(graph: Graph, edge: GraphEdge): string {
  const node = graph.nodes[edge.target];
  return node ? substitute(edge.formula, symbolsAt(graph, node)) : edge.formula;
}
