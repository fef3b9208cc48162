/** Numbers as colour, width and dashes: colour is sign, dashes are negative and nothing else, width is size. */
import type { Drawing } from "../layout/drawing";
import type { FrameView } from "../store/types";
import type { Scale } from "../store/view";
import { magnitude, type Tone } from "./reading";
import type { Theme } from "./theme";

export const WIRE = { plain: 1.75, least: 2, most: 7.5 } as const;

/** Symmetric logarithm: linear below `linear`, logarithmic above; 1 at `most`. */
export function symlog(x: number, most: number, linear: number): number {
  if (!(most > 0)) return 0;
  return Math.min(1, Math.asinh(Math.abs(x) / linear) / Math.asinh(most / linear));
}

/** A function from an edge's contribution to the width of its wire. */
export function widthScale(
  drawing: Drawing,
  frame: FrameView,
  scale: Scale,
): (edge: number, size: number) => number {
  const groups = new Map<string, number>();
  const groupOf = (edge: number) => {
    if (scale !== "layer") return "";
    const target = drawing.graph.edges[edge]?.target ?? -1;
    return drawing.graph.nodes[target]?.scope ?? "";
  };
  if (scale !== "unit")
    for (const edge of drawing.edges) {
      const size = Math.abs(magnitude(frame.contribution(edge.index)) ?? 0);
      if (Number.isFinite(size))
        groups.set(groupOf(edge.index), Math.max(size, groups.get(groupOf(edge.index)) ?? 0));
    }
  return (edge, size) => {
    if (!Number.isFinite(size)) return WIRE.most;
    if (size === 0) return WIRE.least;
    const most = scale === "unit" ? 100 : (groups.get(groupOf(edge)) ?? 0);
    const linear = scale === "unit" ? 0.1 : most / 100;
    return WIRE.least + (WIRE.most - WIRE.least) * symlog(size, most, linear);
  };
}

export function dashes(tone: Tone, width: number): readonly number[] | undefined {
  return tone === "negative" ? [5 + width, 2.5 + width * 0.55] : undefined;
}

/** Fill or stroke of a mark. */
export function markColor(tone: Tone, theme: Theme): string {
  switch (tone) {
    case "positive":
      return theme.positive;
    case "negative":
      return theme.negative;
    case "zero":
      return theme.zero;
    case "odd":
      return theme.warn;
    case "plain":
    case "unknown":
    case "withheld":
      return theme.wire;
  }
}

export function textColor(tone: Tone, theme: Theme): string {
  switch (tone) {
    case "positive":
      return theme.positiveText;
    case "negative":
      return theme.negativeText;
    case "zero":
      return theme.zeroText;
    case "odd":
      return theme.warn;
    case "withheld":
      return theme.phase.backward;
    case "unknown":
      return theme.text3;
    case "plain":
      return theme.text;
  }
}
