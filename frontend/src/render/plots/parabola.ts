/**
 * The loss over one weight: the curve, where the weight stands on it, the tangent whose slope is the gradient, the
 * trail of earlier iterations, and in the update step the way from the ghost to the new place. Pure in t.
 */
import type { FrameView, Graph, SweepResult } from "../../store/types";
import { mono, sans, type Item, type Measure, type Segment } from "../display";
import { short } from "../format";
import { BEATS, during } from "../motion";
import type { Theme } from "../theme";
import { linear, rangeAround, ticks, tickText } from "./axis";

export interface ParabolaPoint {
  readonly w: number | null;
  readonly loss: number | null;
}

/** What the plot shows of a frame. */
export interface ParabolaState {
  /** The weight: after an update its new value. */
  readonly w: number | null;
  /** Null until the forward pass has reached it. */
  readonly loss: number | null;
  /** Null until the backward pass has reached it, or while it is withheld. */
  readonly grad: number | null;
  /** The weight before the update, in its step. */
  readonly before: number | null;
  /** Whether this iteration's update has been: the loss and the gradient belong to where the weight was. */
  readonly moved: boolean;
  readonly phase: FrameView["header"]["phase"];
}

export interface ParabolaInput {
  readonly sweep: Pick<SweepResult, "xs" | "losses"> | null;
  readonly state: ParabolaState;
  /** Earlier iterations, oldest first. */
  readonly trail: readonly ParabolaPoint[];
  readonly t: number;
  readonly size: { readonly w: number; readonly h: number };
  readonly theme: Theme;
  readonly measure: Measure;
  readonly words: ParabolaWords;
}

export interface ParabolaWords {
  /** Names of the axes: the weight and the loss. */
  readonly x: string;
  readonly y: string;
  readonly slope: string;
  /** What to say where there is no curve yet. */
  readonly waiting: string;
}

export const TRAIL = 40;

/** Reads the plot's numbers from a frame. `name` is the parameter's. */
export function parabolaState(graph: Graph, frame: FrameView, name: string): ParabolaState {
  const node = graph.nodes.find((n) => n.name === name);
  const loss = graph.nodes.find((n) => n.loss);
  const one = (tensor: { data: ArrayLike<number> | null } | null) =>
    tensor?.data?.length === 1 ? (tensor.data[0] ?? null) : null;
  const { step, phase, withheld } = frame.header;
  const mine = node !== undefined && step.node === node.index;
  const target = step.edge === null ? undefined : graph.edges[step.edge]?.source;
  const updated =
    phase === "update" &&
    graph.steps.some((s) => s.kind === "update" && s.node === node?.index && s.index <= step.index);
  return {
    w: node ? one(frame.value(node.index)) : null,
    loss: loss ? one(frame.value(loss.index)) : null,
    grad: node && !(withheld && target === node.index) ? one(frame.grad(node.index)) : null,
    before: updated && mine ? one(frame.before) : null,
    moved: updated,
    phase,
  };
}

/** Over which weights to ask for the curve, so that the trail and the next step are seen. */
export function sweepRange(w: number | null, trail: readonly ParabolaPoint[]): { low: number; high: number } {
  const recent = trail.slice(-TRAIL).flatMap((p) => (p.w === null ? [] : [p.w]));
  return rangeAround([...recent, ...(w === null ? [] : [w])], 4);
}

/** Whether the weight or its loss is NaN or infinite: then there is nothing to draw, and a sentence says why. */
export function isOdd({ w, loss }: ParabolaState): boolean {
  return [w, loss].some((x) => x !== null && !Number.isFinite(x));
}

/** The latest of the iterations before `end` whose weight and loss were finite. */
export function lastFinite(
  at: (iteration: number) => ParabolaPoint,
  end: number,
): { iteration: number; w: number; loss: number } | null {
  for (let k = end - 1; k >= 0; k--) {
    const { w, loss } = at(k);
    if (w !== null && loss !== null && Number.isFinite(w) && Number.isFinite(loss))
      return { iteration: k, w, loss };
  }
  return null;
}

export function parabola(input: ParabolaInput): Item[] {
  const { sweep, state, theme, words, size } = input;
  if (isOdd(state)) return [];
  const curve = (sweep?.xs ?? [])
    .map((x, i) => ({ x: Number(x), y: Number(sweep?.losses[i]) }))
    .filter((p) => Number.isFinite(p.x));
  const drawable = curve.filter((p) => Number.isFinite(p.y));
  if (drawable.length < 2)
    return [
      {
        kind: "text",
        text: words.waiting,
        x: size.w / 2,
        y: size.h / 2,
        font: sans(13, 500),
        fill: theme.text3,
        align: "middle",
      },
    ];
  return new Plot(input, drawable).items();
}

class Plot {
  readonly #x: (w: number) => number;
  readonly #y: (loss: number) => number;
  readonly #range: { x: [number, number]; y: [number, number] };
  readonly #area;

  constructor(
    readonly input: ParabolaInput,
    readonly curve: readonly { x: number; y: number }[],
  ) {
    const { size, state, trail } = input;
    const large = size.w >= 480;
    this.#area = { x: large ? 52 : 42, y: 22, w: size.w - (large ? 74 : 58), h: size.h - (large ? 60 : 52) };
    const xs = curve.map((p) => p.x);
    const x: [number, number] = [Math.min(...xs), Math.max(...xs)];
    const losses = curve.map((p) => p.y);
    const low = Math.min(...losses);
    const here = [state.loss, ...trail.map((p) => p.loss), this.#at(state.before ?? state.w ?? Number.NaN)];
    const reached = here.filter((l): l is number => l !== null && Number.isFinite(l));
    // The curve's own height decides, unless the trail stays well below it: then one looks closer.
    const top = Math.max(...losses);
    const wanted = Math.max(...reached, low) * 1.45 + (top - low) * 0.04;
    const high = Math.min(top, Math.max(wanted, low + (top - low) * 0.12));
    const floor = low >= 0 && low < (high - low) * 0.25 ? 0 : low;
    this.#range = { x, y: [floor, high > floor ? high : floor + 1] };
    const a = this.#area;
    this.#x = linear(x, [a.x, a.x + a.w]);
    this.#y = linear(this.#range.y, [a.y + a.h, a.y]);
  }

  items(): Item[] {
    const { x, y, w, h } = this.#area;
    return [
      ...this.#axes(),
      {
        kind: "group",
        clip: { x: x - 1, y: y - 6, w: w + 2, h: h + 7 },
        items: [this.#line(), ...this.#trail(), ...this.#tangent()],
      },
      ...this.#here(),
    ];
  }

  /** The loss on the drawn curve; NaN beyond it. Only ever a place in the picture, never a printed number. */
  #at(w: number): number {
    const i = this.curve.findIndex((p) => p.x >= w);
    const [a, b] = [this.curve[i - 1], this.curve[i]];
    if (!b) return Number.NaN;
    if (!a) return b.x === w ? b.y : Number.NaN;
    return a.y + ((b.y - a.y) * (w - a.x)) / (b.x - a.x || 1);
  }

  #axes(): Item[] {
    const { theme, words } = this.input;
    const { x, y, w, h } = this.#area;
    const base = y + h;
    const items: Item[] = [];
    const font = mono(11.5, 450);
    for (const tick of ticks(...this.#range.y, Math.max(2, Math.floor(h / 46)))) {
      const at = this.#y(tick);
      if (at < y - 1) continue;
      items.push({
        kind: "path",
        d: [
          ["M", x, at],
          ["L", x + w, at],
        ],
        stroke: theme.border,
        width: 1,
        opacity: Math.abs(at - base) < 0.5 ? 1 : 0.5,
      });
      items.push({
        kind: "text",
        text: tickText(tick),
        x: x - 7,
        y: at + 4,
        font,
        fill: theme.text3,
        align: "end",
      });
    }
    items.push({
      kind: "path",
      d: [
        ["M", x, base],
        ["L", x + w, base],
      ],
      stroke: theme.borderStrong,
      width: 1,
    });
    for (const tick of ticks(...this.#range.x, Math.max(2, Math.floor(w / 70)))) {
      const at = this.#x(tick);
      items.push({
        kind: "path",
        d: [
          ["M", at, base],
          ["L", at, base + 4],
        ],
        stroke: theme.borderStrong,
        width: 1,
      });
      // The axis's name stands at its end.
      if (at < x + w - 22)
        items.push({
          kind: "text",
          text: tickText(tick),
          x: at,
          y: base + 19,
          font,
          fill: theme.text3,
          align: "middle",
        });
    }
    items.push(
      {
        kind: "text",
        text: words.x,
        x: x + w,
        y: base + 19,
        font: sans(12.5, 650),
        fill: theme.text2,
        align: "end",
      },
      {
        kind: "text",
        text: words.y,
        x: x,
        y: y - 9,
        font: sans(12.5, 650),
        fill: theme.text2,
        align: "middle",
      },
    );
    return items;
  }

  #line(): Item {
    const d = this.curve.map((p, i): Segment => [i === 0 ? "M" : "L", this.#x(p.x), this.#y(p.y)]);
    return { kind: "path", d, stroke: this.input.theme.text3, width: 2, cap: "round" };
  }

  #trail(): Item[] {
    const { theme, trail } = this.input;
    const points = trail
      .slice(-TRAIL)
      .filter((p): p is { w: number; loss: number } => p.w !== null && p.loss !== null)
      .filter((p) => Number.isFinite(p.w) && Number.isFinite(p.loss));
    return points.flatMap((p, i): Item[] => {
      const opacity = 0.25 + (0.55 * (i + 1)) / points.length;
      const next = points[i + 1];
      const [x, y] = [this.#x(p.w), this.#y(p.loss)];
      const dot: Item = { kind: "circle", x, y, r: 3, fill: theme.text3, opacity };
      if (!next) return [dot];
      const d: Segment[] = [
        ["M", x, y],
        ["L", this.#x(next.w), this.#y(next.loss)],
      ];
      return [{ kind: "path", d, stroke: theme.text3, width: 1, opacity: opacity * 0.6 }, dot];
    });
  }

  #tangent(): Item[] {
    const { theme, state } = this.input;
    const w = state.before ?? state.w;
    const loss = state.before === null ? state.loss : this.#place(state.before);
    if (w === null || loss === null || state.grad === null || !Number.isFinite(state.grad)) return [];
    if (state.moved && state.before === null) return [];
    const [px, py] = [this.#x(w), this.#y(loss)];
    const dx = this.#x(w + 1) - px;
    const dy = this.#y(loss + state.grad) - py;
    const length = Math.hypot(dx, dy) || 1;
    const reach = Math.min(this.#area.w, this.#area.h) * 0.62;
    const [ux, uy] = [(dx / length) * reach, (dy / length) * reach];
    const negative = state.grad < 0;
    const d: Segment[] = [
      ["M", px - ux, py - uy],
      ["L", px + ux, py + uy],
    ];
    const color = state.grad > 0 ? theme.positive : negative ? theme.negative : theme.zeroEdge;
    return [
      { kind: "path", d, stroke: color, width: 3, cap: "butt", ...(negative ? { dash: [8, 4.5] } : {}) },
    ];
  }

  /** The loss of the weight before its update is the frame's loss; before it is known, the curve's. */
  #place(w: number): number {
    return this.input.state.loss ?? this.#at(w);
  }

  #here(): Item[] {
    const { theme, state, t, words, measure } = this.input;
    const items: Item[] = [];
    const color = theme.phase[state.phase];
    if (state.w === null) return items;
    if (state.before !== null) {
      const p = during(t, BEATS.update.value);
      const now = state.before + (state.w - state.before) * p;
      const [gx, gy] = [this.#x(state.before), this.#y(this.#place(state.before))];
      items.push({ kind: "circle", x: gx, y: gy, r: 5, fill: theme.card, stroke: theme.text3, width: 1.75 });
      items.push(...this.#mark(now, this.#at(now), color, true));
    } else if (state.moved) items.push(...this.#mark(state.w, this.#at(state.w), color, true));
    else items.push(...this.#mark(state.w, state.loss, color, false));
    if (state.grad !== null && Number.isFinite(state.grad)) {
      const text = short(state.grad);
      const { x, w, y } = this.#area;
      const font = mono(13, 650);
      items.push({
        kind: "text",
        text,
        x: x + w,
        y: y - 8,
        font,
        fill: state.grad > 0 ? theme.positiveText : state.grad < 0 ? theme.negativeText : theme.zeroText,
        align: "end",
        number: true,
        id: "slope",
      });
      items.push({
        kind: "text",
        text: words.slope,
        x: x + w - measure(text, font) - 7,
        y: y - 8,
        font: sans(12.5, 400),
        fill: theme.text3,
        align: "end",
      });
    }
    return items;
  }

  /** The weight on its axis, and on the curve where its loss is known (a ring where it is not computed yet). */
  #mark(w: number, loss: number | null, color: string, open: boolean): Item[] {
    const { theme } = this.input;
    const a = this.#area;
    const base = a.y + a.h;
    const x = this.#x(w);
    if (x < a.x - 1 || x > a.x + a.w + 1) return [this.#beyond(w, x > a.x, color)];
    const items: Item[] = [
      {
        kind: "path",
        d: [["M", x, base], ["L", x - 5, base + 7], ["L", x + 5, base + 7], ["Z"]],
        fill: color,
      },
    ];
    if (loss === null || !Number.isFinite(loss)) return items;
    const y = this.#y(loss);
    if (y < a.y - 6)
      return [
        ...items,
        {
          kind: "path",
          d: [["M", x, a.y - 4], ["L", x - 6, a.y + 6], ["L", x + 6, a.y + 6], ["Z"]],
          fill: color,
        },
      ];
    items.push(
      {
        kind: "path",
        d: [
          ["M", x, base],
          ["L", x, y],
        ],
        stroke: color,
        width: 1,
        opacity: 0.45,
      },
      {
        kind: "circle",
        x,
        y,
        r: 5.5,
        fill: open ? theme.card : color,
        stroke: open ? color : theme.card,
        width: 2,
      },
    );
    return items;
  }

  /** An arrow at the edge: the weight has left what is drawn. */
  #beyond(w: number, right: boolean, color: string): Item {
    const a = this.#area;
    const x = right ? a.x + a.w : a.x;
    const s = right ? 1 : -1;
    const y = a.y + a.h / 2;
    return {
      kind: "group",
      id: "beyond",
      items: [
        {
          kind: "path",
          d: [["M", x, y], ["L", x - s * 12, y - 8], ["L", x - s * 12, y + 8], ["Z"]],
          fill: color,
        },
        {
          kind: "text",
          text: short(w),
          x: x - s * 17,
          y: y + 4.5,
          font: mono(13, 650),
          fill: color,
          align: right ? "end" : "start",
          halo: this.input.theme.card,
          number: true,
        },
      ],
    };
  }
}
