/** Where wires, tokens and strips meet a card. */
import { portFraction } from "../layout/elk-graph";
import type { Box, Flow, Point } from "../layout/types";
import type { Curve } from "./curve";
import { STRIP, TOKEN, TOKEN_MAX } from "./metrics";

export interface Wire {
  readonly edge: number;
  readonly source: number;
  readonly target: number;
  readonly curve: Curve;
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

/** The strip of arithmetic below a card (beside it where the flow is down). */
export function stripBox(card: Box, width: number, flow: Flow, bounds?: Box): Box {
  if (flow === "right") {
    const x = card.x + card.w / 2 - width / 2;
    return { x, y: card.y + card.h + STRIP.gap, w: width, h: STRIP.h };
  }
  const centred = card.x + card.w / 2 - width / 2;
  const x = bounds ? Math.max(bounds.x - 24, Math.min(centred, bounds.x + bounds.w + 24 - width)) : centred;
  return { x, y: card.y + card.h + TOKEN.h + TOKEN.tip + STRIP.gap, w: width, h: STRIP.h };
}
