/** What travels: round and teal forward, a purple chevron backward, an amber ring in the update. */
import type { Box, Point } from "../../layout/types";
import type { Item, Segment } from "../display";
import { FONTS, TOKEN, tokenWidth } from "../metrics";
import { alpha } from "./card";
import type { MarkContext } from "./context";

export type Heading = "left" | "right" | "up" | "down";
export type TokenShape = "round" | "chevron" | "ring" | "factor";

export interface TokenSpec {
  readonly shape: TokenShape;
  readonly text: string;
  /** The middle of the token. */
  readonly at: Point;
  readonly heading: Heading;
  readonly opacity: number;
  readonly id: string;
}

export function tokenBox(token: TokenSpec, ctx: MarkContext): Box {
  const w = tokenWidth(token.text, ctx.measure);
  const vertical = token.shape === "chevron" && (token.heading === "up" || token.heading === "down");
  const width = vertical || token.shape !== "chevron" ? w - TOKEN.tip + 4 : w;
  const height = vertical ? TOKEN.h + TOKEN.tip : TOKEN.h;
  return { x: token.at.x - width / 2, y: token.at.y - height / 2, w: width, h: height };
}

export function tokenItem(token: TokenSpec, ctx: MarkContext): Item {
  const { theme } = ctx;
  const box = tokenBox(token, ctx);
  const glow = { color: alpha(shadeOf(token.shape, ctx), 0.35), blur: 10, dy: 2 };
  const middle = centre(token, box);
  const label: Item = {
    kind: "text",
    text: token.text,
    x: middle.x,
    y: middle.y + FONTS.token.size * 0.36,
    font: FONTS.token,
    fill: token.shape === "ring" || token.shape === "factor" ? shadeOf(token.shape, ctx) : theme.onPhase,
    align: "middle",
    number: true,
    id: token.id,
  };
  const body: Item =
    token.shape === "chevron"
      ? { kind: "path", d: chevron(box, token.heading), fill: theme.phase.backward, glow }
      : token.shape === "round"
        ? { kind: "rect", ...box, r: box.h / 2, fill: theme.phase.forward, glow }
        : {
            kind: "rect",
            ...box,
            r: box.h / 2,
            fill: theme.card,
            stroke: shadeOf(token.shape, ctx),
            width: token.shape === "ring" ? 3 : 1.5,
            glow,
          };
  return { kind: "group", opacity: token.opacity, id: token.id, items: [body, label] };
}

function shadeOf(shape: TokenShape, { theme }: MarkContext): string {
  return shape === "round"
    ? theme.phase.forward
    : shape === "ring"
      ? theme.phase.update
      : theme.phase.backward;
}

function centre({ shape, heading }: TokenSpec, box: Box): Point {
  const [x, y] = [box.x + box.w / 2, box.y + box.h / 2];
  if (shape !== "chevron") return { x, y };
  const by = TOKEN.tip / 2;
  switch (heading) {
    case "left":
      return { x: x + by, y };
    case "right":
      return { x: x - by, y };
    case "up":
      return { x, y: y + by };
    case "down":
      return { x, y: y - by };
  }
}

function chevron({ x, y, w, h }: Box, heading: Heading): Segment[] {
  const t = TOKEN.tip;
  const r = 4;
  // Drawn for a token that points left, then turned; corners opposite to the tip are rounded.
  const flip = (points: readonly (readonly [number, number])[]): Segment[] =>
    points.map(([u, v], i): Segment => {
      const [px, py] =
        heading === "left"
          ? [x + u, y + v]
          : heading === "right"
            ? [x + w - u, y + v]
            : heading === "up"
              ? [x + v, y + u]
              : [x + v, y + h - u];
      return [i === 0 ? "M" : "L", px, py];
    });
  const [length, breadth] = heading === "left" || heading === "right" ? [w, h] : [h, w];
  const corner = (u: number, v: number, du: number, dv: number): [number, number][] => {
    const out: [number, number][] = [];
    for (let k = 0; k <= 4; k++) {
      const a = ((k / 4) * Math.PI) / 2;
      out.push([u + du * (Math.sin(a) - 1) * r, v + dv * (Math.cos(a) - 1) * r]);
    }
    return out;
  };
  return [
    ...flip([
      [0, breadth / 2],
      [t, 0],
      ...corner(length, 0, 1, -1).map(([u, v]): [number, number] => [u, v]),
      ...corner(length, breadth, 1, 1).reverse(),
      [t, breadth],
    ]),
    ["Z"],
  ];
}
