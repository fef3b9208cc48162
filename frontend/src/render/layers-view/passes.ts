/** The marks of what is passed on between columns. */
import type { Point } from "../../layout/types";
import { sans, type Item, type Segment } from "../display";
import { alpha } from "../marks/card";
import type { NetworkInput } from "./input";

export const PASS = { h: 25, tip: 11 } as const;

export interface Pass {
  readonly kind: "forward" | "backward";
  readonly at: Point;
  /** How wide it may be. */
  readonly room: number;
  readonly active: boolean;
  /** Of a phase that is over. */
  readonly faint: boolean;
  readonly label: string;
  readonly opacity: number;
}

export function passItem(pass: Pass, { theme, measure, places }: NetworkInput): Item[] {
  const { kind, at, active, room } = pass;
  const shade = theme.phase[kind];
  const fill = active ? shade : theme.phaseSoft[kind];
  const ink = active ? theme.onPhase : kind === "backward" ? theme.phase.backward : theme.phase.forward;
  const font = sans(places.font.small, 600);
  const full = kind === "backward" ? `∂L/∂${pass.label}` : pass.label;
  const width = (text: string) => measure(text, font) + (kind === "backward" ? 14 + PASS.tip : 18);
  const text = [full, pass.label].find((one) => width(one) <= room) ?? "";
  const h = Math.min(PASS.h * (places.font.small / 12.5), 40);
  const w = text ? width(text) : Math.max(8, Math.min(16, room));
  const [x, y] = [at.x - w / 2, at.y - h / 2];
  const glow = active ? { glow: { color: alpha(shade, 0.3), blur: 10, dy: 2 } } : {};
  const body: Item =
    kind === "backward"
      ? { kind: "path", d: chevron(x, y, w, h), fill, ...glow }
      : { kind: "rect", x, y, w, h, r: h / 2, fill, ...glow };
  const items: Item[] = [body];
  if (text)
    items.push({
      kind: "text",
      text,
      x: at.x + (kind === "backward" ? PASS.tip / 2 : 0),
      y: at.y + font.size * 0.35,
      font,
      fill: ink,
      align: "middle",
    });
  return [{ kind: "group", opacity: pass.opacity * (pass.faint ? 0.55 : 1), items }];
}

/** Points to where the gradient goes. */
function chevron(x: number, y: number, w: number, h: number): Segment[] {
  const tip = Math.min(PASS.tip, w * 0.7);
  const r = 3;
  return [
    ["M", x, y + h / 2],
    ["L", x + tip, y],
    ["L", x + w - r, y],
    ["C", x + w, y, x + w, y, x + w, y + r],
    ["L", x + w, y + h - r],
    ["C", x + w, y + h, x + w, y + h, x + w - r, y + h],
    ["L", x + tip, y + h],
    ["Z"],
  ];
}
