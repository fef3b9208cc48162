/** A strip of arithmetic beside a card: upstream × local = contribution, before + contribution = after, the update. */
import type { Box } from "../../layout/types";
import type { Phase } from "../../store/types";
import type { Item } from "../display";
import { textColor } from "../encode";
import { FONTS, STRIP } from "../metrics";
import { stripBox } from "../ports";
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

function textOf(part: StripPart, parts: readonly StripPart[], i: number): string {
  if (typeof part === "string") return ` ${part} `;
  // A negative number after a sign stands in brackets, as one would write it.
  return i > 0 && parts[i - 1] !== "=" && part.text.startsWith("−") ? `(${part.text})` : part.text;
}

export function stripWidth(parts: readonly StripPart[], ctx: MarkContext): number {
  return parts.reduce((sum, part, i) => sum + ctx.measure(textOf(part, parts, i), FONTS.strip), 2 * PAD);
}

export function stripItem(spec: StripSpec, card: Box, bounds: Box, ctx: MarkContext): Item {
  const { theme } = ctx;
  const box = stripBox(card, stripWidth(spec.parts, ctx), ctx.flow, bounds);
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
