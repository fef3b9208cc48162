/** What stands over a stage: its name, and the range of its numbers. */
import { mono, sans, type Item } from "../display";
import { short, UNKNOWN } from "../format";
import type { ImageInput } from "./input";
import { nameOf, type Shown } from "./stages";

/** Of its size, that of a number which is set smaller to fit. */
const LEAST = 0.88;

export function titleItems(
  input: ImageInput,
  at: number,
  shown: Shown | undefined,
  most: number,
  active: boolean,
): Item[] {
  const { stages, places, theme, graph, frame, words, measure } = input;
  const [stage, column] = [stages[at], places.columns[at]];
  if (!stage || !column || !shown) return [];
  const label = graph.nodes[shown.node]?.label ?? "";
  const name = nameOf(stage, words) ?? label;
  const ink = stage.kind === "image" && shown.what === "value";
  const symbol = stage.kind === "filters" ? "W" : label;
  // Over a narrow column rather a shorter name than a small one.
  const names = shown.what === "grad" ? [`∂L/∂${symbol}`, `∂${symbol}`] : [name, symbol];
  const { phase } = frame.header;
  const font = shown.what === "grad" || stage.kind === "maps" || stage.kind === "pooled" ? mono : sans;
  // Within the column and its share of the gaps beside it.
  const room = column.box.w + Math.max(8, places.gap - 10);
  const fitting = (text: string, most: number, of: typeof mono) =>
    Math.min(most, (most * room) / Math.max(1, measure(text, of(most, 600))));
  const told =
    names.find((text) => fitting(text, places.text, font) >= LEAST * places.text) ?? names[1] ?? name;
  const size = fitting(told, places.text, font);
  const large = places.text >= 24;
  const ranges = !shown.tensor
    ? [UNKNOWN]
    : ink
      ? ["0 … 1"]
      : [short(most), ...[3, 2, 1].map((digits) => short(Number(most.toPrecision(digits))))].map(
          (x) => `±${x}`,
        );
  // Rather fewer digits than small ones, and none where even those have no room.
  const full = large ? places.text : places.text * 0.82;
  const range = ranges.find((text) => fitting(text, full, mono) >= (large ? 1 : LEAST) * full);
  return [
    {
      kind: "text",
      ...column.title,
      text: told,
      font: font(size, active ? 700 : 600),
      fill: active ? theme.phase[phase] : shown.what === "grad" ? theme.phase.backward : theme.text2,
      align: "middle",
    },
    ...(range === undefined
      ? []
      : [
          {
            kind: "text" as const,
            x: column.title.x,
            y: column.title.y + places.text * 1.15,
            text: range,
            font: mono(fitting(range, full, mono)),
            fill: theme.text3,
            align: "middle" as const,
            number: true,
          },
        ]),
  ];
}
