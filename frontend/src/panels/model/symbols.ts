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

/** What an op's result is called in a formula: its variable, else z (or whatever `otherwise` says). */
export function resultSymbol(node: GraphNode, otherwise = "z"): string {
  const unnamed = node.label === node.op || !/^[\p{L}_][\p{L}\p{N}_.]*′*$/u.test(node.label);
  return node.kind === "op" && unnamed ? otherwise : symbol(node.label);
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

function argumentSymbols(graph: Graph, node: GraphNode): Record<string, string> {
  const symbols: Record<string, string> = { z: resultSymbol(node) };
  for (const edge of graph.edges) {
    const letter = "abcdefgh"[edge.argument];
    const source = graph.nodes[edge.source];
    if (edge.target === node.index && letter && source)
      symbols[letter] = resultSymbol(source, source.glyph ? letter : "u");
  }
  return symbols;
}

/** z = w x: what an op node computes. */
export function forwardFormula(graph: Graph, node: GraphNode): string {
  return substitute(node.formula, argumentSymbols(graph, node));
}

/** The local derivative along an edge: x. */
export function localFormula(graph: Graph, edge: GraphEdge): string {
  const node = graph.nodes[edge.target];
  return node ? substitute(edge.formula, argumentSymbols(graph, node)) : edge.formula;
}
