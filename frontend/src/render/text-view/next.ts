/** What may follow the chosen token: the likeliest characters, and the one that does. */
import type { Item } from "../display";
import { mono, sans } from "../display";
import { short, UNKNOWN } from "../format";
import { toNumber } from "../../store/reduce";
import { candidates, tokensOf, visible, visibleText, type Candidate } from "./parts";
import type { TextInput } from "./scene";

/** How many characters before it are repeated. */
const TAIL = 8;

export function candidatesIn({ view, places }: Pick<TextInput, "view" | "places">): Candidate[] {
  const { traced, passing, written } = view;
  if (passing) return written ? candidates(written.probabilities, null, places.rows) : [];
  return traced ? candidates(traced.probabilities, traced.target, places.rows) : [];
}

export function nextItems(input: TextInput): Item[] {
  const { graph, text, places, frame, view, theme, measure } = input;
  const { next: box, rows, text: size } = places;
  if (rows === 0) return [];
  const { words, chosen, passing, written } = view;
  const traced = passing ? null : view.traced;
  const { tokens } = tokensOf(graph, text, frame, view.sample);
  // A window is gone in a moment while it trains flat out: then it is shown what may follow a text that stays.
  const tail = passing
    ? written
      ? visibleText(written.text.slice(-TAIL))
      : UNKNOWN
    : tokens
      ? visibleText(
          tokens
            .slice(Math.max(0, chosen.position + 1 - TAIL), chosen.position + 1)
            .map((token) => text.characters[token] ?? "")
            .join(""),
        )
      : UNKNOWN;
  const title = sans(size, 600);
  const loss = toNumber(passing ? frame.header.loss : traced?.loss);
  const told = `${words.loss} ${short(loss)}`;
  const digits = Math.max(places.least, size * 0.95);
  const room = box.w - measure(told, mono(digits, 600)) - size;
  const y = box.y - size * 0.75;
  const items: Item[] = [
    {
      kind: "text",
      x: box.x + box.w,
      y,
      text: told,
      font: mono(digits, 600),
      fill: theme.text,
      align: "end",
      number: true,
    },
  ];
  const after = box.x + measure(words.next, title) + size * 0.5;
  // Of what is before as much as there is room for, its end above all; the word alone would be read with the loss.
  const fits = (text: string) => after + measure(text, mono(size, 600)) < box.x + room;
  const seen = Array.from(tail, (_, k) => tail.slice(k)).find(fits);
  if (seen !== undefined)
    items.push(
      { kind: "text", x: box.x, y, text: words.next, font: title, fill: theme.text2 },
      { kind: "text", x: after, y, text: seen, font: mono(size, 600), fill: theme.text },
    );
  const h = box.h / rows;
  const label = Math.min(size * 1.1, h * 0.72);
  const found = candidatesIn(input);
  for (let k = 0; k < rows; k++) {
    const one = found[k];
    const middle = box.y + (k + 0.5) * h;
    const right = one && one.token === traced?.target;
    const from = box.x + label * 2.1;
    const number = Math.max(places.least, label) * 4;
    const wide = Math.max(0, box.w - (from - box.x) - number);
    if (right)
      items.push({
        kind: "rect",
        x: box.x,
        y: middle - label * 0.78,
        w: label * 1.5,
        h: label * 1.56,
        r: 4,
        stroke: theme.text,
        width: 1.5,
      });
    items.push({
      kind: "text",
      x: box.x + label * 0.75,
      y: middle + label * 0.35,
      text: one ? visible(text.characters[one.token] ?? "") : UNKNOWN,
      font: mono(label, right ? 700 : 500),
      fill: one ? theme.text : theme.text3,
      align: "middle",
    });
    items.push({
      kind: "rect",
      x: from,
      y: middle - h * 0.28,
      w: wide,
      h: h * 0.56,
      r: 3,
      fill: theme.zero,
      opacity: 0.5,
    });
    if (!one) continue;
    const p = one.probability;
    if (p > 0)
      items.push({
        kind: "rect",
        x: from,
        y: middle - h * 0.28,
        w: wide * p,
        h: h * 0.56,
        r: 3,
        fill: theme.positive,
        opacity: right ? 0.85 : 0.5,
      });
    items.push({
      kind: "text",
      x: box.x + box.w,
      y: middle + label * 0.35,
      text: Number.isFinite(p) ? words.percent(p) : short(p),
      font: mono(Math.max(places.least, label * 0.92), right ? 700 : 500),
      fill: theme.text,
      align: "end",
      number: true,
    });
  }
  return items;
}
