/** The picture at one moment: what each wire, card, token and frame looks like at t. */
import { actsOf, blockUpTo, within } from "../layout/blocks";
import type { DrawnNode } from "../layout/drawing";
import type { Group } from "../layout/groups";
import type { Box } from "../layout/types";
import type { Act, FrameView } from "../store/types";
import { overlaps, type Font, type Item } from "./display";
import { widthScale } from "./encode";
import type { Geometry } from "./geometry";
import { LABEL_W, leaningBox, type LabelPlace } from "./labels";
import { cardItems, lossLabel, type CardState } from "./marks/card";
import type { MarkContext } from "./marks/context";
import { numberItem } from "./marks/number";
import { stripItem } from "./marks/strip";
import { tokenBox, tokenItem, type TokenSpec } from "./marks/token";
import { arrowItem, wireItems } from "./marks/wire";
import { FONTS, LABEL_H } from "./metrics";
import { movesOf, type Moves } from "./moves";
import { magnitude, readingOf, type Cell, type Reading } from "./reading";
import type { SceneInput, Spot } from "./scene-input";
import { placeStrips, type PlacedStrip } from "./strips";

export class Moments {
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
    const moves = movesOf({
      geometry,
      frame,
      reading,
      t,
      ctx: this.ctx,
      rate: view.rate,
      selected: view.selected,
      parts: view.parts,
    });
    return new Moment(this.input, this.ctx, reading, moves, t, this.#widths, this.#kept, this.#odd);
  }
}

export class Moment {
  /** What numbers on wires give way to: tokens, and strips where no other place was free. */
  readonly #obstacles: readonly Box[];
  readonly #strips: readonly PlacedStrip[];

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
    this.#strips = placeStrips(input, ctx, moves, (cell, place) => this.#labelBox(cell, place));
    this.#obstacles = [
      ...moves.tokens.map((token) => tokenBox(token, ctx)),
      ...this.#strips.filter(({ spec }) => spec.opacity > 0.02).map(({ box }) => box),
    ];
  }

  /** What a group that is opening shows appears; the rest stays as it is. */
  #fresh(nodes: readonly number[], items: Item[]): Item[] {
    const { fresh } = this.input.view;
    return fresh && nodes.some((node) => fresh.nodes.has(node))
      ? [{ kind: "group", items, opacity: fresh.opacity }]
      : items;
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
      const items = wireItems(
        wire.curve,
        {
          tone: tone === "plain" ? "zero" : tone,
          width: this.widths(index, size),
          passed: moving?.passed ?? 0,
          forward: moving?.forward ?? null,
          faint: frame.header.step.kind !== "backward" || moving?.passed === undefined,
          selected: isSpot(view.selected, "edge", index),
          hovered: isSpot(view.hovered, "edge", index),
          awaited: this.#awaited(index),
        },
        this.ctx,
      );
      return this.#fresh([wire.source, wire.target], items);
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
    const { geometry, view } = this.input;
    if (view.far) return [];
    const items: Item[] = [];
    const active = activeEdges(this.input);
    for (const index of edges) {
      const places = geometry.labels.get(index);
      if (!places) continue;
      const tokenShown = this.moves.tokens.some((token) => token.id === `token:${index}`);
      const value = this.reading.edgeValue(index);
      if (places.value && value)
        items.push(...this.#label(value, places.value, `edge-value:${index}`, this.ctx.phase !== "forward"));
      const grad = this.reading.edgeGrad(index);
      // The token is the number while it is there; the label takes over when the step is past.
      const act = active.get(index);
      if (places.contribution && grad && !(act && (tokenShown || within(this.t, act) < 1)))
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
    const room = actsOf(this.input.geometry.drawing.graph) ? 1.14 * LABEL_W : LABEL_W;
    return w <= room ? FONTS.label : { ...FONTS.label, size: (FONTS.label.size * room) / w };
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
      const state = this.#state(index);
      const items = node.group
        ? this.#groupItems(node, node.group, box, state)
        : cardItems(node, box, state, this.ctx);
      return this.#fresh(
        [index],
        node.node.loss && !node.group ? [...items, lossLabel(node, box, this.ctx)] : items,
      );
    });
  }

  #groupItems(node: DrawnNode, group: Group, box: Box, state: CardState): Item[] {
    const { groups } = this.input.view;
    if (!groups) return [];
    return groups.closedItems(
      node,
      box,
      { ...state, ...groups.groupState(group, this.input, this.reading) },
      this.ctx,
    );
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
      hovered: isSpot(view.hovered, node?.group ? "group" : "node", index),
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

  /** Open groups, those around below those within. */
  frames(seen: (box: Box | undefined) => boolean): Item[] {
    const { geometry, view } = this.input;
    const { drawing } = geometry;
    const { groups } = view;
    if (!groups) return [];
    const active = new Set<string>();
    for (const index of this.moves.roles.keys())
      for (let id = drawing.byIndex.get(index)?.within ?? null; id !== null;)
        id = active.has(id)
          ? null
          : (active.add(id), drawing.frames.find((one) => one.id === id)?.parent ?? null);
    return drawing.frames.flatMap((group) => {
      const box = geometry.frames.get(group.id);
      if (!box || !seen(box)) return [];
      const at = drawing.graph.nodes.length + group.order;
      const hovered = isSpot(view.hovered, "group", at);
      const card = geometry.cards.get(at);
      return [
        ...(card ? [groups.openingItem(card, box, geometry.flow, this.ctx)] : []),
        ...groups.frameItems(group, box, { active: active.has(group.id), hovered }, this.ctx),
      ];
    });
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

/** The edges of a step whose numbers travel as tokens. */
function activeEdges({ geometry, frame }: SceneInput): ReadonlyMap<number | null, Act> {
  const { step } = frame.header;
  const { graph } = geometry.drawing;
  const acts = actsOf(graph) ? blockUpTo(graph, {}, step) : [{ ...step, from: 0, to: 1 }];
  return new Map(acts.map((act) => [act.edge, act]));
}

function isSpot(spot: Spot | null, kind: Spot["kind"], index: number): boolean {
  return spot?.kind === kind && spot.index === index;
}
