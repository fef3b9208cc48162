// The question that lies at hand: about the number that waits for a guess, or is open, or selected, or comes next.
import { m } from "../../i18n/paraglide/messages.js";
import type { QuestionKind } from "../../store/room";
import type { GraphNode } from "../../store/types";
import type { Page } from "../model/page.svelte";

/** A question before it is put. Without a node it is about what the session withholds, or has its own choices. */
export interface Draft {
  kind: QuestionKind;
  text: string;
  choices: string[];
  correct: number | null;
  node: string | null;
  what: "value" | "grad";
  index: number[];
  /** What it asks for, as it is written: ∂L/∂w. */
  of: string;
  /** Whether everyone can read the answer off the picture already. */
  seen: boolean;
}

interface Subject {
  node: GraphNode;
  what: "value" | "grad";
  index: number[];
}

export function draftOf(page: Page): Draft {
  const found = page.withheld ? withheld(page) : subject(page);
  const of = found ? symbolOf(found) : "";
  const hidden = page.withheld && found !== null;
  return {
    ...asked("number", of),
    choices: [],
    correct: null,
    node: hidden || !found ? null : found.node.name,
    what: found?.what ?? "grad",
    index: hidden ? [] : (found?.index ?? []),
    of,
    seen: !hidden && found !== null && known(page, found),
  };
}

/** The same question in another form; a text that was typed stays. */
export function asKind(draft: Draft, kind: QuestionKind): Draft {
  const typed = draft.text !== asked(draft.kind, draft.of).text;
  const choices =
    kind === "choice" && draft.choices.length === 0
      ? [m.room_choice_falls(), m.room_choice_rises(), m.room_choice_stays()]
      : draft.choices;
  return { ...draft, ...(typed ? { kind } : asked(kind, draft.of)), choices };
}

function asked(kind: QuestionKind, of: string): { kind: QuestionKind; text: string } {
  if (!of || kind === "choice") return { kind, text: m.room_ask_loss() };
  return { kind, text: kind === "sign" ? m.room_ask_sign({ of }) : m.room_ask_number({ of }) };
}

function withheld(page: Page): Subject | null {
  const edge = typeof page.step?.edge === "number" ? page.edge(page.step.edge) : null;
  const node = edge ? page.node(edge.source) : page.loss;
  return node && { node, what: "grad", index: [] };
}

function subject(page: Page): Subject | null {
  const open = page.trail.at(-1);
  const explained = open && page.named(open.name);
  if (explained && (open.what === "value" || open.what === "grad"))
    return { node: explained, what: open.what, index: open.index };
  const { selected } = page;
  if (selected) {
    const node = selected.kind === "edge" ? page.node(selected.edge.source) : selected.node;
    if (node) return { node, what: whatOf(node), index: first(node) };
  }
  // Nothing chosen: the gradient of a parameter that the backward pass has yet to reach.
  const waiting = page.nodes.filter(({ kind }) => kind === "parameter");
  const node = waiting.find(({ index }) => !page.frame?.grad(index)) ?? waiting[0];
  return node ? { node, what: "grad", index: first(node) } : null;
}

function whatOf(node: GraphNode): "value" | "grad" {
  return node.requires_grad ? "grad" : "value";
}

/** One number of a tensor: the first. */
function first(node: GraphNode): number[] {
  return node.shape.map(() => 0);
}

function known(page: Page, { node, what }: Subject): boolean {
  return Boolean(what === "grad" ? page.frame?.grad(node.index) : page.frame?.value(node.index));
}

function symbolOf({ node, what, index }: Subject): string {
  const at = index.length > 0 && node.shape.some((extent) => extent > 1) ? `[${index.join(", ")}]` : "";
  const name = `${node.label || node.name}${at}`;
  return what === "grad" ? `∂L/∂${name}` : name;
}
