/** Connections between columns where no weight lines are drawn, and around a layer. */
import { mono, type Item } from "../display";
import { alpha } from "../marks/card";
import type { GroundInput, NetworkInput } from "./input";
import { skipsIn, type NetworkReading, type Resting } from "./reading";

/** Connections around a layer: arches above its units, where gradients go back unchanged. */
export function skips({ places, theme, graph, frame }: NetworkInput, { phase }: NetworkReading): Item[] {
  return skipsIn(graph).flatMap(({ from, to, edge }): Item[] => {
    const [a, b] = [places.columns[from], places.columns[to]];
    if (!a || !b) return [];
    const active = frame.header.step.edge === edge;
    const passed = frame.contribution(edge) !== null;
    const y = Math.min(a.box.y, b.box.y);
    const rise = Math.min(26, places.pitch * 0.16);
    const [x0, x1] = [a.box.x + a.box.w * 0.75, b.box.x + b.box.w * 0.25];
    return [
      {
        kind: "path",
        d: [
          ["M", x0, a.box.y],
          ["C", x0 + 6, y - rise * 1.3, x1 - 6, y - rise * 1.3, x1, b.box.y],
        ],
        stroke: active ? theme.phase[phase] : passed ? alpha(theme.phase.backward, 0.5) : theme.borderStrong,
        width: active ? 2.5 : 1.75,
      },
      {
        kind: "text",
        text: "+",
        x: x1 - 9,
        y: b.box.y - 3,
        font: mono(places.font.small, 650),
        fill: active ? theme.phase[phase] : theme.text3,
        align: "middle",
        halo: theme.stage,
      },
    ];
  });
}

/** Plain lines below all others: where layers hang together, whatever the weights. */
export function connections({ places, theme }: GroundInput, { passed }: Resting): Item[] {
  const { loss, targets, columns } = places;
  const out = columns.at(-1);
  const items: Item[] = [];
  for (const port of out?.ports ?? [])
    items.push({
      kind: "path",
      d: [
        ["M", port.out.x, port.out.y],
        ["C", port.out.x + 14, port.out.y, loss.x - 14, loss.y + loss.h / 2, loss.x, loss.y + loss.h / 2],
      ],
      stroke: passed ? alpha(theme.phase.backward, 0.45) : theme.wire,
      width: 1.75,
    });
  items.push({
    kind: "path",
    d: [
      ["M", targets.x + targets.w / 2, targets.y],
      ["L", loss.x + loss.w / 2, loss.y + loss.h],
    ],
    stroke: theme.wire,
    width: 1.75,
  });
  return items;
}
