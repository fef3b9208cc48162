/** The view of images on the page, whose pixels and weights a pointer finds. */
import type { WholeKind, WholeView } from "../whole-picture";
import { arrangeImages, imageSpotAt, type Arrangement, type ImageSpot } from "./arrangement";
import type { ImageInput, ImageView, ImageWords } from "./input";
import { imageList, imageScene } from "./scene";
import { stagesOf } from "./stages";

export interface ImagePictureView extends ImageView, WholeView {
  readonly words: ImageWords;
  /** How many images the batch has. */
  readonly samples: number;
}

export const IMAGES: WholeKind<ImagePictureView, Arrangement, ImageSpot, ImageInput> = {
  arrange(graph, size, { insets, present, samples }) {
    const stages = stagesOf(graph);
    return stages.length > 0 ? arrangeImages(stages, samples, { size, insets, present }) : null;
  },
  moved: (old, view) => old.samples !== view.samples,
  spotAt: (places, graph, at) => imageSpotAt(places, stagesOf(graph), at),
  input({ graph, frame }, places, view, measure) {
    if (!graph || !frame) return null;
    const stages = stagesOf(graph);
    if (places.columns.length !== stages.length) return null;
    const { theme, words } = view;
    return { graph, stages, places, frame, view, theme, words, measure };
  },
  scene: imageScene,
  list: imageList,
};
