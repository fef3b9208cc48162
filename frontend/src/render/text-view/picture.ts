/** The view of text on the page, whose characters, weights and scores a pointer finds. */
import type { Graph } from "../../store/types";
import type { WholeKind, WholeView } from "../whole-picture";
import "../cells";
import { arrangeText, textSpotAt, type TextPlaces, type TextShape, type TextSpot } from "./arrangement";
import { headsOf, widthOf } from "./parts";
import { textList, textScene, type TextInput, type TextView } from "./scene";

export type TextPictureView = TextView & WholeView;

export function shapeOf(graph: Graph): TextShape | null {
  const { text } = graph;
  return (
    text && {
      context: text.context,
      heads: headsOf(graph, text),
      blocks: text.attention.length,
      stages: text.stages.length,
      width: widthOf(graph, text),
    }
  );
}

export const TEXT: WholeKind<TextPictureView, TextPlaces, TextSpot, TextInput> = {
  arrange(graph, size, { insets, present }) {
    const shape = shapeOf(graph);
    return shape && arrangeText(shape, { size, insets, present });
  },
  moved: () => false,
  spotAt: (places, _graph, at) => textSpotAt(places, at),
  input({ graph, frame }, places, view, measure) {
    const shape = graph && shapeOf(graph);
    if (!graph?.text || !shape || !frame || JSON.stringify(shape) !== JSON.stringify(places.shape))
      return null;
    return { graph, text: graph.text, places, frame, view, theme: view.theme, measure };
  },
  scene: textScene,
  list: textList,
};
