/**
 * The view of text as a pure function of (parts, places, frame, answer, t, view, theme): `base` does not depend on t,
 * `moving` lies over it. Above the line what the chosen token looks at; below it where its own loss comes back to.
 */
import type { Box } from "../../layout/types";
import type { FrameView, Graph, GraphText, TokenResult } from "../../store/types";
import type { TokenChoice } from "../../store/view";
import { mono, sans, type DisplayList, type Item, type Measure } from "../display";
import { short, UNKNOWN } from "../format";
import { during } from "../motion";
import type { Theme } from "../theme";
import type { WholeScene } from "../whole-picture";
import { columnX, matrixCell, type TextPart, type TextPlaces, type TextSpot } from "./arrangement";
import { arcItems, headColor, lookItems, pullItems } from "./bars";
import { nextItems } from "./next";
import { COVERED, matrixOf, stageCells, tokensOf, visible } from "./parts";

export interface TextWords {
  readonly attention: string;
  readonly gradient: string;
  readonly block: string;
  readonly embeddings: string;
  readonly masked: string;
  readonly next: string;
  readonly loss: string;
  /** A share, in the reader's language. */
  percent(share: number): string;
  readonly stages: readonly string[];
  readonly blocks: readonly string[];
  readonly heads: readonly string[];
}

export interface TextView {
  /** The row of the batch that is shown. */
  readonly sample: number;
  readonly chosen: TokenChoice;
  readonly pointed: TextSpot | null;
  /** The chosen token by itself, at this cursor; null: not known yet. */
  readonly traced: TokenResult | null;
  readonly causal: boolean;
  /** It trains flat out: nobody looks at one step, and nothing is asked about one token. */
  readonly passing: boolean;
  /** Meanwhile: a text that stays, and how probable each token is after it. */
  readonly written: { readonly text: string; readonly probabilities: readonly unknown[] } | null;
  readonly words: TextWords;
}

export interface TextInput {
  readonly graph: Graph;
  readonly text: GraphText;
  readonly places: TextPlaces;
  readonly frame: FrameView;
  readonly view: TextView;
  readonly theme: Theme;
  readonly measure: Measure;
}

export function textScene(input: TextInput): WholeScene {
  const active = input.view.passing ? null : activePart(input);
  const is = (part: TextPart, which = 0) => active?.part === part && active.which === which;
  const part = (t: number) => [
    ...(is("tokens") ? [faded(tokenItems(input), t)] : []),
    ...input.places.stages.flatMap((box, k) => (is("stage", k) ? [faded(stageItems(input, box, k), t)] : [])),
    ...input.places.matrices.flatMap((heads, block) =>
      is("matrix", block)
        ? [
            faded(
              heads.flatMap((box, head) => matrixItems(input, box, block, head)),
              t,
            ),
          ]
        : [],
    ),
    ...(is("next") ? [faded(nextItems(input), t)] : []),
  ];
  return {
    base: [
      ...bandItems(input),
      ...arcItems(input),
      ...lookItems(input),
      ...pullItems(input),
      ...marginItems(input),
      ...(is("tokens") ? [] : tokenItems(input)),
      ...input.places.stages.flatMap((box, k) => (is("stage", k) ? [] : stageItems(input, box, k))),
      ...input.places.matrices.flatMap((heads, block) =>
        is("matrix", block) ? [] : heads.flatMap((box, head) => matrixItems(input, box, block, head)),
      ),
      ...(is("next") ? [] : nextItems(input)),
    ],
    moving(t) {
      return [...part(t), ...activeItems(input, active), ...pointedItems(input)];
    },
  };
}

export function textList(input: TextInput, t: number): DisplayList {
  const { base, moving } = textScene(input);
  return [...base, ...moving(t)];
}

function faded(items: readonly Item[], t: number): Item {
  return { kind: "group", items, opacity: 0.15 + 0.85 * during(t, [0.05, 0.7]) };
}

/** The part whose numbers this step makes. */
export function activePart({
  graph,
  text,
  frame,
}: Pick<TextInput, "graph" | "text" | "frame">): { part: TextPart; which: number } | null {
  const { step } = frame.header;
  if (step.kind === "load") return { part: "tokens", which: 0 };
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  const node = graph.nodes[edge?.source ?? step.node ?? -1];
  if (!node) return null;
  const [first = "", second = ""] = node.scope.split(".");
  const stage = text.stages.indexOf(node.index);
  if (stage >= 0) return { part: "stage", which: stage };
  const block = text.attention.findIndex((at) => graph.nodes[at]?.scope.split(".")[0] === first);
  if (block >= 0) return second ? { part: "matrix", which: block } : { part: "stage", which: block + 1 };
  const embedded = graph.nodes[text.stages[0] ?? -1];
  return embedded && node.index < embedded.index && ["token", "position"].includes(first)
    ? { part: "stage", which: 0 }
    : { part: "next", which: 0 };
}

/** The chosen token from the text down to the scores. */
function bandItems({ places, view, theme, frame }: TextInput): Item[] {
  const x = columnX(places, view.chosen.position) - places.column / 2;
  const last = places.stages.at(-1) ?? places.pulls;
  const y = places.tokens.y - 3;
  return [
    {
      kind: "rect",
      x,
      y,
      w: places.column,
      h: last.y + last.h + 4 - y,
      r: 6,
      fill: theme.phaseFaint[frame.header.phase],
    },
  ];
}

function tokenItems({ graph, text, places, frame, view, theme }: TextInput): Item[] {
  const { tokens } = tokensOf(graph, text, frame, view.sample);
  const { position } = view.chosen;
  const box = places.tokens;
  const size = Math.min(places.text * 1.35, places.column * 0.62);
  return Array.from({ length: text.context }, (_, k): Item[] => {
    const token = tokens?.[k];
    const cell = { x: box.x + k * places.column + 1.5, y: box.y, w: places.column - 3, h: box.h };
    const later = view.causal && k > position;
    return [
      {
        kind: "rect",
        ...cell,
        r: 5,
        fill: tokens ? theme.card : theme.sunken,
        stroke: k === position ? theme.focus : theme.border,
        width: k === position ? 2 : 1,
        opacity: later ? 0.55 : 1,
      },
      {
        kind: "text",
        x: cell.x + cell.w / 2,
        y: cell.y + cell.h / 2 + size * 0.34,
        text: token === undefined ? UNKNOWN : visible(text.characters[token] ?? ""),
        font: mono(size, k === position ? 700 : 600),
        fill: token === undefined || later ? theme.text3 : theme.text,
        align: "middle",
        opacity: later ? 0.7 : 1,
      },
    ];
  }).flat();
}

/** What each row is, on its left. */
function marginItems(input: TextInput): Item[] {
  const { places, theme, view, frame } = input;
  const { words } = view;
  const size = places.text;
  if (places.margin === 0)
    return [
      label(
        places.looks.x,
        places.arcs.y + size * 0.8,
        words.attention,
        size * 0.95,
        theme.phase.forward,
        theme,
      ),
      label(
        places.pulls.x,
        places.pulls.y + places.pulls.h,
        words.gradient,
        size * 0.95,
        theme.phase.backward,
        theme,
      ),
    ];
  const x = places.tokens.x - size * 0.9;
  const two = (y: number, first: string, second: string, color: string): Item[] => [
    { ...label(x, y, first, size, color, theme), align: "end" },
    { ...label(x, y + size * 1.25, second, size * 0.88, theme.text3, theme), align: "end" },
  ];
  const axis = places.looks.y + places.looks.h;
  return [
    ...two(axis - size * 2.3, words.attention, words.block, theme.phase.forward),
    ...two(axis + size * 1.5, words.gradient, words.embeddings, theme.phase.backward),
    ...places.stages.flatMap((box, k) => {
      const { what, data } = stageCells(input.graph, input.text, frame, view.traced, k, view.passing);
      const color = what === "grad" ? theme.phase.backward : theme.text2;
      const told = data ? `±${short(mostOf(data))}` : UNKNOWN;
      const middle = box.y + box.h / 2;
      // In a low row only its name has room.
      if (box.h < size * 2.1)
        return [
          {
            ...label(x, middle + size * 0.35, words.stages[k] ?? "", size, color, theme),
            align: "end" as const,
          },
        ];
      return two(middle - size * 0.1, words.stages[k] ?? "", told, color);
    }),
  ];
}

function label(x: number, y: number, text: string, size: number, fill: string, theme: Theme) {
  return { kind: "text" as const, x, y, text, font: sans(size, 600), fill, halo: theme.stage };
}

function stageItems({ graph, text, places, frame, view, theme }: TextInput, box: Box, stage: number): Item[] {
  const { data } = stageCells(graph, text, frame, view.traced, stage, view.passing);
  const width = places.shape.width;
  const most = data ? mostOf(data) : 0;
  return Array.from({ length: text.context }, (_, k): Item[] => {
    const cell = { x: box.x + k * places.column + 1.5, y: box.y, w: places.column - 3, h: box.h };
    const edge: Item = { kind: "rect", ...cell, r: 2, stroke: theme.border, width: 1 };
    if (!data) return [{ ...edge, fill: theme.sunken }];
    const row = cell.h / width;
    const items: Item[] = [{ kind: "rect", ...cell, r: 2, fill: theme.card }];
    for (let c = 0; c < width; c++) {
      const x = data[k * width + c] ?? 0;
      if (x !== 0)
        items.push({
          kind: "rect",
          x: cell.x,
          y: cell.y + c * row,
          w: cell.w,
          h: row,
          ...shade(x, most, theme),
        });
    }
    return [...items, edge];
  }).flat();
}

function shade(x: number, most: number, theme: Theme): { fill: string; opacity: number } {
  if (!Number.isFinite(x)) return { fill: theme.warn, opacity: 1 };
  return {
    fill: x > 0 ? theme.positive : theme.negative,
    opacity: 0.06 + 0.94 * Math.min(1, Math.abs(x) / most),
  };
}

const SYMBOLS = { weights: "", scores: "S", "by weights": "∂L/∂A", "by scores": "∂L/∂S" } as const;

function matrixItems(input: TextInput, box: Box, block: number, head: number): Item[] {
  const { graph, text, places, frame, view, theme, measure } = input;
  const { what, data } = matrixOf(graph, text, frame, view.traced, block);
  const { context } = text;
  const size = places.text;
  const chosen = view.chosen.block === block;
  const [full, small] = [view.words.heads[head] ?? "", sans(size * 0.88, 500)];
  const each = context * context;
  // What is covered is left blank.
  const open = (x: number) => (what === "scores" && x <= COVERED ? 0 : x);
  const numbers = data ? Array.from({ length: each }, (_, k) => open(data[head * each + k] ?? 0)) : null;
  const most = numbers ? mostOf(numbers) : 0;
  const row = matrixCell(box, context, view.chosen.position, 0);
  const last = places.matrices[block]?.at(-1) ?? box;
  const all = [SYMBOLS[what], view.words.blocks[block]].filter(Boolean);
  const fits = (text: string) => measure(text, sans(size, 600)) < last.x + last.w - box.x + size * 0.5;
  // Where there is little room the colour says that it is a gradient.
  const name = head > 0 ? "" : ([all.join("  "), all.at(-1) ?? ""].find(fits) ?? SYMBOLS[what]);
  return [
    {
      kind: "text",
      x: box.x,
      y: box.y - size * 1.75,
      text: name,
      font: sans(size, 600),
      fill:
        what === "weights" || what === "scores"
          ? chosen
            ? theme.phase.forward
            : theme.text2
          : theme.phase.backward,
    },
    {
      kind: "rect",
      x: box.x,
      y: box.y - size * 1.2,
      w: size * 0.62,
      h: size * 0.62,
      r: 2,
      fill: headColor(theme, head),
    },
    {
      kind: "text",
      x: box.x + size,
      y: box.y - size * 0.56,
      text: measure(full, small) < box.w - size * 0.4 ? full : String(head + 1),
      font: small,
      fill: theme.text3,
    },
    { kind: "rect", ...box, r: 2, fill: numbers ? theme.card : theme.sunken },
    ...(numbers ? [cells(box, numbers, context, most, theme)] : []),
    { kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 },
    ...(numbers && box.w > 30
      ? [
          {
            kind: "rect" as const,
            ...row,
            w: box.w,
            stroke: chosen ? theme.focus : theme.text3,
            width: chosen ? 1.75 : 1,
          },
        ]
      : []),
  ];
}

function cells(box: Box, numbers: readonly number[], columns: number, most: number, theme: Theme): Item {
  return {
    kind: "cells",
    ...box,
    numbers,
    columns,
    most,
    palette: [theme.negative, theme.card, theme.positive, theme.warn],
  };
}

export function mostOf(data: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < data.length; k++) {
    const x = Math.abs(data[k] ?? 0);
    if (Number.isFinite(x)) most = Math.max(most, x);
  }
  return most;
}

/** The box of a part. */
export function boxOf(places: TextPlaces, part: TextPart, which = 0): Box | null {
  if (part === "stage") return places.stages[which] ?? null;
  if (part === "matrix") {
    const heads = places.matrices[which] ?? [];
    const [first, last] = [heads[0], heads.at(-1)];
    return first && last ? { ...first, w: last.x + last.w - first.x, h: last.y + last.h - first.y } : null;
  }
  if (part === "next") return places.rows > 0 ? places.next : null;
  return places[part];
}

/** What the step makes stands in the colour of the phase, with its direction: down to the scores, or back up. */
function activeItems(
  { places, theme, frame }: TextInput,
  active: { part: TextPart; which: number } | null,
): Item[] {
  const box = active && boxOf(places, active.part, active.which);
  if (!box) return [];
  const { phase } = frame.header;
  const { x, y, w, h } = box;
  const way = phase === "backward" ? -1 : 1;
  const [tipX, tipY] = [x + w + 12, y + h / 2];
  return [
    { kind: "rect", x: x - 4, y: y - 4, w: w + 8, h: h + 8, r: 7, stroke: theme.phase[phase], width: 2 },
    ...(phase === "update" || active.part === "next"
      ? []
      : [
          {
            kind: "path" as const,
            d: [
              ["M", tipX - 5, tipY - way * 3],
              ["L", tipX, tipY + way * 3],
              ["L", tipX + 5, tipY - way * 3],
              ["Z"],
            ] as const,
            fill: theme.phase[phase],
          },
        ]),
  ];
}

function pointedItems({ places, view, theme, text }: TextInput): Item[] {
  const { pointed } = view;
  if (!pointed) return [];
  const { part, which, head, row, column } = pointed;
  const outline = (box: Box, r = 3): Item => ({ kind: "rect", ...box, r, stroke: theme.text, width: 1.5 });
  if (part === "matrix") {
    const box = places.matrices[which]?.[head];
    return box ? [outline(matrixCell(box, text.context, row, column), 1)] : [];
  }
  if (part === "next") {
    const { next, rows } = places;
    const h = next.h / rows;
    return [outline({ x: next.x - 2, y: next.y + row * h, w: next.w + 2, h })];
  }
  const box = boxOf(places, part, which);
  return box ? [outline({ ...box, x: box.x + column * places.column, w: places.column })] : [];
}
