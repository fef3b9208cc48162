/** The card of a node: glyph or name, value, kind and gradient; with a split tile where there are several numbers. */
import type { DrawnNode } from "../../layout/drawing";
import type { Box, Flow, Point } from "../../layout/types";
import { mono, type Font, type Item } from "../display";
import { markColor } from "../encode";
import { shapeText } from "../format";
import {
  CARD,
  FONTS,
  hasTile,
  isScalar,
  kindOf,
  linesOf,
  nameOf,
  SMALL,
  TENSOR,
  TILE_GAP,
  TILE_TOP,
  tileSize,
} from "../metrics";
import { outPort, outSide } from "../ports";
import { halves } from "../sizes";
import type { Cell } from "../reading";
import type { MarkContext } from "./context";
import { fitted, numberItem, warningItem } from "./number";
import { cellsItem } from "./tile";

export interface CardState {
  readonly value: Cell;
  readonly grad: Cell;
  /** active: the step's own node; touched: the other end of what moves. */
  readonly role: "active" | "touched" | null;
  readonly dimValue: boolean;
  readonly dimGrad: boolean;
  /** Contributions arrived and expected, where there are several. */
  readonly arrivals: { readonly arrived: number; readonly expected: number } | null;
  readonly pin: "none" | "kept" | "read";
  readonly odd: "first" | "other" | null;
  readonly selected: boolean;
  readonly hovered: boolean;
  /** It has the keyboard's focus: the ring lies below whatever stands on the card's edge. */
  readonly pointed: boolean;
  /** One stops here. */
  readonly stop: boolean;
  /** It was tried to fire: what has arrived is said in words. */
  readonly fired: { readonly arrived: number; readonly expected: number } | null;
  /** A node that was tried to fire waits for this one. */
  readonly awaited: boolean;
}

export function cardItems(node: DrawnNode, box: Box, state: CardState, ctx: MarkContext): Item[] {
  const items: Item[] = [];
  if (state.selected || state.hovered || state.pointed) items.push(ring(box, state, ctx));
  if (state.awaited) items.push(awaitedItem(box, ctx));
  items.push(plate(node, box, state, ctx));
  if (node.host !== null) items.push(...smallFace(node, box, state, ctx));
  else items.push(...(hasTile(node) ? tileFace(node, box, state, ctx) : face(node, box, state, ctx)));
  if (state.pin !== "none") items.push(pinItem(node, box, state.pin, ctx));
  const arrivals = state.fired ?? state.arrivals;
  if (arrivals) items.push(arrivalsItem(box, arrivals, state.fired !== null, ctx));
  if (state.odd) items.push(warningItem({ x: box.x + 4, y: box.y + 1 }, state.odd === "first", ctx.theme));
  if (state.stop) items.push(stopItem(box, state.odd !== null, ctx));
  return items;
}

export function plate(node: DrawnNode, box: Box, state: CardState, { theme, phase }: MarkContext): Item {
  const quiet = node.node.kind === "constant" || node.node.kind === "target";
  const stroke = state.role !== null ? theme.phase[phase] : quiet ? theme.border : theme.borderStrong;
  return {
    kind: "rect",
    ...box,
    r: CARD.r,
    fill: quiet ? theme.sunken : theme.card,
    stroke,
    width: state.role === "active" ? 2.5 : state.role === "touched" ? 1.75 : 1.25,
    glow:
      state.role === "active"
        ? { color: alpha(theme.phase[phase], theme.name === "dark" ? 0.55 : 0.38), blur: 22 }
        : { color: theme.shadow, blur: 8, dy: 2 },
  };
}

export function ring(box: Box, { selected, pointed }: CardState, { theme }: MarkContext): Item {
  const by = pointed ? 5.5 : 4.5;
  return {
    kind: "rect",
    x: box.x - by,
    y: box.y - by,
    w: box.w + 2 * by,
    h: box.h + 2 * by,
    r: CARD.r + by,
    stroke: theme.focus,
    width: pointed ? 4 : 2,
    opacity: selected || pointed ? 1 : 0.35,
  };
}

/** One number: two lines, as one reads a table; among operations the numbers are the two halves of a tile. */
function face(node: DrawnNode, box: Box, state: CardState, ctx: MarkContext): Item[] {
  const { theme, measure } = ctx;
  const lines = linesOf(box.h);
  const left = box.x + lines.padX;
  const right = box.x + box.w - lines.padX;
  const name = nameOf(node);
  const nameFont = node.isGlyph ? FONTS.glyph : FONTS.name;
  const kind = kindOf(node, ctx.words);
  const rooms = [measure(name, nameFont), measure(kind, FONTS.kind)].map(
    (w) => right - left - CARD.gap / 2 - w,
  );
  const [value = 0, grad = 0] =
    ctx.level === "operations" ? rooms.map(() => Math.min(...rooms) - CARD.cell) : rooms;
  return [
    { kind: "text", text: name, x: left, y: box.y + lines.value, font: nameFont, fill: theme.text },
    { kind: "text", text: kind, x: left, y: box.y + lines.grad, font: FONTS.kind, fill: theme.text3 },
    ...(ctx.level === "operations" ? tileItems(box, value, state, ctx) : []),
    numberItem(
      state.value,
      { x: right, y: box.y + lines.value },
      fitted(FONTS.value, state.value.text, value, measure),
      theme,
      {
        align: "end",
        id: `value:${node.index}`,
        dim: state.dimValue,
      },
    ),
    numberItem(
      state.grad,
      { x: right, y: box.y + lines.grad },
      fitted(FONTS.grad, state.grad.text, grad, measure),
      theme,
      {
        align: "end",
        id: `grad:${node.index}`,
        dim: state.dimGrad,
      },
    ),
  ];
}

/** The tile of one number: a cell for the value and one for its gradient, which is marked with its sign's colour. */
function tileItems(box: Box, room: number, { grad }: CardState, { theme }: MarkContext): Item[] {
  const lines = linesOf(box.h);
  const x = box.x + box.w - lines.padX - room - CARD.cell;
  const w = room + 2 * CARD.cell;
  const h = lines.grad - lines.value;
  const y = [lines.value, lines.grad].map((line) => box.y + line - h / 2 - 5);
  const signed = grad.tone === "positive" || grad.tone === "negative" || grad.tone === "zero";
  return [
    ...y.map((top): Item => ({
      kind: "rect",
      x,
      y: top,
      w,
      h: h - 1,
      r: 4,
      fill: theme.sunken,
      stroke: theme.border,
      width: 1,
    })),
    ...(signed
      ? [
          {
            kind: "rect",
            x: x + 1,
            y: (y[1] ?? 0) + 1,
            w: 4,
            h: h - 3,
            r: 2,
            fill: markColor(grad.tone, theme),
            opacity: grad.opacity,
          } satisfies Item,
        ]
      : []),
  ];
}

/** Several numbers: glyph and name, shape, and a tile split into value and gradient. */
function tileFace(node: DrawnNode, box: Box, state: CardState, ctx: MarkContext): Item[] {
  const { theme } = ctx;
  const shape = state.value.tensor?.shape ?? node.node.shape;
  const items: Item[] = [
    {
      kind: "text",
      text: nameOf(node),
      x: box.x + TENSOR.padX,
      y: box.y + 26,
      font: node.isGlyph ? FONTS.glyph : FONTS.name,
      fill: theme.text,
    },
    {
      kind: "text",
      text: kindOf(node, ctx.words),
      x: box.x + TENSOR.padX,
      y: box.y + 43,
      font: FONTS.kind,
      fill: theme.text3,
    },
  ];
  if (shape.length > 0)
    items.push(shapeItem(shape, FONTS.shape, box.x + box.w - TENSOR.padX, box.y + 43, ctx));
  return [...items, ...tiles(node, box, state, TILE_TOP.card, ctx)];
}

/** Beside an op: its name, and what it is in as little room as can be. */
function smallFace(node: DrawnNode, box: Box, state: CardState, ctx: MarkContext): Item[] {
  const { theme, measure } = ctx;
  const left = box.x + SMALL.padX;
  const right = box.x + box.w - SMALL.padX;
  const name: Item = {
    kind: "text",
    text: nameOf(node),
    x: left,
    y: box.y + 19,
    font: FONTS.small,
    fill: theme.text,
  };
  if (!isScalar(node.node.shape))
    return [
      name,
      shapeItem(state.value.tensor?.shape ?? node.node.shape, FONTS.smallShape, right, box.y + 19, ctx),
      ...tiles(node, box, state, TILE_TOP.small, ctx),
    ];
  const number = (cell: Cell, row: 0 | 1) =>
    numberItem(
      cell,
      { x: right, y: box.y + 37 + 17 * row },
      fitted(FONTS.label, cell.text, right - left, measure),
      theme,
      {
        align: "end",
        id: `${row === 0 ? "value" : "grad"}:${node.index}`,
        dim: row === 0 ? state.dimValue : state.dimGrad,
      },
    );
  return [name, number(state.value, 0), number(state.grad, 1)];
}

function tiles(node: DrawnNode, box: Box, state: CardState, top: number, ctx: MarkContext): Item[] {
  const { shape } = node.node;
  const tile = tileSize(shape, node.numbered);
  const at = { x: box.x + (box.w - tile.w) / 2, y: box.y + top };
  const value = cellsItem(state.value, tile, at, ctx);
  return halves(node) === 1
    ? [value]
    : [value, cellsItem(state.grad, tile, { x: at.x, y: at.y + tile.h + TILE_GAP }, ctx)];
}

function shapeItem(shape: readonly number[], font: Font, x: number, y: number, { theme }: MarkContext): Item {
  return { kind: "text", text: shapeText(shape), x, y, font, fill: theme.text3, align: "end" };
}

/** Where a value is pinned: on the edge of the card beside the output, where the thin line to its reader begins. */
export function pinPoint(node: Pick<DrawnNode, "host">, box: Box, flow: Flow): Point {
  const side = outSide(node, flow);
  const { x, y } = outPort(box, side);
  return side === "right" || side === "left" ? { x, y: y + 7 } : { x: x - 7, y };
}

function pinItem(node: DrawnNode, box: Box, pin: "kept" | "read", { theme, flow }: MarkContext): Item {
  const at = pinPoint(node, box, flow);
  const color = pin === "read" ? theme.phase.backward : theme.text3;
  return {
    kind: "circle",
    ...at,
    r: pin === "read" ? 4.5 : 3.25,
    fill: pin === "read" ? color : theme.card,
    stroke: color,
    width: 1.5,
    opacity: pin === "read" ? 1 : 0.75,
  };
}

export function arrivalsItem(
  box: Box,
  { arrived, expected }: { arrived: number; expected: number },
  said: boolean,
  { theme, measure, words }: MarkContext,
): Item {
  const text = said ? `${arrived}/${expected} ${words.arrived}` : `${arrived}/${expected}`;
  const font = mono(11.5, 650);
  const w = measure(text, font) + 14;
  const x = box.x + box.w - w - 8;
  const y = box.y - (box.h < CARD.h ? 13 : 9);
  const full = arrived >= expected;
  return {
    kind: "group",
    id: "arrivals",
    items: [
      {
        kind: "rect",
        x,
        y,
        w,
        h: 18,
        r: 9,
        fill: full ? theme.phaseSoft.backward : theme.card,
        stroke: theme.phase.backward,
        width: said ? 2 : 1.25,
      },
      {
        kind: "text",
        text,
        x: x + w / 2,
        y: y + 13,
        font,
        fill: full && theme.name === "dark" ? theme.text : theme.phase.backward,
        align: "middle",
        number: true,
        id: "arrivals",
      },
    ],
  };
}

/** A consumer that a node waits for. */
function awaitedItem(box: Box, { theme }: MarkContext): Item {
  const by = 4;
  return {
    kind: "rect",
    x: box.x - by,
    y: box.y - by,
    w: box.w + 2 * by,
    h: box.h + 2 * by,
    r: CARD.r + by,
    fill: theme.phaseFaint.backward,
    stroke: theme.phase.backward,
    width: 2,
  };
}

/** A breakpoint, as editors show it: a disc on the corner, clear of all numbers. */
export function stopItem(box: Box, beside: boolean, { theme }: MarkContext): Item {
  const x = box.x + (beside ? 24 : 3);
  return {
    kind: "group",
    id: "stop",
    items: [{ kind: "circle", x, y: box.y + 3, r: 9, fill: theme.warn, stroke: theme.card, width: 2.5 }],
  };
}

/** What stands above a loss. */
export function lossLabel(node: DrawnNode, box: Box, { theme, words, flow }: MarkContext): Item {
  const { label, op } = node.node;
  return {
    kind: "text",
    text: label === "" || label === op ? words.loss : label,
    // Beside the card where wires come in from above.
    x: flow === "right" ? box.x + CARD.padX : box.x + box.w + 9,
    y: flow === "right" ? box.y - 11 : box.y + box.h / 2 + 4,
    font: FONTS.note,
    fill: theme.text3,
  };
}

/** The same colour, see-through. Takes '#rrggbb'. */
export function alpha(color: string, a: number): string {
  const n = Number.parseInt(color.slice(1), 16);
  return `rgba(${n >> 16}, ${(n >> 8) & 255}, ${n & 255}, ${a})`;
}
