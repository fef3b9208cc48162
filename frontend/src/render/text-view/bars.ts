/** The moment of the lesson: what the chosen token looks at, and where its own loss comes back to, token by token. */
import type { Item } from "../display";
import { mono, sans } from "../display";
import { toNumber } from "../../store/reduce";
import type { Theme } from "../theme";
import { columnX, type TextPlaces } from "./arrangement";
import { weightAt, weightsOf } from "./parts";
import type { TextInput } from "./scene";

const HEADS: Readonly<Record<Theme["name"], readonly string[]>> = {
  light: ["#00796b", "#b08a00", "#3f6fb5", "#7a8a2a"],
  dark: ["#4fc3b4", "#e3c63f", "#86aef0", "#b7c96a"],
};

export function headColor(theme: Theme, head: number): string {
  return HEADS[theme.name][head % 4] ?? theme.text3;
}

/** The weights of the chosen token in the chosen block: by head, on each place. Null: not computed yet. */
export function looksOf({ text, frame, view, places }: TextInput): number[][] | null {
  const data = weightsOf(text, frame, view.chosen.block);
  if (!data) return null;
  return Array.from({ length: places.shape.heads }, (_, head) =>
    Array.from(
      { length: text.context },
      (_, to) => data[weightAt(text.context, head, view.chosen.position, to)] ?? 0,
    ),
  );
}

/** The shares of the gradient that reaches the embeddings. Null: it has not come so far. */
export function sharesOf({ view }: Pick<TextInput, "view">): number[] | null {
  const shares = view.traced?.stages[0]?.shares;
  return shares ? shares.map((x) => toNumber(x) ?? Number.NaN) : null;
}

/**
 * What is as high as its lane. One scale for both lanes would press one flat where the other has all in one place; where
 * they disagree is seen, and how large each is stands beside its largest.
 */
function mostOf(numbers: readonly number[]): number {
  return Math.max(0.1, ...numbers.filter(Number.isFinite));
}

/** How large numbers are, and from which on they are written: where there is little room, only those that matter. */
function numbering(
  { text, column, least }: TextPlaces,
  numbers: readonly number[],
): { size: number; least: number } {
  const largest = Math.max(0.005, ...numbers.filter(Number.isFinite));
  // For a class: large, or the largest alone.
  if (least > 0) return { size: least, least: column >= least * 2.45 ? 0.005 : largest };
  if (column < 18) return { size: 9, least: largest };
  if (column < 30) return { size: Math.min(9, column / 2.45), least: 0.1 };
  return { size: Math.min(text * 0.95, column / 2.85), least: 0.005 };
}

/** From each token that is looked at to the one that looks: as wide as it is looked at. */
export function arcItems(input: TextInput): Item[] {
  const { places, view, theme, text } = input;
  const looks = looksOf(input);
  if (!looks) return [];
  const { position } = view.chosen;
  const foot = places.tokens.y - 3;
  const to = columnX(places, position);
  const farthest = Math.max(1, position, text.context - 1 - position);
  return looks.flatMap((weights, head) => {
    const shift = (head - (looks.length - 1) / 2) * Math.min(5, places.column / (looks.length + 1));
    return weights.flatMap((w, k): Item[] => {
      if (!(w > 0.015)) return [];
      const color = headColor(theme, head);
      const style = { stroke: color, width: 0.75 + 6 * w, opacity: 0.3 + 0.6 * w };
      const from = columnX(places, k) + shift;
      const end = to + shift;
      const rise = places.arcs.h * (k === position ? 0.3 : 0.34 + 0.6 * (Math.abs(k - position) / farthest));
      // A cubic rises to three quarters of its handles; one that comes back to where it began is a loop.
      const lean = k === position ? places.column * 0.32 : 0;
      const top = foot - rise / 0.75;
      return [
        {
          kind: "path",
          d: [
            ["M", from, foot],
            ["C", from - lean, top, end + lean, top, end, foot],
          ],
          ...style,
        },
      ];
    });
  });
}

/** Above the line: how much the chosen token takes from each, one bar for each head. */
export function lookItems(input: TextInput): Item[] {
  const { places, view, theme, text } = input;
  const looks = looksOf(input);
  const { looks: box, column } = places;
  const axis = box.y + box.h;
  const most = mostOf(looks?.flat() ?? []);
  const { size, least } = numbering(places, looks?.flat() ?? []);
  const high = box.h - size * 1.3;
  const items: Item[] = [
    {
      kind: "path",
      d: [
        ["M", box.x, axis],
        ["L", box.x + box.w, axis],
      ],
      stroke: theme.borderStrong,
      width: 1,
    },
  ];
  if (!looks) return [...items, unknown(input, box.x + box.w / 2, axis - box.h / 2)];
  const bar = (column * 0.72) / looks.length;
  for (let k = 0; k < text.context; k++) {
    const left = columnX(places, k) - (bar * looks.length) / 2;
    let tallest = 0;
    looks.forEach((weights, head) => {
      const w = weights[k] ?? 0;
      const h = Number.isFinite(w) ? (high * w) / most : 0;
      tallest = Math.max(tallest, w);
      if (h > 0)
        items.push({
          kind: "rect",
          x: left + head * bar + 0.5,
          y: axis - h,
          w: bar - 1,
          h,
          r: 1.5,
          fill: headColor(theme, head),
        });
    });
    if (tallest >= least)
      items.push({
        kind: "text",
        x: columnX(places, k),
        y: axis - (high * tallest) / most - size * 0.32,
        text: tallest.toFixed(2),
        font: mono(size, 500),
        fill: theme.text2,
        align: "middle",
        number: true,
      });
  }
  const hidden = text.context - 1 - view.chosen.position;
  const room = hidden * column;
  if (view.causal && hidden > 0) {
    const x = box.x + (view.chosen.position + 1) * column;
    items.push({
      kind: "rect",
      x: x + 2,
      y: box.y + 2,
      w: room - 4,
      h: box.h + places.pulls.h - 4,
      r: 6,
      fill: theme.zero,
      opacity: 0.4,
    });
    const words = view.words.masked;
    if (input.measure(words, sans(places.text)) < room - 12)
      items.push({
        kind: "text",
        x: x + room / 2,
        y: axis - places.text * 0.6,
        text: words,
        font: sans(places.text, 500),
        fill: theme.text3,
        align: "middle",
      });
  }
  return items;
}

/** Below it: which share of the gradient reaches the embedding of each. */
export function pullItems(input: TextInput): Item[] {
  const { places, theme, text, view } = input;
  const shares = sharesOf(input);
  const { pulls: box, column } = places;
  if (!shares) return [unknown(input, box.x + box.w / 2, box.y + box.h / 2)];
  const most = mostOf(shares);
  const { size, least } = numbering(places, shares);
  const high = box.h - size * 1.3;
  const { backward } = theme.phase;
  return Array.from({ length: text.context }, (_, k): Item[] => {
    const share = shares[k] ?? 0;
    if (view.causal && k > view.chosen.position) return [];
    const h = Number.isFinite(share) ? (high * share) / most : 0;
    const w = column * 0.72;
    return [
      { kind: "rect", x: columnX(places, k) - w / 2, y: box.y, w, h, r: 1.5, fill: backward },
      ...(share >= least
        ? [
            {
              kind: "text" as const,
              x: columnX(places, k),
              y: box.y + h + size * 1.05,
              // Most are small beside its own: then two digits tell them apart.
              text: share.toFixed(share < 0.095 && column >= size * 3.1 ? 3 : 2),
              font: mono(size, 500),
              fill: theme.text2,
              align: "middle" as const,
              number: true,
            },
          ]
        : []),
    ];
  }).flat();
}

function unknown({ places, theme }: TextInput, x: number, y: number): Item {
  return {
    kind: "text",
    x,
    y: y + places.text * 0.3,
    text: "—",
    font: mono(places.text * 1.1),
    fill: theme.text3,
    align: "middle",
  };
}
