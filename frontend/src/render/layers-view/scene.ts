/**
 * The layers' view as a pure function of (layers, places, frame, t, view, theme): `ground` is mostly that of the frame
 * before, `base` does not depend on t, `moving` lies over it. What passes on moves between columns; what stays drops into the lane below.
 */
import type { DisplayList, Item } from "../display";
import { appears, during } from "../motion";
import type { Arrangement } from "./arrangement";
import { axisDecades, axisDots, axisLine, axisScale } from "./axis";
import { subscript, type GroundInput, type NetworkInput, type NetworkScene } from "./input";
import { ghostItems, lineItems } from "./lines";
import { lossCards, lossItems } from "./loss";
import { passItem } from "./passes";
import { readNetwork, restingOf, type NetworkReading, type Resting } from "./reading";
import { drop, laneItems, laneWords } from "./stays";
import { biasItems, healthItem, titleItems, unitItems } from "./units";
import { connections, skips } from "./wires";

export function networkScene(input: NetworkInput): NetworkScene {
  const reading = readNetwork(input.graph, input.frame);
  const moves = movingLayer(reading);
  const decades = axisDecades(reading);
  return {
    ground: groundOf(input, restingOf(reading)),
    base: [
      ...skips(input, reading),
      ...ghostItems(input, reading, (layer) => layer !== moves, 1),
      ...lineItems(input, reading, (layer) => (layer === moves ? 0 : 1)),
      ...unitItems(input, reading),
      ...lossItems(input, reading),
      ...laneItems(input, reading, moves),
      ...axisScale(input, decades),
      ...axisDots(input, reading, decades),
    ],
    moving(t) {
      return [
        ...(moves === null
          ? []
          : [
              ...ghostItems(input, reading, (layer) => layer === moves, during(t, [0.1, 0.8])),
              ...lineItems(input, reading, (layer) => (layer === moves ? during(t, [0.1, 0.8]) : 0)),
            ]),
        ...outlines(input, reading, t),
        ...passes(input, reading, t),
        ...drop(input, reading, t),
      ];
    },
  };
}

/** The last ground of an arrangement, and what it was drawn from. */
const grounds = new WeakMap<Arrangement, { key: string; input: GroundInput; list: DisplayList }>();

/** The same list while it shows the same: what rests is neither made nor compared with each frame. */
function groundOf(input: GroundInput, resting: Resting): DisplayList {
  const { graph, places, theme, words, measure } = input;
  const key = JSON.stringify(resting);
  const known = grounds.get(places);
  const old = known?.input;
  if (known?.key === key && old?.graph === graph && old.theme === theme && old.words === words)
    if (old.measure === measure) return known.list;
  const list = [
    ...connections(input, resting),
    ...places.columns.flatMap((column) => titleItems(input, resting, column)),
    ...lossCards(input, resting),
    ...laneWords(input, resting),
    ...axisLine(input),
  ];
  grounds.set(places, { key, input: { graph, places, theme, words, measure }, list });
  return list;
}

export function networkList(input: NetworkInput, t: number): DisplayList {
  const { ground, base, moving } = networkScene(input);
  return [...ground, ...base, ...moving(t)];
}

/** The layer whose weight lines change with this step. */
function movingLayer({ active, phase }: NetworkReading): number | null {
  if (!active || phase === "forward") return null;
  return active.part === "weight" || active.part === "penalty" ? active.layer : null;
}

/** What the step is about has the phase's outline. */
function outlines(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, theme, graph } = input;
  const { active, phase } = reading;
  const column = active ? places.columns[active.layer] : undefined;
  if (!active || !column) return [];
  const shade = theme.phase[phase];
  const shown = appears(t, 0.15, 0.3);
  const r = Math.max(2, places.side * 0.13) + 2;
  const around = (box: { x: number; y: number; w: number; h: number }, by: number, width: number): Item => ({
    kind: "rect",
    x: box.x - by,
    y: box.y - by,
    w: box.w + 2 * by,
    h: box.h + 2 * by,
    r: r + by / 2,
    stroke: shade,
    width,
    opacity: shown,
  });
  const items = (column.block ? [column.box] : column.units).map((box) =>
    around(box, 1.5, places.side > 24 ? 3 : 2),
  );
  // What is printed on a unit lies over its outline.
  const layer = graph.layers[active.layer];
  if (layer && layer.bias !== null && places.side >= 14) {
    items.push(...biasItems(input, reading, [column]));
    column.units.forEach((box, unit) => {
      items.push(...healthItem(input, active.layer, unit, box));
    });
  }
  const stays = column.stays;
  if (stays && phase !== "forward" && ["weight", "bias", "penalty"].includes(active.part)) {
    const box = active.part === "bias" ? stays.bias : stays.weight;
    items.push(around(box, 4, 2));
  }
  return items;
}

/** What is passed on: round and teal forward, purple chevrons backward. */
function passes(input: NetworkInput, reading: NetworkReading, t: number): Item[] {
  const { places, graph } = input;
  const { active, phase } = reading;
  return places.passes.flatMap((at, k) => {
    const own = reading.layers[k];
    const layer = graph.layers[k];
    if (!own || !layer) return [];
    const here = active?.layer === k;
    const forwards = phase === "forward";
    const on = forwards
      ? here && layer.output === input.frame.header.step.node
      : phase === "backward" && here && active.part === "passes";
    const there = forwards ? own.forward && k > 0 : k > 0 && own.passed;
    if (!there) return [];
    const by = on ? (1 - during(t, [0.05, 0.75])) * (forwards ? -1 : 1) * (at.room + 6) * 0.45 : 0;
    return passItem(
      {
        kind: forwards ? "forward" : "backward",
        at: { x: at.x + by, y: at.y },
        room: at.room,
        active: on,
        faint: phase === "update",
        label: layer.kind === "output" ? "z" : `h${subscript(k)}`,
        opacity: on ? appears(t, 0, 0.25) : 1,
      },
      input,
    );
  });
}
