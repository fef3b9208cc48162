/** What stays: the lane of gradients below the columns, and what drops into it. */
import { sans, type Item } from "../display";
import { alpha } from "../marks/card";
import { during } from "../motion";
import type { Arrangement, Column } from "./arrangement";
import type { GroundInput, NetworkInput } from "./input";
import type { NetworkReading, Resting } from "./reading";
import { tileItems } from "./tiles";

/** What the lane of what stays is called, and lines down to it. */
export function laneWords(input: GroundInput, reading: Resting): Item[] {
  const { places, theme, words } = input;
  const { lane, font, narrow } = places;
  const items: Item[] = [];
  if (!narrow)
    items.push(
      {
        kind: "text",
        text: words.stays,
        x: lane.words.x,
        y: lane.words.y + 2,
        font: sans(font.small + 1, 600),
        fill: theme.text2,
      },
      {
        kind: "text",
        text: "∂L/∂W, ∂L/∂b",
        x: lane.words.x,
        y: lane.words.y + font.small + 6,
        font: sans(font.small, 450),
        fill: theme.text3,
      },
    );
  for (const column of places.columns) if (column.stays) items.push(...dropLine(input, reading, column));
  return items;
}

/** What is in that lane. */
export function laneItems(input: NetworkInput, reading: NetworkReading, moving: number | null): Item[] {
  const items: Item[] = [];
  for (const column of input.places.columns) {
    const own = reading.layers[column.layer];
    if (!own || !column.stays) continue;
    const bias = reading.active?.layer === column.layer && reading.active.part === "bias";
    items.push(
      ...tileItems(
        column.stays.weight,
        own.weightGrad,
        input,
        moving === column.layer && reading.phase === "backward",
      ),
      ...tileItems(column.stays.bias, own.biasGrad, input, bias && reading.phase === "backward"),
    );
  }
  return items;
}

/** Below a column, and below how many units a block has. */
function below({ font }: Arrangement, { box, block }: Column): number {
  return box.y + box.h + (block ? font.small + 8 : 5);
}

/** From a column down to what stays of it. */
function dropLine({ places, theme }: GroundInput, reading: Resting, column: Column): Item[] {
  const from = below(places, column);
  const to = places.lane.top - 3;
  if (to - from < 8) return [];
  const arrived = reading.arrived[column.layer] ?? false;
  return [
    {
      kind: "path",
      d: [
        ["M", column.x, from],
        ["L", column.x, to],
      ],
      stroke: arrived ? alpha(theme.phase.backward, 0.5) : theme.wire,
      width: arrived ? 1.5 : 1,
      opacity: arrived ? 1 : 0.6,
    },
  ];
}

/** While a contribution to a weight comes down, or an update goes up. */
export function drop(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, theme } = input;
  const { active, phase } = reading;
  const column = active ? places.columns[active.layer] : undefined;
  const stays = column?.stays;
  if (!active || !column || !stays || phase === "forward") return [];
  if (active.part !== "weight" && active.part !== "bias" && active.part !== "penalty") return [];
  const own = reading.layers[active.layer];
  const box = active.part === "bias" ? stays.bias : stays.weight;
  const tensor = active.part === "bias" ? own?.biasGrad : own?.weightGrad;
  const from = below(places, column);
  const to = places.lane.top - 3;
  const s = during(t, [0.05, 0.7]);
  const items: Item[] = [];
  if (phase === "backward") {
    items.push({
      kind: "group",
      opacity: s,
      at: { x: 0, y: (s - 1) * Math.max(10, to - from) },
      items: tileItems(box, tensor ?? null, input, false),
    });
  }
  if (to - from >= 12) {
    const y = phase === "backward" ? from + (to - from) * s : to - (to - from) * s;
    const point = phase === "backward" ? 1 : -1;
    const x = column.x;
    items.push(
      {
        kind: "path",
        d: [
          ["M", x, phase === "backward" ? from : to],
          ["L", x, y],
        ],
        stroke: theme.phase[phase],
        width: 2.25,
      },
      {
        kind: "path",
        d: [["M", x, y + 5 * point], ["L", x - 5.5, y - 4 * point], ["L", x + 5.5, y - 4 * point], ["Z"]],
        fill: theme.phase[phase],
      },
    );
  }
  return items;
}
