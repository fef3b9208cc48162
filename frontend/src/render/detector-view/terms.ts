/** The terms of a detector's loss, cell by cell, and the loss that they add up to. Pure. */
import { toNumber } from "../../store/reduce";
import { mono, sans, type Item } from "../display";
import { short, UNKNOWN } from "../format";
import { appears, during } from "../motion";
import { cameBack } from "./acts";
import { titlesOf } from "./places";
import type { Cell, DetectorInput } from "./scene";

const NAMES = ["box", "objectness", "class"] as const;

/** What a term shows: what each cell costs; on the way back the size of its gradient. */
function shownOf(input: DetectorInput, k: number): { back: boolean; numbers: number[]; most: number } {
  const term = input.found?.terms[k];
  const back = input.phase !== "forward" && (term?.slopes.length ?? 0) > 0 && returned(input, k);
  const numbers = (back ? term?.slopes : term?.cells)?.map((x) => toNumber(x) ?? NaN) ?? [];
  return { back, numbers, most: Math.max(0, ...numbers.filter(Number.isFinite)) };
}

/** Titles and numbers of the terms: nothing that moves lies over them. */
export function termTexts(input: DetectorInput): Item[] {
  const { places, found, theme, words, measure, act, t } = input;
  const size = places.text;
  return NAMES.flatMap((name, k): Item[] => {
    const box = places.terms[k];
    if (!box) return [];
    const { back, most } = shownOf(input, k);
    const total = summed(input, k) ? toNumber(found?.terms[k]?.total ?? null) : null;
    const told = act?.kind === "sum" && act.term === k && !back ? appears(t, 0.74) : 1;
    const title = words.terms[name];
    const at = titlesOf(places, k);
    return [
      { kind: "text", ...at.title, text: title, font: sans(size, 600), fill: theme.text, halo: theme.stage },
      {
        kind: "text",
        ...at.number,
        x: places.narrow ? box.x + measure(title, sans(size, 600)) + 5 : at.number.x,
        text:
          back && (places.narrow || places.aside)
            ? `≤ ${short(most)}`
            : back
              ? `|∇z| ≤ ${short(most)}`
              : total === null
                ? UNKNOWN
                : short(total),
        font: mono(Math.max(places.least, size * 0.95), back ? 500 : 600),
        fill: back ? theme.phase.backward : theme.text2,
        halo: theme.stage,
        opacity: told,
        number: true,
      },
    ];
  });
}

/** Each term as a grid of its own. */
export function termItems(input: DetectorInput): Item[] {
  const { places, cells, theme, cell, pointed, t } = input;
  return NAMES.flatMap((_, k): Item[] => {
    const box = places.terms[k];
    if (!box) return [];
    const { back, numbers, most } = shownOf(input, k);
    const came = comes(input, k) ? during(t, [0.62, 0.95]) : 1;
    const ring = (on: Cell | null, width: number): Item[] =>
      on
        ? [
            {
              kind: "rect",
              x: box.x + (on.column * box.w) / cells,
              y: box.y + (on.row * box.h) / cells,
              w: box.w / cells,
              h: box.h / cells,
              stroke: theme.focus,
              width,
            },
          ]
        : [];
    return [
      { kind: "rect", ...box, r: 3, fill: numbers.length > 0 ? theme.zero : theme.sunken },
      ...(numbers.length > 0 && most > 0
        ? [
            {
              kind: "cells" as const,
              ...box,
              numbers,
              columns: cells,
              most,
              opacity: came,
              palette: back
                ? ([theme.negative, theme.zero, theme.phase.backward, theme.warn] as const)
                : ([theme.negative, theme.zero, theme.positive, theme.warn] as const),
            },
          ]
        : []),
      {
        kind: "rect",
        ...box,
        r: 3,
        stroke: back ? theme.phase.backward : theme.border,
        width: 1,
      },
      ...ring(pointed, 1),
      ...ring(cell, 2),
    ];
  });
}

/** Whether the gradient of a term has come to the cells: of a scene by itself it always has. */
function returned({ found, graph, frame }: DetectorInput, term: number): boolean {
  if (!found || found.picture !== "batch" || !graph || !frame) return true;
  const terms = found.terms.map(({ node }) => node);
  return frame.header.phase !== "backward" || cameBack(graph, terms, term, frame.header.step.index);
}

/** Whether the cells of a term come with this step. */
function comes({ act, phase }: DetectorInput, term: number): boolean {
  if (act?.kind !== "between" || act.term !== term) return false;
  return phase === "backward" ? act.to === 0 : act.to === 1;
}

/** Whether what the cells of a term cost has been added up: of a scene by itself it always has. */
function summed({ found, graph, frame }: DetectorInput, term: number): boolean {
  if (!found || found.picture !== "batch" || !graph || !frame) return true;
  const name = found.terms[term]?.node;
  const cells = graph.nodes.find((node) => node.name === name || node.label === name)?.index;
  const sum = graph.edges.find(({ source }) => source === cells)?.target;
  const at = graph.steps.find(({ kind, node }) => kind === "forward" && node === sum)?.index ?? 0;
  return frame.header.step.index >= at;
}

/** The loss of the batch, and on the way back the 1 that it begins with. */
export function lossItems({
  places,
  frame,
  graph,
  theme,
  words,
  act,
  t,
  measure,
  found,
}: DetectorInput): Item[] {
  if (!frame || found?.picture !== "batch") return [];
  const { loss } = frame.header;
  const size = places.text;
  const root = graph?.nodes.find((node) => node.loss);
  const grad = root ? frame.grad(root.index)?.data?.[0] : undefined;
  const made = act?.kind === "whole" && frame.header.phase === "forward" && loss !== null;
  const number = short(toNumber(loss));
  const wide = measure(words.whole, sans(size, 600)) + size * 0.5;
  return [
    {
      kind: "text",
      ...places.loss,
      text: words.whole,
      font: sans(size, 600),
      fill: theme.text,
      halo: theme.stage,
    },
    {
      kind: "text",
      x: places.loss.x + wide,
      y: places.loss.y,
      text: loss === null ? UNKNOWN : number,
      font: mono(Math.max(places.least, size * 0.95), 600),
      fill: theme.text2,
      opacity: made ? appears(t, 0.74) : 1,
      number: true,
    },
    ...(grad === undefined || places.narrow
      ? []
      : [
          {
            kind: "text" as const,
            x: places.loss.x,
            y: places.loss.y + size * 1.35,
            text: `∂L/∂L ${short(grad)}`,
            font: mono(Math.max(places.least, size * 0.88), 500),
            fill: theme.phase.backward,
            opacity: act?.kind === "seed" ? appears(t, 0.74) : 1,
            number: true,
          },
        ]),
  ];
}
