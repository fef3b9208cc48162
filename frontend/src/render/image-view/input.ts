/** What the view of images is drawn from. */
import type { FrameView, Graph, Source } from "../../store/types";
import type { DisplayList, Measure } from "../display";
import type { Theme } from "../theme";
import type { Arrangement, ImageSpot } from "./arrangement";
import type { Stage } from "./stages";
import type { Uses } from "./uses";

export interface ImageWords {
  readonly image: string;
  readonly filters: string;
  readonly scores: string;
  readonly loss: string;
}

export interface ImageView {
  /** The row of the batch that is shown. */
  readonly sample: number;
  readonly pointed: ImageSpot | null;
  /** The number that is explained: its places are lit. */
  readonly source: Source | null;
  /** Where that was used, if it is the gradient of a filter's weight. */
  readonly uses: Uses | null;
}

export interface ImageInput {
  readonly graph: Graph;
  readonly stages: readonly Stage[];
  readonly places: Arrangement;
  readonly frame: FrameView;
  readonly view: ImageView;
  readonly theme: Theme;
  readonly words: ImageWords;
  readonly measure: Measure;
}

export interface ImageScene {
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}
