/**
 * The picture as a pure function of (graph, places, frame, t, view, theme). `base` does not depend on t and is
 * painted once per step; `moving` lies over it and is painted while something moves.
 */
import type { Box } from "../layout/types";
import { overlaps, type DisplayList, type Item } from "./display";
import type { MarkContext } from "./marks/context";
import { Moments } from "./moment";
import type { Scene, SceneInput } from "./scene-input";
import { tileOf } from "./sizes";

export * from "./scene-input";

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
  const painter = new Moments(input, ctx);
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
  const base: Item[] = [
    ...rest.frames(seen),
    ...rest.wires(still.edges),
    ...rest.labels(still.labels),
    ...rest.cards(still.nodes),
  ];
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
        ...(input.view.lit?.(input, tileOf) ?? []),
      ];
    },
  };
}

/** The whole picture at t as one list. */
export function sceneList(input: SceneInput, t: number): DisplayList {
  const { base, moving } = scene(input);
  return [...base, ...moving(t)];
}
