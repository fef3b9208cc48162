/** What moves in each kind of step, as a function of t: tokens, the wires they run on, the arithmetic they leave. */
import type { Box, Point } from "../layout/types";
import { blockUpTo, within } from "../layout/blocks";
import type { Act, FrameView, GraphEdge, GraphNode, TensorView } from "../store/types";
import { beside, pointAt, type Curve } from "./curve";
import { mono, overlaps, type Item } from "./display";
import { short, WITHHELD } from "./format";
import type { Geometry } from "./geometry";
import { beforeUpdates, cellOf, type Cell, type Reading } from "./reading";
import { linesOf, TOKEN, tokenWidth } from "./metrics";
import type { MarkContext } from "./marks/context";
import type { StripSpec } from "./marks/strip";
import type { Heading, TokenSpec } from "./marks/token";
import { appears, BEATS, during } from "./motion";
import { dock, opposite, outPort, outSide } from "./ports";
import type { Spot } from "./scene-input";
import { symbolOf } from "./symbols";

export interface Moves {
  readonly tokens: TokenSpec[];
  readonly strips: { readonly node: number; readonly spec: StripSpec }[];
  /** Thin lines to the pins that are read. */
  readonly lines: Item[];
  /** Old values beside the cards they have left. */
  readonly ghosts: Item[];
  readonly roles: Map<number, "active" | "touched">;
  readonly pinsRead: Set<number>;
  /** Wires that something runs along: how far a contribution has passed (1 → 0), or values have come (0 → 1). */
  readonly wires: Map<number, { passed?: number; forward?: number }>;
  /** Cards that lie over the tokens, besides those with a role. */
  readonly over: Set<number>;
}

export interface MoveInput {
  readonly geometry: Geometry;
  readonly frame: FrameView;
  readonly reading: Reading;
  readonly t: number;
  readonly ctx: MarkContext;
  /** The learning rate in force, for the strip of an update; null where there is none. */
  readonly rate: number | null;
  readonly selected: Spot | null;
  /** Of a graph of numbers: how its parts of a step are written out. */
  readonly parts: Parts | null;
  /** Edges, or of an update nodes, whose arithmetic is written out; null: that of the frame's own step. */
  readonly written?: ReadonlySet<number> | null;
  /** Its turn is over, and another's has come. */
  readonly past?: boolean;
}

/** What only a graph of numbers needs, of which a step computes several: it comes with the view that shows one. */
export interface Parts {
  /** Edges, or of an update nodes, whose arithmetic is written out. */
  told(input: MoveInput, acts: readonly Act[]): ReadonlySet<number>;
  /** What all wires of a number have brought, and their sum, when the last of them has come. */
  sum(input: MoveInput, edge: GraphEdge, target: number, moves: Moves): void;
}

export function movesOf(input: MoveInput): Moves {
  const moves: Moves = {
    tokens: [],
    strips: [],
    lines: [],
    ghosts: [],
    roles: new Map(),
    pinsRead: new Set(),
    wires: new Map(),
    over: new Set(),
  };
  const { step } = input.frame.header;
  const { drawing } = input.geometry;
  if (step.kind === "load")
    for (const node of drawing.nodes)
      if (node.node.kind === "input" || node.node.kind === "target") moves.roles.set(node.index, "touched");
  // A closed group does all of its steps at once; a step of tensors, several of numbers one after the other.
  const acts = blockUpTo(drawing.graph, drawing.chosen, step);
  const { parts } = input;
  const written = parts ? parts.told(input, acts) : null;
  for (const act of acts) {
    const { kind, node, edge } = act;
    if (node === null) continue;
    const now = { ...input, t: within(input.t, act), written, past: act.to < 1 && input.t >= act.to };
    if (kind === "forward") forward(now, node, moves);
    else if (kind === "seed") seed(now, node, moves);
    else if (kind === "backward" && edge !== null)
      backward(now, drawing.graph.edges[edge] as GraphEdge, moves);
    else if (kind === "backward" && written) moves.roles.set(node, "touched");
    else if (kind === "update") update(now, node, moves);
  }
  if (step.kind === "update" && !written) earlierGhosts(input, moves);
  return moves;
}

/** Whether it is the turn of a part of a step. */
function begun({ t, written }: MoveInput): boolean {
  return !written || t > 0;
}

function forward(input: MoveInput, node: number, moves: Moves): void {
  const { geometry, frame, t } = input;
  const { drawing } = geometry;
  const seen = drawing.shown(node);
  if (seen === null) return;
  if (begun(input)) moves.roles.set(seen, "active");
  const p = during(t, BEATS.forward.travel);
  for (const { index, source } of drawing.byIndex.get(seen)?.ins ?? []) {
    const wire = geometry.wires.get(index);
    const edge = drawing.graph.edges[index];
    if (!wire || edge?.target !== node) continue;
    moves.wires.set(index, { forward: p });
    moves.over.add(source);
    if (p <= 0 || p >= 1) continue;
    const text = scalarText(frame.value(edge.source)) ?? symbolOf(drawing.graph.nodes[edge.source]);
    if (text === "") continue;
    moves.tokens.push({
      shape: "round",
      text,
      at: pointAt(wire.curve, p),
      heading: geometry.flow,
      opacity: 1,
      id: `token:${index}`,
    });
  }
}

function seed({ geometry, frame, t, ctx }: MoveInput, node: number, moves: Moves): void {
  moves.roles.set(node, "active");
  const card = geometry.cards.get(node);
  const text = scalarText(frame.grad(node)) ?? (frame.header.withheld ? WITHHELD : null);
  if (!card || text === null) return;
  const rest = seedDock(card, text, ctx);
  const p = during(t, BEATS.seed.travel);
  const far = ctx.flow === "right" ? -26 : 40;
  moves.tokens.push({
    shape: "chevron",
    text,
    at: { x: rest.x, y: rest.y + far * (1 - p) },
    heading: ctx.flow === "right" ? "down" : "up",
    opacity: appears(t, 0, 0.2),
    id: "token:seed",
  });
}

/** Where the seed rests: on the loss's upper edge, or below it where the flow is down. */
function seedDock(card: Box, text: string, ctx: MarkContext): Point {
  const h = TOKEN.h + TOKEN.tip;
  if (ctx.flow === "down") return { x: card.x + card.w / 2, y: card.y + card.h + 3 + h / 2 };
  const w = tokenWidth(text, ctx.measure);
  return { x: card.x + card.w - linesOf(card.h).padX - w / 2 + TOKEN.tip / 2, y: card.y - 3 - h / 2 };
}

function backward(input: MoveInput, edge: GraphEdge, moves: Moves): void {
  const { geometry, frame, reading, t, ctx, written } = input;
  const { drawing } = geometry;
  const beats = BEATS.backward;
  const [op, target] = [drawing.shown(edge.target), drawing.shown(edge.source)];
  if (op === null || target === null) return;
  if (!begun(input)) {
    if (geometry.wires.has(edge.index)) moves.wires.set(edge.index, { passed: 1 });
    return;
  }
  if (target !== op && moves.roles.get(target) !== "active") moves.roles.set(target, "touched");
  moves.roles.set(op, "active");
  // What stands for many, or far away, sends no single number on.
  const gathered = written && frame.local(edge.index) === null;
  if (drawing.byIndex.get(op)?.of === edge.target && !gathered) upstreamToken(input, op, moves);
  if (op !== target) pins(input, edge, op, moves);

  const wire = geometry.wires.get(edge.index);
  const card = geometry.cards.get(target);
  const contribution = frame.header.withheld
    ? WITHHELD
    : gradText(frame.contribution(edge.index), drawing.graph.nodes[edge.source]);
  const p = during(t, beats.travel);
  if (wire) moves.wires.set(edge.index, { passed: t < beats.travel[0] ? 1 : 1 - p });
  if (wire && card && contribution !== null && t >= beats.travel[0] && !input.past) {
    const side = outSide(drawing.byIndex.get(target), geometry.flow);
    const docked = (text: string) => dock(card, side, tokenWidth(text, ctx.measure));
    // Whose gradient a tensor is can be seen: where cards stand close, that is not cut off but left out.
    const from = geometry.cards.get(op);
    const tight = from !== undefined && overlaps(docked(contribution), from);
    const text = tight && contribution.startsWith("∂") ? "∂" : contribution;
    const rest = docked(text);
    const end = { x: rest.x + rest.w / 2, y: rest.y + rest.h / 2 };
    const on = pointAt(wire.curve, 1 - p);
    const settle = Math.max(0, (p - 0.55) / 0.45);
    moves.tokens.push({
      shape: "chevron",
      text,
      at: { x: on.x + (end.x - on.x) * settle, y: on.y + (end.y - on.y) * settle },
      heading: opposite(side),
      opacity: 1,
      id: `token:${edge.index}`,
    });
  }
  // The frame has the arithmetic of its own step; what happens within a closed group is not seen.
  if (written ? !written.has(edge.index) : edge.index !== frame.header.step.edge) {
    input.parts?.sum(input, edge, target, moves);
    return;
  }
  if (op === target) return;
  const factors = [written ? frame.grad(edge.target) : frame.upstream, frame.local(edge.index)] as const;
  const product = reading.edgeGrad(edge.index) ?? cellOf(frame.contribution(edge.index), true);
  if (
    isNumber(factors[0]) &&
    isNumber(factors[1]) &&
    (product.tensor?.data?.length === 1 || frame.header.withheld)
  )
    moves.strips.push({
      node: op,
      spec: {
        parts: [cellOf(factors[0], true), "×", cellOf(factors[1], false), "=", product],
        phase: "backward",
        opacity: appears(t, beats.product - 0.06),
        shown: t < beats.travel[0] ? 3 : 5,
        id: "strip:product",
      },
    });
  if (input.parts) {
    input.parts.sum(input, edge, target, moves);
    return;
  }
  const total = [frame.before, frame.contribution(edge.index), frame.grad(edge.source)] as const;
  if (!frame.header.withheld && isNumber(total[0]) && isNumber(total[1]) && isNumber(total[2]))
    moves.strips.push({
      node: target,
      spec: {
        parts: [cellOf(total[0], true), "+", cellOf(total[1], true), "=", cellOf(total[2], true)],
        phase: "backward",
        opacity: appears(t, beats.travel[1]),
        shown: t < beats.print ? 3 : 5,
        id: "strip:sum",
      },
    });
}

/** The upstream gradient comes in at the op's output side and goes under its card. */
function upstreamToken({ geometry, frame, t, ctx, written }: MoveInput, op: number, moves: Moves): void {
  const card = geometry.cards.get(op);
  const node = geometry.drawing.byIndex.get(op);
  // Of a closed group's steps the frame tells the last one's alone.
  const upstream = node?.group || written ? frame.grad(node?.of ?? -1) : frame.upstream;
  const id = written ? `token:upstream:${op}` : "token:upstream";
  const text = gradText(upstream, geometry.drawing.graph.nodes[node?.of ?? -1]);
  const p = during(t, BEATS.backward.upstream);
  if (moves.tokens.some((token) => token.id === id)) return;
  if (!card || text === null || p >= 1 || t <= 0) return;
  const loss = node?.outs.length === 0;
  const width = tokenWidth(text, ctx.measure);
  let from: Point;
  let to: Point;
  let heading: Heading = against(geometry);
  if (loss) {
    from = seedDock(card, text, ctx);
    to = { x: from.x, y: card.y + (ctx.flow === "right" ? 22 : card.h - 22) };
    heading = ctx.flow === "right" ? "down" : "up";
  } else {
    const port = outPort(card, geometry.flow === "right" ? "right" : "down");
    const far = width / 2 + 8;
    from = geometry.flow === "right" ? { x: port.x + far, y: port.y } : { x: port.x, y: port.y + far };
    to =
      geometry.flow === "right"
        ? { x: port.x - width / 2 - 4, y: port.y }
        : { x: port.x, y: port.y - TOKEN.h };
  }
  moves.tokens.push({
    shape: "chevron",
    text,
    at: { x: from.x + (to.x - from.x) * p, y: from.y + (to.y - from.y) * p },
    heading,
    opacity: appears(t, 0, 0.08),
    id,
  });
}

/** Thin lines to the pinned values that this VJP reads; the local derivative comes along them. */
function pins({ geometry, frame, t }: MoveInput, edge: GraphEdge, at: number, moves: Moves): void {
  const { drawing } = geometry;
  const op = drawing.byIndex.get(at);
  const text = scalarText(frame.local(edge.index));
  let first = true;
  for (const pinned of edge.reads) {
    const read = drawing.shown(pinned);
    if (read === null || read === at) {
      if (read === at && !op?.group) moves.pinsRead.add(read);
      continue;
    }
    moves.pinsRead.add(read);
    moves.over.add(read);
    const through = op?.ins.find((e) => e.source === read);
    const wire = through ? geometry.wires.get(through.index) : undefined;
    if (!wire) continue;
    const path: Curve = beside(wire.curve, 7);
    moves.lines.push({
      kind: "path",
      d: path.d,
      stroke: "backward",
      width: 1.25,
      opacity: appears(t, 0, 0.15) * 0.75,
    });
    const p = during(t, BEATS.backward.local);
    if (first && text !== null && p > 0 && p < 1)
      moves.tokens.push({
        shape: "factor",
        text: `× ${text}`,
        at: pointAt(path, p),
        heading: geometry.flow,
        opacity: 1,
        id: "token:local",
      });
    first = false;
  }
}

/** The gradient goes down into the optimizer; the value rises from it, and the old one stays as a ghost. */
function update({ geometry, frame, t, ctx, rate, written }: MoveInput, of: number, moves: Moves): void {
  const node = geometry.drawing.shown(of);
  if (node === null) return;
  moves.roles.set(node, "active");
  if (node !== of) return;
  const card = geometry.cards.get(node);
  const [before, after] = written
    ? [frame.of("before", of), frame.of("after", of)]
    : [frame.before, frame.after];
  const details = frame.header.update;
  if (!card || !isNumber(before) || !isNumber(after) || (details.length === 0 && !written)) return;
  const beats = BEATS.update;
  const x = card.x + card.w / 2;
  const below = card.y + card.h + 7 + TOKEN.h / 2;
  const hidden = card.y + card.h / 2;
  const gradient = during(t, beats.gradient);
  if (t > 0 && t < beats.value[0])
    moves.tokens.push({
      shape: "ring",
      text: scalarText(frame.grad(node)) ?? "",
      at: { x, y: hidden + (below - hidden) * gradient },
      heading: "down",
      opacity: 1 - appears(t, beats.optimizer, 0.08),
      id: "token:gradient",
    });
  const value = during(t, beats.value);
  if (t >= beats.optimizer && value < 1)
    moves.tokens.push({
      shape: "ring",
      text: scalarText(after) ?? "",
      at: { x, y: below + (hidden - below) * value },
      heading: "up",
      opacity: appears(t, beats.optimizer, 0.08),
      id: "token:value",
    });
  const used =
    (written ? frame.of("detail", of) : frame.detail(details.at(-2)?.index ?? -1)) ?? frame.grad(node);
  if (rate !== null && isNumber(used) && (!written || written.has(of)))
    moves.strips.push({
      node,
      spec: {
        parts: [cellOf(before, false), "−", plain(rate), "×", cellOf(used, true), "=", cellOf(after, false)],
        phase: "update",
        opacity: appears(t, beats.value[1] - 0.02),
        id: "strip:update",
      },
    });
  const lift = appears(t, beats.optimizer, 0.3);
  const out = 14 - 22 * lift < -4;
  if (lift > 0)
    moves.ghosts.push(
      ghost(card, node, before, ctx, lift, t < beats.print ? lift * 0.999 * (out ? 1 : 0) : 1),
    );
}

/** The old value above its card, struck out. */
function ghost(
  card: Box,
  node: number,
  before: TensorView,
  { theme }: MarkContext,
  lift: number,
  opacity: number,
): Item {
  return {
    kind: "text",
    text: scalarText(before) ?? "",
    x: card.x + card.w - linesOf(card.h).padX,
    y: card.y + 14 - 22 * lift,
    font: mono(14, 500),
    fill: theme.text3,
    align: "end",
    opacity,
    strike: true,
    number: true,
    id: `ghost:${node}`,
  };
}

/** Numbers that earlier steps of the phase have updated keep their ghosts until it ends. */
function earlierGhosts({ geometry, frame, ctx }: MoveInput, moves: Moves): void {
  for (const { index, group } of geometry.drawing.nodes) {
    const card = geometry.cards.get(index);
    const before = group || !card ? null : beforeUpdates(frame, index);
    if (card && isNumber(before) && frame.header.step.node !== index)
      moves.ghosts.push(ghost(card, index, before, ctx, 1, 1));
  }
}

function plain(x: number): Cell {
  return { text: short(x, "float64"), tone: "plain", opacity: 1, tensor: null };
}

function against(geometry: Geometry): Heading {
  return geometry.flow === "right" ? "left" : "up";
}

function isNumber(tensor: TensorView | null): tensor is TensorView {
  return tensor?.data?.length === 1;
}

function scalarText(tensor: TensorView | null): string | null {
  return isNumber(tensor) ? short(tensor.data?.[0] ?? Number.NaN, tensor.dtype) : null;
}

/** A gradient on its way: its number, or whose it is. */
function gradText(tensor: TensorView | null, of: GraphNode | undefined): string | null {
  return tensor && (scalarText(tensor) ?? `∂${symbolOf(of)}`);
}
