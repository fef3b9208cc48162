/** Groups: open ones as frames around their cards, closed ones as one card, repeats as a deck of them. */
import type { DrawnNode } from "../../layout/drawing";
import type { Group } from "../../layout/groups";
import { PAD } from "../../layout/nested";
import type { Box, Flow, Point } from "../../layout/types";
import { mono, sans, type Item, type Segment } from "../display";
import { middle, shapeText } from "../format";
import type { GroupState } from "../group-state";
import { CARD, FONTS, GROUP, isScalar, TILE_GAP, tileSize } from "../metrics";
import { alpha, arrivalsItem, plate, ring, stopItem, type CardState } from "./card";
import type { MarkContext } from "./context";
import { fitted, numberItem, warningItem } from "./number";
import { cellsItem } from "./tile";

export interface FrameState {
  /** Something inside is what the step is about. */
  readonly active: boolean;
  readonly hovered: boolean;
}

export function frameItems(group: Group, box: Box, state: FrameState, { theme, phase }: MarkContext): Item[] {
  const strong = state.hovered ? theme.text : theme.text2;
  return [
    {
      kind: "rect",
      ...box,
      r: CARD.r + 5,
      fill: alpha(theme.text3, theme.name === "dark" ? 0.06 : 0.035),
      stroke: state.active ? theme.phase[phase] : theme.border,
      width: 1.25,
    },
    sign({ x: box.x + PAD.side + 2, y: box.y + 16 }, true, strong),
    {
      kind: "text",
      text: middle(group.title, 24),
      x: box.x + PAD.side + 14,
      y: box.y + 21,
      font: FONTS.title,
      fill: strong,
    },
    ...(group.repeats > 1
      ? [times(group.repeats, { x: box.x + box.w - PAD.side, y: box.y + 21 }, theme.text3)]
      : []),
  ];
}

/** From the card of a group that is open apart to its inside: two fading sides, as of a magnifying glass. */
export function openingItem(card: Box, frame: Box, flow: Flow, { theme }: MarkContext): Item {
  const by = CARD.r;
  const d: Segment[] =
    flow === "right"
      ? [
          ["M", card.x + by, card.y + card.h],
          ["L", card.x + card.w - by, card.y + card.h],
          ["L", frame.x + frame.w - by, frame.y],
          ["L", frame.x + by, frame.y],
        ]
      : [
          ["M", card.x + card.w, card.y + by],
          ["L", card.x + card.w, card.y + card.h - by],
          ["L", frame.x, frame.y + frame.h - by],
          ["L", frame.x, frame.y + by],
        ];
  return {
    kind: "path",
    d: [...d, ["Z"]],
    fill: alpha(theme.text3, theme.name === "dark" ? 0.09 : 0.06),
  };
}

export function closedItems(
  node: DrawnNode,
  box: Box,
  state: CardState & GroupState,
  ctx: MarkContext,
): Item[] {
  const { theme } = ctx;
  const group = node.group as Group;
  const left = box.x + CARD.padX;
  const right = box.x + box.w - CARD.padX;
  const items: Item[] = [];
  if (state.selected || state.hovered || state.pointed) items.push(ring(box, state, ctx));
  if (group.repeats > 1)
    for (const by of [8, 4])
      items.push({
        kind: "rect",
        x: box.x + by,
        y: box.y - by,
        w: box.w,
        h: box.h,
        r: CARD.r,
        fill: theme.card,
        stroke: theme.border,
        width: 1.25,
      });
  items.push(plate(node, box, state, ctx));
  items.push(sign({ x: left + 2, y: box.y + 21 }, node.opened !== null, theme.text2));
  items.push({
    kind: "text",
    text: middle(node.glyph, 20),
    x: left + 14,
    y: box.y + 27,
    font: FONTS.name,
    fill: theme.text,
  });
  const shape = state.value.tensor?.shape ?? node.node.shape;
  const says =
    group.repeats > 1
      ? `×${group.repeats}`
      : `${state.ops} ${state.ops === 1 ? ctx.words.op : ctx.words.ops}`;
  items.push({ kind: "text", text: says, x: left, y: box.y + 44, font: FONTS.kind, fill: theme.text3 });
  if (shape.length > 0)
    items.push({
      kind: "text",
      text: shapeText(shape),
      x: right,
      y: box.y + 44,
      font: FONTS.shape,
      fill: theme.text3,
      align: "end",
    });
  items.push(...face(node, box, state, ctx));
  items.push(...sizesItems(state, box, group.repeats > 1, ctx));
  if (state.doing !== null) items.push(doingItem(state.doing, box, ctx));
  if (state.arrivals) items.push(arrivalsItem(box, state.arrivals, false, ctx));
  if (state.odd) items.push(warningItem({ x: box.x + 4, y: box.y + 1 }, state.odd === "first", theme));
  if (state.stop) items.push(stopItem(box, state.odd !== null, ctx));
  return items;
}

/** What goes out: value above, gradient below. */
function face(node: DrawnNode, box: Box, state: CardState, ctx: MarkContext): Item[] {
  const { theme, measure } = ctx;
  const { shape } = node.node;
  const top = box.y + GROUP.top;
  if (!isScalar(shape)) {
    const tile = tileSize(shape, node.numbered);
    const x = box.x + (box.w - tile.w) / 2;
    return [
      cellsItem(state.value, tile, { x, y: top }, ctx),
      cellsItem(state.grad, tile, { x, y: top + tile.h + TILE_GAP }, ctx),
    ];
  }
  const right = box.x + box.w - CARD.padX;
  const room = box.w - 2 * CARD.padX;
  return [
    numberItem(
      state.value,
      { x: right, y: top + 16 },
      fitted(FONTS.value, state.value.text, room, measure),
      theme,
      {
        align: "end",
        id: `value:${node.index}`,
        dim: state.dimValue,
      },
    ),
    numberItem(
      state.grad,
      { x: right, y: top + 40 },
      fitted(FONTS.grad, state.grad.text, room, measure),
      theme,
      {
        align: "end",
        id: `grad:${node.index}`,
        dim: state.dimGrad,
      },
    ),
  ];
}

/** How large the gradients of what stays inside are: dots on one decade axis; of repeats, in their order. */
function sizesItems({ sizes, decades }: GroupState, box: Box, many: boolean, { theme }: MarkContext): Item[] {
  if (sizes.length === 0) return [];
  const [low, high] = decades;
  const area = {
    x: box.x + CARD.padX + 2,
    y: box.y + box.h - GROUP.pad - GROUP.strip + 8,
    w: box.w - 2 * CARD.padX - 4,
    h: GROUP.strip - 8,
  };
  const share = (size: number) => Math.min(1, Math.max(0, (Math.log10(size) - low) / (high - low)));
  const axis = many ? area.y + area.h : area.y + 14;
  const items: Item[] = [
    {
      kind: "path",
      d: [
        ["M", area.x, axis],
        ["L", area.x + area.w, axis],
      ],
      stroke: theme.border,
      width: 1,
    },
  ];
  if (!many)
    for (let k = 0; k <= high - low; k++) {
      const x = area.x + (area.w * k) / (high - low);
      items.push({
        kind: "path",
        d: [
          ["M", x, axis - 2.5],
          ["L", x, axis + 2.5],
        ],
        stroke: theme.border,
        width: 1,
      });
    }
  const known = sizes.filter(({ size }) => size !== null);
  if (known.length > 0 && !many) items.push(decade(low, area.x, axis + 13, "start", theme.text3));
  if (known.length > 0 && !many) items.push(decade(high, area.x + area.w, axis + 13, "end", theme.text3));
  let taken = -Infinity;
  for (const [k, { size, symbol, opacity }] of [...sizes.entries()].sort(
    ([, a], [, b]) => (a.size ?? 0) - (b.size ?? 0),
  )) {
    if (size === null) continue;
    const at: Point = many
      ? { x: area.x + (area.w * (k + 0.5)) / sizes.length, y: area.y + area.h * (1 - share(size)) }
      : { x: area.x + area.w * share(size), y: axis };
    const zero = size === 0;
    items.push({
      kind: "circle",
      ...at,
      r: many ? Math.min(3.5, Math.max(1.5, area.w / sizes.length / 2.6)) : 3.75,
      fill: zero ? theme.card : theme.phase.backward,
      stroke: theme.phase.backward,
      width: 1.25,
      opacity,
    });
    if (many || symbol === "" || at.x - taken < 12) continue;
    taken = at.x;
    items.push({
      kind: "text",
      text: symbol,
      x: at.x,
      y: axis - 7,
      font: mono(11, 600),
      fill: theme.text3,
      align: "middle",
      opacity,
    });
  }
  return items;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function decade(power: number, x: number, y: number, align: "start" | "end", fill: string): Item {
  const digits = [...String(Math.abs(power))].map((digit) => RAISED[Number(digit)] ?? "").join("");
  const text = power === 0 ? "1" : power === 1 ? "10" : `10${power < 0 ? "⁻" : ""}${digits}`;
  return { kind: "text", text, x, y, font: sans(11, 500), fill, align };
}

/** The step that a closed group is at. */
function doingItem(text: string, box: Box, { theme, phase, measure }: MarkContext): Item {
  const font = mono(11.5, 650);
  const shown = middle(text, 16);
  const w = measure(shown, font) + 14;
  const x = box.x + 10;
  const y = box.y - 9;
  return {
    kind: "group",
    id: "doing",
    items: [
      {
        kind: "rect",
        x,
        y,
        w,
        h: 18,
        r: 9,
        fill: theme.phaseFaint[phase],
        stroke: theme.phase[phase],
        width: 1.25,
      },
      { kind: "text", text: shown, x: x + w / 2, y: y + 13, font, fill: theme.phase[phase], align: "middle" },
    ],
  };
}

/** Points down where a group is open, to the right where it is closed. */
function sign({ x, y }: Point, open: boolean, fill: string): Item {
  return {
    kind: "path",
    d: open
      ? [["M", x - 1, y - 3], ["L", x + 8, y - 3], ["L", x + 3.5, y + 3.5], ["Z"]]
      : [["M", x, y - 4.5], ["L", x + 6.5, y], ["L", x, y + 4.5], ["Z"]],
    fill,
  };
}

function times(n: number, at: Point, fill: string): Item {
  return { kind: "text", text: `×${n}`, ...at, font: mono(12.5, 600), fill, align: "end" };
}
