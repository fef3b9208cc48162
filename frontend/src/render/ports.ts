/** Where wires, tokens and strips meet a card. */
import { portFraction } from "../layout/elk-graph";
import type { Box, Flow, Point } from "../layout/types";
import type { Curve } from "./curve";
import { TOKEN, TOKEN_MAX } from "./metrics";

export interface Wire {
  readonly edge: number;
  readonly source: number;
  readonly target: number;
  readonly curve: Curve;
  /** Whether it goes on in another row. */
  readonly turns: boolean;
  readonly bounds: Box;
}

export function inPort(card: Box, slot: number, arity: number, flow: Flow): Point {
  const f = portFraction(slot, arity);
  return flow === "right" ? { x: card.x, y: card.y + card.h * f } : { x: card.x + card.w * f, y: card.y };
}

export function outPort(card: Box, flow: Flow): Point {
  return flow === "right"
    ? { x: card.x + card.w, y: card.y + card.h / 2 }
    : { x: card.x + card.w / 2, y: card.y + card.h };
}

/** Where a token rests that has come to a card against the flow: just outside its output. */
export function dock(card: Box, flow: Flow, width = TOKEN_MAX): Box {
  const port = outPort(card, flow);
  return flow === "right"
    ? { x: port.x + 3, y: port.y - TOKEN.h / 2, w: width, h: TOKEN.h }
    : { x: port.x - width / 2, y: port.y + 3, w: width, h: TOKEN.h + TOKEN.tip };
}
