/** A wire: grey until its contribution has come, then sign as colour and dashes, size as width. */
import type { Phase } from "../../store/types";
import { partOf, pointAt, type Curve } from "../curve";
import type { Item, Segment } from "../display";
import { dashes, markColor, WIRE } from "../encode";
import type { Tone } from "../reading";
import type { MarkContext } from "./context";

export interface WireState {
  /** What the contribution looks like, once it is there. */
  readonly tone: Tone | null;
  readonly width: number;
  /** From which fraction on (0 at the source) the contribution has passed; 0 all of it, 1 nothing yet. */
  readonly passed: number;
  /** How far the forward values have come, while they travel; null otherwise. */
  readonly forward: number | null;
  readonly faint: boolean;
  readonly selected: boolean;
  readonly hovered: boolean;
  /** A node that was tried to fire waits for what comes along here. */
  readonly awaited: boolean;
}

export function wireItems(curve: Curve, state: WireState, { theme }: MarkContext): Item[] {
  const items: Item[] = [];
  const { tone } = state;
  const whole = state.passed <= 0;
  if (state.selected || state.hovered)
    items.push({
      kind: "path",
      d: curve.d,
      stroke: theme.focus,
      width: Math.max(WIRE.plain, tone ? state.width : 0) + 6,
      opacity: state.selected ? 0.3 : 0.15,
      cap: "round",
    });
  if (state.awaited)
    items.push({
      kind: "path",
      d: curve.d,
      stroke: theme.phaseSoft.backward,
      width: WIRE.plain + 8,
      cap: "round",
    });
  if (!tone || !whole)
    items.push({ kind: "path", d: curve.d, stroke: theme.wire, width: WIRE.plain, cap: "round" });
  if (tone && state.passed < 1) {
    const d = whole ? curve.d : partOf(curve, state.passed, 1);
    const color = markColor(tone, theme);
    const dash = dashes(tone, state.width);
    if (tone === "zero")
      items.push({
        kind: "path",
        d,
        stroke: theme.zeroEdge,
        width: state.width + 1.5,
        opacity: state.faint ? 0.6 : 1,
      });
    items.push({
      kind: "path",
      d,
      stroke: color,
      width: state.width,
      opacity: state.faint ? 0.6 : 1,
      ...(dash ? { dash } : {}),
    });
  }
  if (state.forward !== null)
    items.push({
      kind: "path",
      d: state.forward >= 1 ? curve.d : partOf(curve, 0, state.forward),
      stroke: theme.phase.forward,
      width: 2.25,
      cap: "round",
    });
  return items;
}

/** A filled arrowhead on the wire, pointing along the data or against it. */
export function arrowItem(
  curve: Curve,
  s: number,
  against: boolean,
  phase: Phase,
  size: number,
  ctx: MarkContext,
): Item {
  const p = pointAt(curve, s);
  const [dx, dy] = against ? [-p.tx, -p.ty] : [p.tx, p.ty];
  const [nx, ny] = [-dy, dx];
  const corner = (along: number, across: number): [number, number] => [
    p.x + dx * along * size + nx * across * size,
    p.y + dy * along * size + ny * across * size,
  ];
  const d: Segment[] = [
    ["M", ...corner(0.8, 0)],
    ["L", ...corner(-0.55, 0.52)],
    ["L", ...corner(-0.55, -0.52)],
    ["Z"],
  ];
  return { kind: "path", d, fill: ctx.theme.phase[phase], stroke: ctx.theme.stage, width: 1.25 };
}
