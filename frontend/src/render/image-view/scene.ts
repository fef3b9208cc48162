/**
 * The view of a network on images as a pure function of (stages, places, frame, t, view, theme): `base` does not depend
 * on t, `moving` lies over it. Tiles are images of one sample: values forward, gradients from then on.
 */
import type { FrameView, Graph } from "../../store/types";
import type { DisplayList } from "../display";
import type { ImageInput, ImageScene } from "./input";
import { litBy } from "./lit";
import { activeItems, linkItems, litItems, pointedItems, walkItems } from "./marks";
import { lossItems, scoreItems } from "./scores";
import { shownIn, type Stage } from "./stages";
import { largest, stageItems, stripItems } from "./tiles";
import { titleItems } from "./titles";

export function imageScene(input: ImageInput): ImageScene {
  const { stages, frame, graph, view, places } = input;
  const shown = stages.map((stage) => shownIn(stage, frame));
  const active = activeStage(stages, graph, frame);
  const lit = view.source ? litBy(graph, stages, view.source, view.sample) : [];
  const near = new Set(lit.map(({ stage }) => stage));
  const most = stages.map((_, at) => largest(shown[at]?.tensor ?? null));
  const column = (at: number, t: number) => {
    const [stage, own, size] = [stages[at], shown[at], most[at] ?? 0];
    if (stage?.kind === "scores" && own) return scoreItems(input, at, own, size);
    return stageItems(input, at, own, size, lit, near, t);
  };
  return {
    base: [
      ...stripItems(input),
      ...linkItems(input, lit),
      ...places.columns.flatMap(({ stage }) => [
        ...titleItems(input, stage, shown[stage], most[stage] ?? 0, stage === active),
        ...(stage === active ? [] : column(stage, 1)),
      ]),
      ...lossItems(input),
    ],
    moving(t) {
      return [
        ...(active === null ? [] : [...column(active, t), ...activeItems(input, active)]),
        ...litItems(input, lit),
        ...walkItems(input, lit),
        ...pointedItems(input),
      ];
    },
  };
}

export function imageList(input: ImageInput, t: number): DisplayList {
  const { base, moving } = imageScene(input);
  return [...base, ...moving(t)];
}

/** The stage whose numbers this step makes. */
export function activeStage(stages: readonly Stage[], graph: Graph, frame: FrameView): number | null {
  const { step } = frame.header;
  const edge = step.edge === null ? undefined : graph.edges[step.edge];
  const node = step.kind === "load" ? stages[0]?.nodes[0] : (edge?.source ?? step.node);
  const at = stages.findIndex(
    ({ nodes, also }) => node !== null && node !== undefined && [...nodes, ...also].includes(node),
  );
  return at < 0 ? null : at;
}
