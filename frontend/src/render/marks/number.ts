/** A number, set smaller where it would not fit. */
import type { Point } from "../../layout/types";
import { mono, type Font, type Item, type Measure, type Text } from "../display";
import { textColor } from "../encode";
import type { Cell } from "../reading";
import type { Theme } from "../theme";

export function fitted(font: Font, text: string, room: number, measure: Measure): Font {
  const width = measure(text, font);
  return width <= room ? font : { ...font, size: Math.max(font.size * 0.6, (font.size * room) / width) };
}

export function numberItem(
  cell: Cell,
  at: Point,
  font: Font,
  theme: Theme,
  options: { align: "start" | "middle" | "end"; id: string; dim?: boolean; halo?: string },
): Text {
  const strong = cell.tone !== "plain" && cell.tone !== "unknown" && cell.tone !== "zero";
  return {
    kind: "text",
    text: cell.text,
    x: at.x,
    y: at.y,
    font: options.dim ? { ...font, weight: Math.min(font.weight, 500) } : font,
    fill: options.dim && !strong ? theme.text3 : textColor(cell.tone, theme),
    align: options.align,
    opacity: cell.opacity,
    number: true,
    id: options.id,
    ...(options.halo ? { halo: options.halo } : {}),
  };
}

/** A warning sign: a number that is not finite. The first cause is filled. */
export function warningItem(at: Point, first: boolean, theme: Theme): Item {
  const r = 9;
  return {
    kind: "group",
    at,
    id: first ? "warning:first" : "warning",
    items: [
      {
        kind: "path",
        d: [["M", 0, -r], ["L", r, r * 0.75], ["L", -r, r * 0.75], ["Z"]],
        fill: first ? theme.warn : theme.card,
        stroke: theme.warn,
        width: 1.75,
      },
      {
        kind: "text",
        text: "!",
        x: 0,
        y: r * 0.62,
        font: mono(11, 800),
        fill: first ? theme.card : theme.warn,
        align: "middle",
      },
    ],
  };
}
