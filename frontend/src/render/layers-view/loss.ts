/** The loss, the targets, and what comes back from there. */
import { mono, sans, type Item } from "../display";
import { textColor } from "../encode";
import { short } from "../format";
import type { GroundInput, NetworkInput } from "./input";
import type { NetworkReading, Resting } from "./reading";

function padOf({ narrow }: NetworkInput["places"]): number {
  return narrow ? 7 : 13;
}

/** What the loss and the targets are written on. */
export function lossCards(
  { places, theme, words, graph }: GroundInput,
  { active, phase, loaded }: Resting,
): Item[] {
  const { loss, targets, font } = places;
  const on = active?.layer === graph.layers.length;
  return [
    {
      kind: "rect",
      ...loss,
      r: 9,
      fill: theme.card,
      stroke: on ? theme.phase[phase] : theme.borderStrong,
      width: on ? 2.5 : 1,
    },
    {
      kind: "text",
      text: words.loss,
      x: loss.x + padOf(places),
      y: loss.y + 9 + font.heading * 0.8,
      font: sans(font.heading, 650),
      fill: theme.text,
    },
    {
      kind: "rect",
      ...targets,
      r: 9,
      fill: theme.sunken,
      stroke: active?.part === "load" ? theme.phase.forward : theme.border,
      width: active?.part === "load" ? 2.5 : 1,
    },
    {
      kind: "text",
      text: words.targets,
      x: targets.x + targets.w / 2,
      y: targets.y + targets.h / 2 + font.small * 0.36,
      font: sans(font.small, 500),
      fill: loaded ? theme.text2 : theme.text3,
      align: "middle",
    },
  ];
}

/** The numbers on the loss. */
export function lossItems({ places, theme }: NetworkInput, reading: NetworkReading): Item[] {
  const { loss, font } = places;
  const { phase } = reading;
  const number = (text: string, y: number, fill: string, id: string): Item => ({
    kind: "text",
    text,
    x: loss.x + loss.w - padOf(places),
    y,
    font: mono(font.number, 550),
    fill,
    align: "end",
    number: true,
    id,
  });
  const value = reading.loss;
  return [
    number(
      short(value),
      loss.y + 15 + font.heading + font.number * 0.8,
      value === null ? theme.text3 : phase === "backward" ? theme.text3 : theme.text,
      "value:loss",
    ),
    ...(places.low
      ? []
      : [
          number(
            short(reading.seeded ? 1 : null),
            loss.y + 20 + font.heading + font.number * 1.8,
            reading.seeded ? textColor("positive", theme) : theme.text3,
            "grad:loss",
          ),
        ]),
  ];
}
