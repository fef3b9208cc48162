/**
 * The view of a network on images as a pure function of (stages, places, frame, t, view, theme): `base` does not depend
 * on t, `moving` lies over it. Tiles are images of one sample: values forward, gradients from then on.
 */
import type { Box } from "../../layout/types";
import type { FrameView, Graph, Source, TensorView } from "../../store/types";
import { mono, sans, type DisplayList, type Item, type Measure } from "../display";
import { textColor } from "../encode";
import { short, UNKNOWN } from "../format";
import { during } from "../motion";
import { toneOf } from "../reading";
import type { Theme } from "../theme";
import { cellBox, scoreParts, type Arrangement, type ImageSpot } from "./arrangement";
import { litBy, type Lit } from "./lit";
import { shareItems, useItems, useLink, type Uses } from "./uses";
import { shownIn, type Shown, type Stage } from "./stages";

export interface ImageWords {
  readonly image: string;
  readonly filters: string;
  readonly scores: string;
  readonly loss: string;
}

export interface ImageView {
  /** The row of the batch that is shown. */
  readonly sample: number;
  readonly pointed: ImageSpot | null;
  /** The number that is explained: its places are lit. */
  readonly source: Source | null;
  /** Where that was used, if it is the gradient of a filter's weight. */
  readonly uses: Uses | null;
}

export interface ImageInput {
  readonly graph: Graph;
  readonly stages: readonly Stage[];
  readonly places: Arrangement;
  readonly frame: FrameView;
  readonly view: ImageView;
  readonly theme: Theme;
  readonly words: ImageWords;
  readonly measure: Measure;
}

export interface ImageScene {
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}

export function imageScene(input: ImageInput): ImageScene {
  const { stages, frame, graph, view, places } = input;
  const shown = stages.map((stage) => shownIn(stage, frame));
  const active = activeStage(stages, graph, frame);
  const lit = view.source ? litBy(graph, stages, view.source, view.sample) : [];
  const near = new Set(lit.map(({ stage }) => stage));
  const most = stages.map((_, at) => largest(shown[at]?.tensor ?? null));
  const column = (at: number, t: number) => stageItems(input, at, shown[at], most[at] ?? 0, lit, near, t);
  return {
    base: [
      ...stripItems(input),
      ...linkItems(input, lit),
      ...places.columns.flatMap(({ stage }) => [
        ...titleItems(input, stage, shown[stage], most[stage] ?? 0, stage === active),
        ...(stage === active ? [] : column(stage, 1)),
      ]),
      ...lossItems(input),
    ],
    moving(t) {
      return [
        ...(active === null ? [] : [...column(active, t), ...activeItems(input, active)]),
        ...litItems(input, lit),
        ...walkItems(input, lit),
        ...pointedItems(input),
      ];
    },
  };
}

export function imageList(input: ImageInput, t: number): DisplayList {
  const { base, moving } = imageScene(input);
  return [...base, ...moving(t)];
}

/** The stage whose numbers this step makes. */
export function activeStage(stages: readonly Stage[], graph: Graph, frame: FrameView): number | null {
  const { step } = frame.header;
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  const node = step.kind === "load" ? stages[0]?.nodes[0] : (edge?.source ?? step.node);
  const at = stages.findIndex(
    ({ nodes, also }) => node !== null && node !== undefined && [...nodes, ...also].includes(node),
  );
  return at < 0 ? null : at;
}

function largest(tensor: TensorView | null): number {
  let most = 0;
  for (const x of tensor?.data ?? []) if (Number.isFinite(x)) most = Math.max(most, Math.abs(x));
  return most;
}

function fillOf(
  x: number,
  most: number,
  theme: Theme,
  ink: boolean,
): { fill: string; opacity: number } | null {
  if (ink) return x > 0 ? { fill: theme.text, opacity: Math.min(1, x) } : null;
  const tone = toneOf(x, true);
  if (tone === "odd") return { fill: theme.warn, opacity: 1 };
  if (x === 0 || most === 0) return null;
  return {
    fill: tone === "positive" ? theme.positive : theme.negative,
    opacity: 0.1 + 0.9 * Math.min(1, Math.abs(x) / most),
  };
}

/** A tile of numbers from a place of a tensor on. */
function tileItems(
  box: Box,
  stage: Pick<Stage, "rows" | "columns">,
  data: ArrayLike<number>,
  from: number,
  most: number,
  { theme }: ImageInput,
  ink: boolean,
): Item[] {
  const items: Item[] = [{ kind: "rect", ...box, fill: ink ? theme.card : theme.zero, r: 2 }];
  const [w, h] = [box.w / stage.columns, box.h / stage.rows];
  for (let row = 0; row < stage.rows; row++)
    for (let column = 0; column < stage.columns; column++) {
      const painted = fillOf(data[from + row * stage.columns + column] ?? 0, most, theme, ink);
      if (painted) items.push({ kind: "rect", x: box.x + column * w, y: box.y + row * h, w, h, ...painted });
    }
  items.push({ kind: "rect", ...box, r: 2, stroke: theme.border, width: 1 });
  return items;
}

function stageItems(
  input: ImageInput,
  at: number,
  shown: Shown | undefined,
  most: number,
  lit: readonly Lit[],
  near: ReadonlySet<number>,
  t: number,
): Item[] {
  const { stages, places, frame, theme } = input;
  const [stage, column] = [stages[at], places.columns[at]];
  if (!stage || !column || !shown) return [];
  const data = shown.tensor?.data ?? null;
  const { phase } = frame.header;
  if (stage.kind === "scores") return scoreItems(input, at, shown, most);
  const each = stage.rows * stage.columns;
  const ink = stage.kind === "image" && shown.what === "value";
  // What belongs to another phase steps back, and what a lit number has nothing to do with.
  const aside =
    phase !== "forward" &&
    shown.what === "value" &&
    !ink &&
    !(stage.kind === "filters" && phase === "update");
  const change = stage.kind === "filters" ? (frame.change(shown.node)?.data ?? null) : null;
  const moved = change && shown.what === "value" && phase === "update";
  // Each filter moves in its own step, and stays where it has come to.
  const share = frame.header.step.node === shown.node ? during(t, [0.25, 0.8]) : 1;
  return column.tiles.flatMap((tile, channel): Item[] => {
    if (!data) return [{ kind: "rect", ...tile, r: 2, fill: theme.sunken, stroke: theme.border, width: 1 }];
    const apart =
      near.size > 0 && !lit.some((one) => one.stage === at && (one.channel ?? channel) === channel);
    const from = channel * each;
    const before = moved
      ? Array.from({ length: each }, (_, k) => (data[from + k] ?? 0) - (change[from + k] ?? 0))
      : null;
    const now = before ? before.map((x, k) => x + (change?.[from + k] ?? 0) * share) : null;
    const ghost =
      before && tile.w > 14
        ? tileItems({ ...tile, x: tile.x - 4, y: tile.y - 4 }, stage, before, 0, most, input, ink)
        : [];
    const items = now
      ? tileItems(tile, stage, now, 0, most, input, ink)
      : tileItems(tile, stage, data, from, most, input, ink);
    const opacity = (aside ? 0.34 : 1) * (apart ? 0.3 : 1) * (before ? 1 : during(t, [0.05, 0.7]));
    return [
      { kind: "group", items: ghost, opacity: 0.35 },
      { kind: "group", items, opacity },
    ];
  });
}

/** A row for each class: its number as text, and as a bar from the middle. */
function scoreItems(input: ImageInput, at: number, shown: Shown, most: number): Item[] {
  const { places, theme, frame } = input;
  const column = places.columns[at];
  const data = shown.tensor?.data ?? null;
  const right = targetOf(input);
  let said = -1;
  if (shown.what === "value" && data) said = data.indexOf(Math.max(...data));
  return (column?.tiles ?? []).flatMap((tile, k): Item[] => {
    const x = data?.[k] ?? null;
    const { size, bar, right: end } = scoreParts(tile, places.text);
    const tone = x === null ? "unknown" : toneOf(x, true);
    const label: Item = {
      kind: "text",
      x: tile.x + size * 0.5,
      y: tile.y + tile.h / 2 + size * 0.36,
      text: String(k),
      font: mono(size, k === right ? 700 : 500),
      fill: k === right ? theme.text : theme.text3,
      align: "middle",
    };
    const mark: Item[] =
      k === right
        ? [
            {
              kind: "rect",
              x: tile.x - 1,
              y: tile.y,
              w: size * 1.3,
              h: tile.h,
              r: 3,
              stroke: theme.text,
              width: 1.25,
            },
          ]
        : [];
    const back: Item = {
      kind: "rect",
      x: bar.left,
      y: tile.y + 1,
      w: bar.w,
      h: tile.h - 2,
      r: 2,
      fill: theme.zero,
      opacity: 0.6,
    };
    if (x === null) return [...mark, label, back];
    const painted = fillOf(x, most, theme, false);
    const length = most > 0 && Number.isFinite(x) ? (bar.w * Math.abs(x)) / most : 0;
    return [
      ...mark,
      label,
      back,
      ...(painted
        ? [
            {
              kind: "rect" as const,
              x: bar.left,
              y: tile.y + 1,
              w: length,
              h: tile.h - 2,
              r: 2,
              fill: painted.fill,
              opacity: 0.7,
            },
          ]
        : []),
      {
        kind: "text",
        x: end,
        y: tile.y + tile.h / 2 + size * 0.34,
        text: short(x),
        font: mono(places.text >= 24 ? size : size * 0.92, k === said ? 700 : 500),
        fill: textColor(tone, theme),
        align: "end",
        number: true,
        opacity: frame.header.phase !== "forward" && shown.what === "value" ? 0.6 : 1,
      },
    ];
  });
}

/** The class of the sample that is shown; −1 where it is not known. */
export function targetOf({ graph, frame, view }: Pick<ImageInput, "graph" | "frame" | "view">): number {
  const target = graph.nodes.find(({ kind }) => kind === "target");
  return (target && frame.value(target.index)?.data?.[view.sample]) ?? -1;
}

/** Of its size, that of a number which is set smaller to fit. */
const LEAST = 0.88;

function titleItems(
  input: ImageInput,
  at: number,
  shown: Shown | undefined,
  most: number,
  active: boolean,
): Item[] {
  const { stages, places, theme, graph, frame, words, measure } = input;
  const [stage, column] = [stages[at], places.columns[at]];
  if (!stage || !column || !shown) return [];
  const label = graph.nodes[shown.node]?.label ?? "";
  const name =
    stage.kind === "image"
      ? words.image
      : stage.kind === "filters"
        ? words.filters
        : stage.kind === "scores"
          ? words.scores
          : label;
  const ink = stage.kind === "image" && shown.what === "value";
  const symbol = stage.kind === "filters" ? "W" : label;
  // Over a narrow column rather a shorter name than a small one.
  const names = shown.what === "grad" ? [`∂L/∂${symbol}`, `∂${symbol}`] : [name, symbol];
  const { phase } = frame.header;
  const font = shown.what === "grad" || stage.kind === "maps" || stage.kind === "pooled" ? mono : sans;
  // Within the column and its share of the gaps beside it.
  const room = column.box.w + Math.max(8, places.gap - 10);
  const fitting = (text: string, most: number, of: typeof mono) =>
    Math.min(most, (most * room) / Math.max(1, measure(text, of(most, 600))));
  const told =
    names.find((text) => fitting(text, places.text, font) >= LEAST * places.text) ?? names[1] ?? name;
  const size = fitting(told, places.text, font);
  const large = places.text >= 24;
  const ranges = !shown.tensor
    ? [UNKNOWN]
    : ink
      ? ["0 … 1"]
      : [short(most), ...[3, 2, 1].map((digits) => short(Number(most.toPrecision(digits))))].map(
          (x) => `±${x}`,
        );
  // Rather fewer digits than small ones, and none where even those have no room.
  const full = large ? places.text : places.text * 0.82;
  const range = ranges.find((text) => fitting(text, full, mono) >= (large ? 1 : LEAST) * full);
  return [
    {
      kind: "text",
      ...column.title,
      text: told,
      font: font(size, active ? 700 : 600),
      fill: active ? theme.phase[phase] : shown.what === "grad" ? theme.phase.backward : theme.text2,
      align: "middle",
    },
    ...(range === undefined
      ? []
      : [
          {
            kind: "text" as const,
            x: column.title.x,
            y: column.title.y + places.text * 1.15,
            text: range,
            font: mono(fitting(range, full, mono)),
            fill: theme.text3,
            align: "middle" as const,
            number: true,
          },
        ]),
  ];
}

/** The step's stage stands in the colour of the phase, with its direction. */
function activeItems({ places, theme, frame }: ImageInput, at: number): Item[] {
  const column = places.columns[at];
  if (!column) return [];
  const { x, y, w, h } = column.box;
  const { phase } = frame.header;
  const tip = phase === "backward" ? [x - 10, -1] : [x - 10, 1];
  const middle = y + h / 2;
  const [from = 0, way = 1] = tip;
  return [
    { kind: "rect", x: x - 5, y: y - 5, w: w + 10, h: h + 10, r: 7, stroke: theme.phase[phase], width: 2 },
    ...(phase === "update"
      ? []
      : [
          {
            kind: "path" as const,
            d: [
              ["M", from - way * 3, middle - 5],
              ["L", from + way * 3, middle],
              ["L", from - way * 3, middle + 5],
              ["Z"],
            ] as const,
            fill: theme.phase[phase],
          },
        ]),
  ];
}

function stripItems(input: ImageInput): Item[] {
  const { places, frame, stages, view, theme } = input;
  const [image] = stages;
  const data = image ? (frame.value(image.nodes[0] ?? 0)?.data ?? null) : null;
  if (!image) return [];
  const each = image.rows * image.columns;
  const count = data ? data.length / (each * image.channels) : 0;
  return places.strip.flatMap((box, k): Item[] => {
    if (!data) return [{ kind: "rect", ...box, r: 2, fill: theme.sunken, stroke: theme.border, width: 1 }];
    if (k >= count) return [];
    const items = tileItems(box, image, data, k * each * image.channels, 1, input, true);
    return k === Math.min(view.sample, count - 1)
      ? [
          ...items,
          {
            kind: "rect",
            x: box.x - 2,
            y: box.y - 2,
            w: box.w + 4,
            h: box.h + 4,
            r: 4,
            stroke: theme.focus,
            width: 2,
          },
        ]
      : items;
  });
}

function lossItems({ places, frame, graph, theme, words, measure }: ImageInput): Item[] {
  const column = places.columns.at(-1);
  const loss = graph.nodes.find((node) => node.loss);
  if (!column || !loss) return [];
  const x = frame.header.loss;
  const size = places.text;
  const number = typeof x === "number" ? short(x) : x === null ? "—" : String(x);
  // Where there is little room, the number stands below its name.
  const both = measure(words.loss, sans(size, 600)) + measure(number, mono(size, 600)) + 8;
  const below = both > column.box.w ? size * 1.3 : 0;
  const y = Math.min(column.box.y + column.box.h + size * 1.7, places.size.h - size * 0.4 - below);
  return [
    { kind: "text", x: column.box.x, y, text: words.loss, font: sans(size, 600), fill: theme.text2 },
    {
      kind: "text",
      x: column.box.x + column.box.w,
      y: y + below,
      text: number,
      font: mono(size, 600),
      fill: theme.text,
      align: "end",
      number: true,
    },
  ];
}

const WIDTH = { self: 2.5, from: 1.75, to: 1.25 } as const;

function litItems(input: ImageInput, lit: readonly Lit[]): Item[] {
  const { stages, places, theme, frame } = input;
  const color = theme.phase[frame.header.phase];
  return lit.flatMap((one): Item[] => {
    const [stage, column] = [stages[one.stage], places.columns[one.stage]];
    if (!stage || !column || one.rows <= 0 || one.columns <= 0) return [];
    const tiles = one.channel === null ? column.tiles : column.tiles.slice(one.channel, one.channel + 1);
    return tiles.flatMap((tile): Item[] => {
      const first = cellBox(tile, stage, one.row, one.column);
      const area = { x: first.x, y: first.y, w: first.w * one.columns, h: first.h * one.rows };
      const outline = (box: Box, width: number, r = 1): Item => ({
        kind: "rect",
        ...box,
        r,
        stroke: color,
        width,
      });
      const made = lit.at(-1);
      if (input.view.uses && one.each && made?.each)
        return [
          outline(area, 2, 2),
          ...useItems(tile, stage, one, made, input.view.uses, theme, theme.focus),
        ];
      if (!one.each)
        return [outline(area, stage.kind === "filters" && one.role !== "self" ? 1.25 : WIDTH[one.role])];
      return [
        outline(area, 2, 2),
        ...Array.from({ length: one.rows * one.columns }, (_, k): Item => {
          const cell = cellBox(
            tile,
            stage,
            one.row + Math.floor(k / one.columns),
            one.column + (k % one.columns),
          );
          return {
            kind: "circle",
            x: cell.x + cell.w / 2,
            y: cell.y + cell.h / 2,
            r: Math.max(0.9, cell.w * 0.16),
            fill: color,
          };
        }),
      ];
    });
  });
}

/** The place that one stands on, from the pixel that the weight met on; and what each image adds. */
function walkItems({ stages, places, theme, view }: ImageInput, lit: readonly Lit[]): Item[] {
  const { uses } = view;
  const [, met, made] = lit;
  if (!uses || !met?.each || !made?.each) return [];
  const box = (one: Lit, row: number, column: number): Box | null => {
    const [stage, tile] = [stages[one.stage], places.columns[one.stage]?.tiles[one.channel ?? 0]];
    const inside = row >= one.row && column >= one.column && row < one.row + one.rows;
    return stage && tile && inside && column < one.column + one.columns
      ? cellBox(tile, stage, row, column)
      : null;
  };
  const [row, column] = [Math.floor(uses.place / uses.columns), uses.place % uses.columns];
  const to = box(made, row, column);
  const from = box(met, row - made.row + met.row, column - made.column + met.column);
  return [...(from && to ? [useLink(from, to, theme.focus)] : []), ...shareItems(places.strip, uses, theme)];
}

/** From what a lit number is made of to the number, and on. */
function linkItems({ stages, places, theme, frame }: ImageInput, lit: readonly Lit[]): Item[] {
  const self = lit.find(({ role }) => role === "self");
  const tile = self && places.columns[self.stage]?.tiles[self.channel ?? 0];
  const stage = self && stages[self.stage];
  if (!self || !tile || !stage || stage.kind === "filters" || stage.kind === "scores") return [];
  const to = cellBox(tile, stage, self.row, self.column);
  return lit.flatMap((one): Item[] => {
    const other = stages[one.stage];
    const column = places.columns[one.stage];
    if (one.role === "self" || !other || !column || other.kind === "filters") return [];
    const tiles = one.channel === null ? column.tiles : column.tiles.slice(one.channel, one.channel + 1);
    return tiles.map((from): Item => {
      const box = cellBox(from, other, one.row + one.rows / 2 - 0.5, one.column + one.columns / 2 - 0.5);
      const [x0, y0, x1, y1] = [box.x + box.w / 2, box.y + box.h / 2, to.x + to.w / 2, to.y + to.h / 2];
      const bend = (x1 - x0) * 0.45;
      return {
        kind: "path",
        d: [
          ["M", x0, y0],
          ["C", x0 + bend, y0, x1 - bend, y1, x1, y1],
        ],
        stroke: theme.phase[frame.header.phase],
        width: one.role === "from" ? 1.25 : 0.9,
        opacity: one.role === "from" ? 0.55 : 0.35,
      };
    });
  });
}

function pointedItems({ stages, places, theme, view }: ImageInput): Item[] {
  const { pointed } = view;
  if (!pointed) return [];
  if (pointed.stage < 0) {
    const box = places.strip[pointed.channel];
    return box
      ? [
          {
            kind: "rect",
            x: box.x - 1,
            y: box.y - 1,
            w: box.w + 2,
            h: box.h + 2,
            r: 3,
            stroke: theme.text2,
            width: 1.5,
          },
        ]
      : [];
  }
  const stage = stages[pointed.stage];
  const tile = places.columns[pointed.stage]?.tiles[pointed.channel];
  if (!stage || !tile) return [];
  const cell = cellBox(tile, stage, pointed.row, pointed.column);
  return [{ kind: "rect", ...cell, r: 1, stroke: theme.text, width: 1.5 }];
}
