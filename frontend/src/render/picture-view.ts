/** What the page tells the picture, and what the picture tells the page. */
import type { Box } from "../layout/types";
import type { Scale, Selection, Zoom } from "../store/view";
import type { Insets } from "./camera";
import type { Spot } from "./scene";
import { lightTheme, type Theme } from "./theme";
import { englishWords, type Words } from "./words";

export interface PictureView {
  zoom: Zoom;
  selected: Selection | null;
  scale: Scale;
  theme: Theme;
  words: Words;
  reducedMotion: boolean;
  /** On a projector: no number below 24 px. */
  present: boolean;
  /** The node whose value is being typed over: the number itself is left out. */
  editing: string | null;
  /** What of the host other things lie over. */
  insets: Insets;
}

export interface PictureSpot extends Spot {
  /** As in the address and in commands. */
  readonly selection: Selection;
}

export interface PictureBox {
  readonly id: string;
  readonly kind: "node" | "edge";
  readonly index: number;
  readonly selection: Selection;
  /** In CSS pixels within the host. */
  readonly rect: Box;
  readonly label: string;
  readonly editable: boolean;
}

export interface PictureEdit {
  readonly node: number;
  readonly name: string;
  readonly rect: Box;
  /** Of the number that is replaced, in CSS pixels. */
  readonly fontSize: number;
}

export interface PictureCallbacks {
  select(spot: PictureSpot | null): void;
  /** `rect` is where the number stands, in CSS pixels within the host. */
  edit(edit: PictureEdit): void;
  /** The frame of this revision is on the screen, its movement not necessarily over. */
  painted?(seq: number): void;
  /** The places of cards on the screen have changed. */
  placed?(): void;
}

export const defaultPictureView: PictureView = {
  zoom: "scalars",
  selected: null,
  scale: "global",
  theme: lightTheme,
  words: englishWords,
  reducedMotion: false,
  present: false,
  editing: null,
  insets: { top: 84, right: 24, bottom: 76, left: 24 },
};
