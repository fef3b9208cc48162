/** Strips of arithmetic and where they stand: clear of cards and of the numbers of wires. */
import { actsOf, blockUpTo } from "../layout/blocks";
import type { Box } from "../layout/types";
import type { LabelPlace } from "./labels";
import type { MarkContext } from "./marks/context";
import { stripBox, stripWidth, type StripSpec } from "./marks/strip";
import { TOKEN, TOKEN_MAX } from "./metrics";
import type { Moves } from "./moves";
import { dock, outSide } from "./ports";
import { cellOf, type Cell } from "./reading";
import type { SceneInput } from "./scene-input";

export interface PlacedStrip {
  readonly box: Box;
  readonly spec: StripSpec;
}

export function placeStrips(
  { geometry, frame }: SceneInput,
  ctx: MarkContext,
  moves: Moves,
  labelBox: (cell: Cell, place: LabelPlace) => Box,
): readonly PlacedStrip[] {
  if (moves.strips.length === 0) return [];
  const taken: Box[] = [...geometry.cards.values()];
  for (const [index, places] of geometry.labels) {
    // As they are at the end of the step: a strip must not move while it is shown.
    const edge = geometry.drawing.graph.edges[index];
    const value = edge && frame.value(edge.target) && frame.value(edge.source);
    if (places.value && value) taken.push(labelBox(cellOf(value, false), places.value));
    const contribution = frame.contribution(index);
    if (places.contribution && contribution)
      taken.push(labelBox(cellOf(contribution, true), places.contribution));
  }
  const { step } = frame.header;
  const { graph } = geometry.drawing;
  const acts = actsOf(graph) ? blockUpTo(graph, {}, step) : [step];
  for (const { node, edge } of acts) {
    const source = geometry.drawing.byIndex.get(geometry.wires.get(edge ?? -1)?.source ?? -1);
    const target = source && geometry.cards.get(source.index);
    // Of several parts each has its own token, and of these gradients are long.
    const token = acts.length > 1 ? TOKEN_MAX : 60;
    if (target) taken.push(dock(target, outSide(source, geometry.flow), token));
    const updated = step.kind === "update" ? geometry.cards.get(node ?? -1) : undefined;
    // The old value stays above the card.
    if (updated) taken.push({ x: updated.x, y: updated.y - 26, w: updated.w, h: 26 });
  }
  const placed: PlacedStrip[] = [];
  for (const { node, spec } of moves.strips) {
    const card = geometry.cards.get(node);
    if (!card) continue;
    // Where the flow is down, what has come to a card rests below it.
    const skip = geometry.flow === "down" && spec.id === "strip:sum" ? TOKEN.h + TOKEN.tip : 0;
    const width = stripWidth(spec.parts, ctx);
    const box = stripBox(card, width, skip, geometry.bounds, [...taken, ...placed.map((p) => p.box)]);
    placed.push({ box, spec });
  }
  return placed;
}
