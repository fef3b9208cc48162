/** A strip of arithmetic beside a card: upstream × local = contribution, before + contribution = after, the update. */
import type { Box } from "../../layout/types";
import type { Phase } from "../../store/types";
import { overlaps, type Item } from "../display";
import { textColor } from "../encode";
import { FONTS, STRIP } from "../metrics";
import type { Cell } from "../reading";
import type { MarkContext } from "./context";

/** A sign between numbers, or a number. */
export type StripPart = string | Cell;

export interface StripSpec {
  readonly parts: readonly StripPart[];
  readonly phase: Phase;
  readonly opacity: number;
  readonly id: string;
  /** How many parts are shown; the others keep their room. */
  readonly shown?: number;
}

const PAD = 10;
/** Where all near places are taken. */
const FAR = [60, 72, 84, 96, 108, 120, 140, 160];

function textOf(part: StripPart, parts: readonly StripPart[], i: number): string {
  if (typeof part === "string") return ` ${part} `;
  // A negative number after a sign stands in brackets, as one would write it.
  return i > 0 && parts[i - 1] !== "=" && part.text.startsWith("−") ? `(${part.text})` : part.text;
}

export function stripWidth(parts: readonly StripPart[], ctx: MarkContext): number {
  return parts.reduce((sum, part, i) => sum + ctx.measure(textOf(part, parts, i), FONTS.strip), 2 * PAD);
}

/** A picture that leaves room at its sides. */
const SLIM = 340;

/**
 * Below the card, else shifted, beside or above it: the first place where no number of a wire and no card lies.
 * `taken` holds those boxes; `skip` is how far below the card something else rests.
 */
export function stripBox(card: Box, width: number, skip: number, bounds: Box, taken: readonly Box[]): Box {
  // Where the flow is down the picture is narrow, and there is room at its sides; on a phone, of a narrow one alone.
  const margin = bounds.h > bounds.w && bounds.w < SLIM ? 72 : 12;
  const [least, most] = [bounds.x - margin, bounds.x + bounds.w + margin - width];
  const within = (x: number) => Math.max(least, Math.min(x, most));
  const centred = card.x + card.w / 2 - width / 2;
  const [left, right] = [card.x - width - 8, card.x + card.w + 8];
  const below = card.y + card.h + STRIP.gap + skip;
  const above = card.y - STRIP.h - 14;
  const beside = card.y + card.h / 2 - STRIP.h / 2;
  const xs = [centred, card.x, card.x + card.w - width, card.x - width / 2, card.x + card.w - width / 2];
  const places: (readonly [number, number])[] = [
    ...xs.map((x) => [within(x), below] as const),
    ...[right, left].filter((x) => x >= least && x <= most).map((x) => [x, beside] as const),
    ...[12, 24].flatMap((by) => xs.map((x) => [within(x), below + by] as const)),
    ...[0, 12, 24, 36].flatMap((by) => xs.map((x) => [within(x), above - by] as const)),
    ...[36, 48].flatMap((by) => xs.map((x) => [within(x), below + by] as const)),
    ...FAR.flatMap((by) => xs.flatMap((x) => [above - by, below + by].map((y) => [within(x), y] as const))),
  ];
  const boxes = places.map(([x, y]): Box => ({ x, y, w: width, h: STRIP.h }));
  return boxes.find((box) => !taken.some((other) => overlaps(box, other, 3))) ?? (boxes[0] as Box);
}

export function stripItem(spec: StripSpec, box: Box, ctx: MarkContext): Item {
  const { theme } = ctx;
  let x = box.x + PAD;
  const texts = spec.parts.flatMap((part, i): Item[] => {
    const text = textOf(part, spec.parts, i);
    const at = x;
    x += ctx.measure(text, FONTS.strip);
    if (spec.shown !== undefined && i >= spec.shown) return [];
    return [
      {
        kind: "text",
        text,
        x: at,
        y: box.y + STRIP.h / 2 + FONTS.strip.size * 0.36,
        font: FONTS.strip,
        fill: typeof part === "string" ? theme.text3 : textColor(part.tone, theme),
        number: typeof part !== "string",
        id: spec.id,
      },
    ];
  });
  return {
    kind: "group",
    opacity: spec.opacity,
    id: spec.id,
    items: [
      {
        kind: "rect",
        ...box,
        r: 7,
        fill: theme.phaseFaint[spec.phase],
        stroke: theme.phase[spec.phase],
        width: 1.25,
      },
      ...texts,
    ],
  };
}
