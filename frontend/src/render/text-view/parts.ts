/** What a network that reads text has of it at a frame: characters, attention, and what is known at each place. Pure. */
import { toNumber } from "../../store/reduce";
import type { FrameView, Graph, GraphText, TokenResult } from "../../store/types";
import type { TokenChoice } from "../../store/view";

const SPACE = "␣";
const NEWLINE = "⏎";

/** A character as one sees it. */
export function visible(character: string): string {
  return character === " " ? SPACE : character === "\n" ? NEWLINE : character;
}

/** A text as one sees it. */
export function visibleText(text: string): string {
  return [...text].map(visible).join("");
}

/** What was chosen, where the network has it; by default the last place, and the attention that reads the embeddings. */
export function chosenIn(text: GraphText, chosen: TokenChoice | null): TokenChoice {
  const last = text.context - 1;
  return {
    position: Math.min(chosen?.position ?? last, last),
    block: Math.min(chosen?.block ?? 0, text.attention.length - 1),
  };
}

/** Numbers in the shape (heads, places that look, places looked at). */
export interface Attention {
  readonly node: number;
  /** Weights; the scores that softmax makes them of; or the gradient by either. */
  readonly what: "weights" | "scores" | "by weights" | "by scores";
  /** Null: the cursor has not got there. */
  readonly data: ArrayLike<number> | null;
}

export function headsOf(graph: Graph, text: GraphText): number {
  return graph.nodes[text.attention[0] ?? -1]?.shape[1] ?? 1;
}

export function widthOf(graph: Graph, text: GraphText): number {
  return graph.nodes[text.stages[0] ?? -1]?.shape[2] ?? 1;
}

/** The node of which one is made, step by step, as far as the cursor has come: of those alike in shape the last. */
export function shownNode(graph: Graph, frame: FrameView, node: number): number {
  for (let at = node; ;) {
    if (frame.ownValue(at)) return at;
    const from = graph.edges.find(({ target, argument }) => target === at && argument === 0)?.source ?? -1;
    const [source, made] = [graph.nodes[from], graph.nodes[at]];
    if (source?.kind !== "op" || String(source.shape) !== String(made?.shape)) return node;
    at = from;
  }
}

/** How much each place takes from each, in a block. */
export function weightsOf(text: GraphText, frame: FrameView, block: number): ArrayLike<number> | null {
  return frame.ownValue(text.attention[block] ?? -1)?.data ?? null;
}

/** Scores that are covered are as low as this, or lower. */
export const COVERED = -1e8;

/**
 * The same as it is drawn: forward the scores, then the weights; on the way back the gradient of the chosen token's own loss by them, then
 * that by the scores.
 */
export function matrixOf(
  graph: Graph,
  text: GraphText,
  frame: FrameView,
  traced: TokenResult | null,
  block: number,
): Attention {
  const node = text.attention[block] ?? -1;
  const own = frame.header.phase === "backward" ? traced?.attention[block] : null;
  if (own?.scores) return { node: own.source, what: "by scores", data: numbersIn(own.scores) };
  if (own?.weights) return { node, what: "by weights", data: numbersIn(own.weights) };
  const shown = shownNode(graph, frame, node);
  const data = frame.ownValue(shown)?.data ?? null;
  return { node: shown, what: shown === node ? "weights" : "scores", data };
}

/** Where a weight stands among them. */
export function weightAt(context: number, head: number, from: number, to: number): number {
  return (head * context + from) * context + to;
}

/** What is known at each place, at a stage: (places, width). */
export interface StageCells {
  readonly what: "value" | "grad";
  readonly data: ArrayLike<number> | null;
}

/** The node that a stage shows: characters have their embeddings before they have places. */
export function stageNode(graph: Graph, text: GraphText, frame: FrameView, stage: number): number {
  const node = text.stages[stage] ?? -1;
  return stage === 0 ? shownNode(graph, frame, node) : node;
}

/** Forward, and while it trains flat out, what has been computed; from then on the gradient of the own loss of the chosen token, where it has come. */
export function stageCells(
  graph: Graph,
  text: GraphText,
  frame: FrameView,
  traced: TokenResult | null,
  stage: number,
  passing = false,
): StageCells {
  const value = frame.ownValue(stageNode(graph, text, frame, stage))?.data ?? null;
  if (passing || frame.header.phase === "forward") return { what: "value", data: value };
  const grads = traced?.stages[stage]?.grads ?? null;
  return { what: "grad", data: Array.isArray(grads) ? numbersIn(grads) : null };
}

/** Nested lists of numbers, row by row. */
export function numbersIn(data: unknown): number[] {
  if (Array.isArray(data)) return data.flatMap(numbersIn);
  return [toNumber(data as number) ?? Number.NaN];
}

/** The tokens of the window, and those that follow each; null before they are loaded. */
export function tokensOf(
  graph: Graph,
  text: GraphText,
  frame: FrameView,
  sample: number,
): { tokens: readonly number[] | null; following: readonly number[] | null } {
  const row = (kind: "input" | "target") => {
    const node = graph.nodes.find((one) => one.kind === kind);
    const data = node && frame.value(node.index)?.data;
    return data ? [...data.slice(sample * text.context, (sample + 1) * text.context)] : null;
  };
  return { tokens: row("input"), following: row("target") };
}

/** One of the characters that may follow. */
export interface Candidate {
  readonly token: number;
  readonly probability: number;
}

/** The likeliest first; the right one is among them, in the last place if it would not be. */
export function candidates(
  probabilities: readonly unknown[],
  target: number | null,
  most: number,
): Candidate[] {
  const all = probabilities
    .map((p, token) => ({ token, probability: toNumber(p as number) ?? Number.NaN }))
    .sort((a, b) => b.probability - a.probability || a.token - b.token);
  const shown = all.slice(0, most);
  const right = all.find(({ token }) => token === target);
  if (right && !shown.includes(right)) shown[shown.length - 1] = right;
  return shown;
}

/** The places that are largest: for each head where it looks, and where the gradient is. Null where there is nothing yet. */
export function largest(numbers: readonly number[]): number | null {
  let at: number | null = null;
  numbers.forEach((x, k) => {
    if (Number.isFinite(x) && x > (at === null ? 0 : (numbers[at] ?? 0))) at = k;
  });
  return at;
}

/** What was answered, where it is of this iteration, as far as the cursor has come. */
export function tracedAt(
  graph: Graph,
  frame: FrameView,
  answer: TokenResult | null,
  sample: number,
  position: number,
): TokenResult | null {
  const { cursor, loss } = frame.header;
  if (!answer || loss === null || answer.row !== sample || answer.position !== position) return null;
  if (answer.cursor.branch !== cursor.branch || answer.cursor.iteration !== cursor.iteration) return null;
  const came = (node: number) => (frame.header.arrived[node] ?? 0) >= (graph.nodes[node]?.expected ?? 1);
  return {
    ...answer,
    attention: answer.attention.map((one) => ({
      ...one,
      weights: came(one.node) ? one.weights : null,
      scores: came(one.source) ? one.scores : null,
    })),
    stages: answer.stages.map((stage) =>
      came(stage.node) ? stage : { ...stage, grads: null, sizes: null, shares: null, dots: null },
    ),
  };
}
