/** Where wires, tokens and strips meet a card. */
import { portFraction } from "../layout/level";
import type { DrawnNode } from "../layout/drawing";
import type { Box, Flow, Point } from "../layout/types";
import type { Curve } from "./curve";
import { TOKEN, TOKEN_MAX } from "./metrics";

export interface Wire {
  readonly edge: number;
  /** The drawn nodes at its ends. */
  readonly source: number;
  readonly target: number;
  readonly curve: Curve;
  /** Whether it goes on in another row. */
  readonly turns: boolean;
  /** Whether it comes from what stands beside its target. */
  readonly stays: boolean;
  readonly bounds: Box;
}

export type Side = "left" | "right" | "up" | "down";

/** Where what a card gives leaves it: along the flow, or towards the op beside which it stands. */
export function outSide(node: Pick<DrawnNode, "host"> | undefined, flow: Flow): Side {
  if (flow === "right") return typeof node?.host === "number" ? "up" : "right";
  return typeof node?.host === "number" ? "left" : "down";
}

export function opposite(side: Side): Side {
  return ({ left: "right", right: "left", up: "down", down: "up" } as const)[side];
}

export function inPort(card: Box, slot: number, arity: number, flow: Flow): Point {
  const f = portFraction(slot, arity);
  return flow === "right" ? { x: card.x, y: card.y + card.h * f } : { x: card.x + card.w * f, y: card.y };
}

/** Where the k-th of what stays comes into its op: on the side of the lane. */
export function stayPort(card: Box, k: number, count: number, flow: Flow): Point {
  const f = portFraction(k, count);
  return flow === "right"
    ? { x: card.x + card.w * f, y: card.y + card.h }
    : { x: card.x + card.w, y: card.y + card.h * f };
}

export function outPort(card: Box, side: Side): Point {
  switch (side) {
    case "right":
      return { x: card.x + card.w, y: card.y + card.h / 2 };
    case "left":
      return { x: card.x, y: card.y + card.h / 2 };
    case "down":
      return { x: card.x + card.w / 2, y: card.y + card.h };
    case "up":
      return { x: card.x + card.w / 2, y: card.y };
  }
}

/** Where a token rests that has come to a card against the flow: just outside its output. */
export function dock(card: Box, side: Side, width = TOKEN_MAX): Box {
  const { x, y } = outPort(card, side);
  switch (side) {
    case "right":
      return { x: x + 3, y: y - TOKEN.h / 2, w: width, h: TOKEN.h };
    case "left":
      return { x: x - 3 - width, y: y - TOKEN.h / 2, w: width, h: TOKEN.h };
    case "down":
      return { x: x - width / 2, y: y + 3, w: width, h: TOKEN.h + TOKEN.tip };
    case "up":
      return { x: x - width / 2, y: y - 3 - TOKEN.h - TOKEN.tip, w: width, h: TOKEN.h + TOKEN.tip };
  }
}
