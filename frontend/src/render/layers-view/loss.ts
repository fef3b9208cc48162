/** The loss, the targets, and what comes back from there. */
import { mono, sans, type Item } from "../display";
import { textColor } from "../encode";
import { short } from "../format";
import type { NetworkInput } from "./input";
import type { NetworkReading } from "./reading";

export function lossItems(input: NetworkInput, reading: NetworkReading): Item[] {
  const { places, theme, words } = input;
  const { loss, targets, font } = places;
  const { active, phase } = reading;
  const on = active?.layer === input.graph.layers.length;
  const pad = places.narrow ? 7 : 13;
  const number = (text: string, y: number, fill: string, id: string): Item => ({
    kind: "text",
    text,
    x: loss.x + loss.w - pad,
    y,
    font: mono(font.number, 550),
    fill,
    align: "end",
    number: true,
    id,
  });
  const value = reading.loss;
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
      x: loss.x + pad,
      y: loss.y + 9 + font.heading * 0.8,
      font: sans(font.heading, 650),
      fill: theme.text,
    },
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
      fill: reading.loaded ? theme.text2 : theme.text3,
      align: "middle",
    },
  ];
}
