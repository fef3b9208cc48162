/** What the colours, dashes and widths mean, as data: the page sets it in its own words. */
import type { Phase } from "../store/types";
import type { Scale } from "../store/view";
import type { DisplayList } from "./display";
import { dashes } from "./encode";
import type { Theme } from "./theme";

export interface LegendEntry {
  readonly key: "positive" | "negative" | "zero" | "value";
  /** A sample of a wire, 28 × 8. */
  readonly sample: DisplayList;
}

export interface Legend {
  readonly entries: readonly LegendEntry[];
  readonly scale: Scale;
  readonly scales: readonly Scale[];
}

export function legendOf(theme: Theme, scale: Scale, phase: Phase): Legend {
  const line = (stroke: string, width: number, dash?: readonly number[]): DisplayList => [
    {
      kind: "path",
      d: [
        ["M", 1, 4],
        ["L", 27, 4],
      ],
      stroke,
      width,
      ...(dash ? { dash } : {}),
    },
  ];
  const entries: LegendEntry[] = [
    { key: "positive", sample: line(theme.positive, 4) },
    { key: "negative", sample: line(theme.negative, 4, dashes("negative", 4)) },
    { key: "zero", sample: [...line(theme.zeroEdge, 4), ...line(theme.zero, 2.5)] },
  ];
  if (phase === "forward") entries.unshift({ key: "value", sample: line(theme.phase.forward, 2.25) });
  return { entries, scale, scales: ["unit", "layer", "global"] };
}
