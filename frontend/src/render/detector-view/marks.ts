/** What is worked out of a cell's box and the true one, drawn over both: where they meet, what they cover. Pure. */
import { toNumber } from "../../store/reduce";
import type { Item, Segment } from "../display";
import { during } from "../motion";
import type { Mark } from "./acts";
import { cellAt, middle, OVER, owners } from "./moves";
import { onScreen } from "./places";
import type { DetectorInput } from "./scene";

/** The brackets that are read. */
export function truthItems({ places, found, t, phase }: DetectorInput): Item[] {
  const s = during(t, [0, 0.7]);
  return (found?.true ?? []).map(({ box }): Item => {
    const b = onScreen(places, box.map((p) => toNumber(p) ?? 0)); // prettier-ignore
    const by = 10 * (1 - s);
    return {
      kind: "rect",
      x: b.x - by,
      y: b.y - by,
      w: b.w + 2 * by,
      h: b.h + 2 * by,
      stroke: OVER[phase],
      width: 2,
      opacity: 0.3 + 0.6 * s,
    };
  });
}

/** What is worked out of a cell's box and the true one, over both. */
export function markItems(input: DetectorInput, mark: Mark, t: number): Item[] {
  if (!mark) return [];
  const { places, found, cells, phase } = input;
  const s = during(t, [0.05, 0.75]);
  const color = OVER[phase];
  const line = (d: readonly Segment[], width = 2): Item[] => [
    { kind: "path", d, stroke: "#ffffff", width: width + 2.4, opacity: 0.85, cap: "round" },
    { kind: "path", d, stroke: color, width, cap: "round" },
  ];
  return owners(input).flatMap(({ cell, true: which }): Item[] => {
    const said = found?.found.find((one) => one.row * cells + one.column === cell);
    const goal = found?.true[which];
    if (!said || !goal) return [];
    const numbers = (box: readonly unknown[]) => box.map((p) => toNumber(p as number) ?? 0);
    const a = onScreen(places, numbers(said.box));
    const b = onScreen(places, numbers(goal.box));
    const at = middle(a);
    const [right, bottom] = [a.x + a.w, a.y + a.h];
    if (mark === "middle") {
      const from = cellAt(input, -1, cell);
      const half = places.picture.w / cells / 2;
      const corner = { x: from.x - half, y: from.y - half };
      const now = { x: corner.x + (at.x - corner.x) * s, y: corner.y + (at.y - corner.y) * s };
      return [
        ...line([["M", corner.x, corner.y], ["L", now.x, now.y]], 1.5), // prettier-ignore
        { kind: "circle", ...now, r: 4, fill: color, stroke: "#ffffff", width: 1.5 },
      ];
    }
    if (mark === "size")
      return [
        ...line([["M", at.x - (a.w / 2) * s, at.y], ["L", at.x + (a.w / 2) * s, at.y]]), // prettier-ignore
        ...line([["M", at.x, at.y - (a.h / 2) * s], ["L", at.x, at.y + (a.h / 2) * s]]), // prettier-ignore
      ];
    if (mark === "corners") {
      const low = { x: at.x + (a.x - at.x) * s, y: at.y + (a.y - at.y) * s };
      const high = { x: at.x + (right - at.x) * s, y: at.y + (bottom - at.y) * s };
      const l = 9;
      return [
        ...line([["M", low.x, low.y + l], ["L", low.x, low.y], ["L", low.x + l, low.y]]), // prettier-ignore
        ...line([["M", high.x, high.y - l], ["L", high.x, high.y], ["L", high.x - l, high.y]]), // prettier-ignore
      ];
    }
    const [x0, y0] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
    const [x1, y1] = [Math.min(right, b.x + b.w), Math.min(bottom, b.y + b.h)];
    if (mark === "meet")
      return x1 > x0 && y1 > y0
        ? [
            {
              kind: "rect",
              x: x0,
              y: y0,
              w: (x1 - x0) * s,
              h: y1 - y0,
              fill: color,
              opacity: 0.45,
            },
          ]
        : [];
    if (mark === "union")
      return [a, b].map((box): Item => ({ kind: "rect", ...box, fill: color, opacity: 0.1 + 0.18 * s }));
    const [hx, hy] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    const hull = { x: hx, y: hy, w: Math.max(right, b.x + b.w) - hx, h: Math.max(bottom, b.y + b.h) - hy };
    const by = 6 * (1 - s);
    const grown = { x: hull.x - by, y: hull.y - by, w: hull.w + 2 * by, h: hull.h + 2 * by };
    return [
      { kind: "rect", ...grown, stroke: "#ffffff", width: 4, opacity: 0.8 },
      { kind: "rect", ...grown, stroke: color, width: 2 },
    ];
  });
}
