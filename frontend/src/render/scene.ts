/**
 * The picture as a pure function of (graph, places, frame, t, view, theme). `base` does not depend on t and is
 * painted once per step; `moving` lies over it and is painted while something moves.
 */
import type { Box } from "../layout/types";
import type { FrameView } from "../store/types";
import type { Scale } from "../store/view";
import { overlaps, type DisplayList, type Font, type Item, type Measure } from "./display";
import { widthScale } from "./encode";
import type { Geometry } from "./geometry";
import { LABEL_W, leaningBox, type LabelPlace } from "./labels";
import { cardItems, lossLabel, type CardState } from "./marks/card";
import type { MarkContext } from "./marks/context";
import { numberItem } from "./marks/number";
import { stripBox, stripItem, stripWidth, type StripSpec } from "./marks/strip";
import { tokenBox, tokenItem, type TokenSpec } from "./marks/token";
import { arrowItem, wireItems } from "./marks/wire";
import { FONTS, LABEL_H, TOKEN } from "./metrics";
import { dock } from "./ports";
import { movesOf, type Moves } from "./moves";
import { cellOf, magnitude, readingOf, type Cell, type Reading } from "./reading";
import type { Theme } from "./theme";
import type { Words } from "./words";

export interface Spot {
  readonly kind: "node" | "edge";
  readonly index: number;
}

export interface FiredSpot {
  readonly node: number;
  readonly arrived: number;
  readonly expected: number;
  readonly missing: ReadonlySet<number>;
}

export interface SceneView {
  readonly scale: Scale;
  readonly selected: Spot | null;
  readonly hovered: Spot | null;
  /** The node whose value is being typed over. */
  readonly editing: number | null;
  /** The node that has the keyboard's focus. */
  readonly pointed: number | null;
  /** Nodes at which one stops. */
  readonly stops: ReadonlySet<number>;
  /** The node that was tried to fire: how many contributions it has, and which consumers it waits for. */
  readonly fired: FiredSpot | null;
  /** The learning rate in force. */
  readonly rate: number | null;
  /** Seen from far away: no numbers on wires. */
  readonly far: boolean;
  /** The part that can be seen; null for all of it. */
  readonly visible: Box | null;
}

export const restingView: SceneView = {
  scale: "global",
  selected: null,
  hovered: null,
  editing: null,
  pointed: null,
  stops: new Set(),
  fired: null,
  rate: null,
  far: false,
  visible: null,
};

export interface SceneInput {
  readonly geometry: Geometry;
  readonly frame: FrameView;
  /** The frame at the step before, where that is what was shown: what fades, fades from it. */
  readonly previous: FrameView | null;
  readonly view: SceneView;
  readonly theme: Theme;
  readonly words: Words;
  readonly measure: Measure;
}

export interface Scene {
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}

/** With more wires than this, only the numbers of the active ones are redrawn while something moves. */
const FEW = 120;

export function scene(input: SceneInput): Scene {
  const { geometry, frame, theme, words, measure } = input;
  const ctx: MarkContext = {
    theme,
    words,
    measure,
    level: geometry.level,
    flow: geometry.flow,
    phase: frame.header.phase,
  };
  const painter = new Painter(input, ctx);
  const rest = painter.at(1);
  const kind = frame.header.step.kind;
  const few = geometry.drawing.edges.length <= FEW;
  // Where everything fades, everything moves; a large graph changes at once instead.
  const all = (kind === "zero_grad" || kind === "load") && few;
  const movingNodes = new Set<number>(
    all ? geometry.cards.keys() : [...rest.moves.roles.keys(), ...rest.moves.over],
  );
  const movingEdges = new Set<number>(all ? geometry.wires.keys() : rest.moves.wires.keys());
  const labelEdges = few ? new Set(geometry.wires.keys()) : movingEdges;

  const { visible } = input.view;
  const seen = (box: Box | undefined) =>
    box !== undefined && (visible === null || overlaps(box, visible, 80));
  const wires = [...geometry.wires.values()].filter((w) => seen(w.bounds)).map((w) => w.edge);
  const still = {
    nodes: [...geometry.cards.keys()].filter((n) => !movingNodes.has(n) && seen(geometry.cards.get(n))),
    edges: wires.filter((e) => !movingEdges.has(e)),
    labels: wires.filter((e) => !labelEdges.has(e)),
  };
  const base: Item[] = [...rest.wires(still.edges), ...rest.labels(still.labels), ...rest.cards(still.nodes)];
  return {
    base,
    moving(t) {
      const now = t === 1 ? rest : painter.at(t);
      return [
        ...now.wires([...movingEdges]),
        ...now.arrows(),
        ...now.lines(),
        ...now.labels([...labelEdges]),
        ...now.tokens(),
        ...now.cards([...movingNodes]),
        ...now.strips(),
      ];
    },
  };
}

/** The whole picture at t as one list. */
export function sceneList(input: SceneInput, t: number): DisplayList {
  const { base, moving } = scene(input);
  return [...base, ...moving(t)];
}

class Painter {
  readonly #widths: (edge: number, size: number) => number;
  readonly #kept: ReadonlySet<number>;
  readonly #odd: ReadonlyMap<number, "first" | "other">;

  constructor(
    readonly input: SceneInput,
    readonly ctx: MarkContext,
  ) {
    const { geometry, frame, view } = input;
    this.#widths = widthScale(geometry.drawing, frame, view.scale);
    this.#kept = pinsKept(geometry, frame);
    this.#odd = new Map(frame.header.non_finite.map((node, i) => [node, i === 0 ? "first" : "other"]));
  }

  at(t: number): Moment {
    const { geometry, frame, previous, view } = this.input;
    const reading = readingOf(geometry.drawing, frame, previous, t);
    const moves = movesOf({ geometry, frame, reading, t, ctx: this.ctx, rate: view.rate });
    return new Moment(this.input, this.ctx, reading, moves, t, this.#widths, this.#kept, this.#odd);
  }
}

class Moment {
  /** What numbers on wires give way to: tokens, and strips where no other place was free. */
  readonly #obstacles: readonly Box[];
  readonly #strips: readonly { box: Box; spec: StripSpec }[];

  constructor(
    readonly input: SceneInput,
    readonly ctx: MarkContext,
    readonly reading: Reading,
    readonly moves: Moves,
    readonly t: number,
    readonly widths: (edge: number, size: number) => number,
    readonly kept: ReadonlySet<number>,
    readonly odd: ReadonlyMap<number, "first" | "other">,
  ) {
    this.#strips = this.#placeStrips();
    this.#obstacles = [
      ...moves.tokens.map((token) => tokenBox(token, ctx)),
      ...this.#strips.filter(({ spec }) => spec.opacity > 0.02).map(({ box }) => box),
    ];
  }

  wires(edges: readonly number[]): Item[] {
    const { geometry, view, frame } = this.input;
    return edges.flatMap((index) => {
      const wire = geometry.wires.get(index);
      if (!wire) return [];
      const cell = this.reading.edgeGrad(index);
      const tone = cell && cell.tone !== "withheld" && cell.tone !== "unknown" ? cell.tone : null;
      const moving = this.moves.wires.get(index);
      const size = magnitude(cell?.tensor ?? null) ?? 0;
      return wireItems(
        wire.curve,
        {
          tone: tone === "plain" ? "zero" : tone,
          width: this.widths(index, size),
          passed: moving?.passed ?? 0,
          forward: moving?.forward ?? null,
          faint: frame.header.step.kind !== "backward" || index !== frame.header.step.edge,
          selected: isSpot(view.selected, "edge", index),
          hovered: isSpot(view.hovered, "edge", index),
          awaited: this.#awaited(index),
        },
        this.ctx,
      );
    });
  }

  /** Whether a node that was tried to fire waits for what this wire will bring. */
  #awaited(index: number): boolean {
    const { geometry, view, frame } = this.input;
    const edge = geometry.drawing.graph.edges[index];
    if (!edge?.carries_grad || !view.fired || edge.source !== view.fired.node) return false;
    return view.fired.missing.has(edge.target) && !frame.contribution(index);
  }

  arrows(): Item[] {
    const { geometry, frame } = this.input;
    return [...this.moves.wires].flatMap(([index, { forward, passed }]) => {
      const wire = geometry.wires.get(index);
      if (!wire || this.reading.step.kind === "zero_grad") return [];
      if (forward !== undefined)
        return forward > 0.02
          ? [
              arrowItem(
                wire.curve,
                Math.min(forward, 1 - 9 / wire.curve.length),
                false,
                "forward",
                10,
                this.ctx,
              ),
            ]
          : [];
      if (passed === undefined || passed > 0.45) return [];
      const width = this.widths(index, magnitude(frame.contribution(index)) ?? 0);
      return [
        arrowItem(
          wire.curve,
          0.6,
          true,
          "backward",
          10 + (frame.header.withheld ? 0 : width * 0.7),
          this.ctx,
        ),
      ];
    });
  }

  lines(): Item[] {
    const { theme } = this.ctx;
    return this.moves.lines.map((item) =>
      item.kind === "path" ? { ...item, stroke: theme.phase.backward } : item,
    );
  }

  labels(edges: readonly number[]): Item[] {
    const { geometry, view, frame } = this.input;
    if (view.far) return [];
    const items: Item[] = [];
    const active = frame.header.step.edge;
    for (const index of edges) {
      const places = geometry.labels.get(index);
      if (!places) continue;
      const tokenShown = this.moves.tokens.some((token) => token.id === `token:${index}`);
      const value = this.reading.edgeValue(index);
      if (places.value && value)
        items.push(...this.#label(value, places.value, `edge-value:${index}`, this.ctx.phase !== "forward"));
      const grad = this.reading.edgeGrad(index);
      // The token is the number while it is there; the label takes over when the step is past.
      if (places.contribution && grad && !(active === index && (tokenShown || this.t < 1)))
        items.push(
          ...this.#label(grad, places.contribution, `edge-grad:${index}`, this.ctx.phase === "forward"),
        );
    }
    return items;
  }

  #labelBox(cell: Cell, place: LabelPlace): Box {
    return leaningBox(place, this.input.measure(cell.text, this.#labelFont(cell)));
  }

  /** Numbers longer than the room that was kept are set smaller. */
  #labelFont(cell: Cell): Font {
    const w = this.input.measure(cell.text, FONTS.label);
    return w <= LABEL_W ? FONTS.label : { ...FONTS.label, size: (FONTS.label.size * LABEL_W) / w };
  }

  #label(cell: Cell, place: LabelPlace, id: string, dim: boolean): Item[] {
    const { theme } = this.input;
    const box = this.#labelBox(cell, place);
    const opacity = cell.opacity * this.#clearance(box);
    if (opacity <= 0.02) return [];
    const item = numberItem(
      cell,
      { x: box.x + box.w / 2, y: place.y + LABEL_H * 0.36 },
      this.#labelFont(cell),
      theme,
      {
        align: "middle",
        id,
        dim,
        halo: theme.stage,
      },
    );
    return [{ ...item, opacity }];
  }

  /** Numbers give way to tokens: 0 where one would cover the box, 1 where none is near. */
  #clearance(box: { x: number; y: number; w: number; h: number }): number {
    let clear = 1;
    for (const token of this.#obstacles) {
      if (overlaps(box, token, 2)) return 0;
      if (!overlaps(box, token, 12)) continue;
      const gap = Math.max(
        token.x - (box.x + box.w),
        box.x - (token.x + token.w),
        token.y - (box.y + box.h),
        box.y - (token.y + token.h),
      );
      clear = Math.min(clear, (gap - 2) / 10);
    }
    // Where tokens rest there is room by construction: what is settled is fully there.
    return this.t >= 1 && clear > 0 ? 1 : clear;
  }

  tokens(): Item[] {
    return this.moves.tokens
      .filter((token: TokenSpec) => token.opacity > 0.02)
      .map((token) => tokenItem(token, this.ctx));
  }

  cards(nodes: readonly number[]): Item[] {
    const { geometry } = this.input;
    return nodes.flatMap((index) => {
      const node = geometry.drawing.byIndex.get(index);
      const box = geometry.cards.get(index);
      if (!node || !box) return [];
      const items = cardItems(node, box, this.#state(index), this.ctx);
      return node.node.loss ? [...items, lossLabel(node, box, this.ctx)] : items;
    });
  }

  #state(index: number): CardState {
    const { geometry, frame, view } = this.input;
    const node = geometry.drawing.byIndex.get(index);
    const phase = frame.header.phase;
    const role = this.moves.roles.get(index) ?? null;
    const expected = node?.node.expected ?? 0;
    const [value, grad] = [this.reading.value(index), this.reading.grad(index)];
    const read = this.moves.pinsRead.has(index);
    return {
      value,
      grad,
      role,
      dimValue: phase === "backward" ? !read : phase === "update" && role !== "active",
      dimGrad: phase === "forward",
      arrivals:
        expected > 1 && phase === "backward" ? { arrived: this.reading.arrived(index), expected } : null,
      pin: read ? "read" : this.kept.has(index) ? "kept" : "none",
      odd: value.tone === "odd" || grad.tone === "odd" ? (this.odd.get(index) ?? "other") : null,
      selected: isSpot(view.selected, "node", index) || view.editing === index,
      hovered: isSpot(view.hovered, "node", index),
      pointed: view.pointed === index,
      stop: view.stops.has(index),
      fired: view.fired?.node === index ? view.fired : null,
      awaited: view.fired?.missing.has(index) ?? false,
    };
  }

  strips(): Item[] {
    const strips = this.#strips.filter(({ spec }) => spec.opacity > 0.02);
    return [...strips.map(({ spec, box }) => stripItem(spec, box, this.ctx)), ...this.moves.ghosts];
  }

  #placeStrips(): { box: Box; spec: StripSpec }[] {
    const { geometry, frame } = this.input;
    if (this.moves.strips.length === 0) return [];
    const taken: Box[] = [...geometry.cards.values()];
    for (const [index, places] of geometry.labels) {
      // As they are at the end of the step: a strip must not move while it is shown.
      const edge = geometry.drawing.graph.edges[index];
      const value = edge && frame.value(edge.target) && frame.value(edge.source);
      if (places.value && value) taken.push(this.#labelBox(cellOf(value, false), places.value));
      const contribution = frame.contribution(index);
      if (places.contribution && contribution)
        taken.push(this.#labelBox(cellOf(contribution, true), places.contribution));
    }
    const active = frame.header.step.edge;
    const target = active === null ? undefined : geometry.cards.get(geometry.wires.get(active)?.source ?? -1);
    if (target) taken.push(dock(target, geometry.flow, 60));
    const updated =
      frame.header.step.kind === "update" ? geometry.cards.get(frame.header.step.node ?? -1) : undefined;
    // The old value stays above the card.
    if (updated) taken.push({ x: updated.x, y: updated.y - 26, w: updated.w, h: 26 });
    const placed: { box: Box; spec: StripSpec }[] = [];
    for (const { node, spec } of this.moves.strips) {
      const card = geometry.cards.get(node);
      if (!card) continue;
      // Where the flow is down, what has come to a card rests below it.
      const skip = geometry.flow === "down" && spec.id === "strip:sum" ? TOKEN.h + TOKEN.tip : 0;
      const width = stripWidth(spec.parts, this.ctx);
      const box = stripBox(card, width, skip, geometry.bounds, [...taken, ...placed.map((p) => p.box)]);
      placed.push({ box, spec });
    }
    return placed;
  }
}

/** Nodes whose values are pinned: computed ones that some VJP still waits to read. */
function pinsKept(geometry: Geometry, frame: FrameView): ReadonlySet<number> {
  const kept = new Set<number>();
  for (const edge of geometry.drawing.edges)
    if (edge.carries_grad && frame.value(edge.target) && !frame.contribution(edge.index))
      for (const read of edge.reads) kept.add(read);
  return kept;
}

function isSpot(spot: Spot | null, kind: Spot["kind"], index: number): boolean {
  return spot?.kind === kind && spot.index === index;
}
