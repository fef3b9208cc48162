/** What the page tells the picture, and what the picture tells the page. */
import type { Chosen } from "../layout/groups";
import type { Box } from "../layout/types";
import type { Scale, Selection, Zoom } from "../store/view";
import type { Insets } from "./camera";
import type { Parts } from "./moves";
import type { SceneView, Spot } from "./scene-input";
import { lightTheme, type Theme } from "./theme";
import { englishWords, type Words } from "./words";

export interface PictureView {
  /** Null: as is natural for the graph. */
  zoom: Zoom | null;
  /** Groups that were opened or closed by hand. */
  groups: Chosen;
  selected: Selection | null;
  /** How the parts of a step are written out, of a graph of numbers. */
  parts: Parts | null;
  scale: Scale;
  theme: Theme;
  words: Words;
  reducedMotion: boolean;
  /** On a projector: no number below 24 px. */
  present: boolean;
  /** The node whose value is being typed anew. */
  editing: string | null;
  /** The node that has the keyboard's focus. */
  pointed: string | null;
  /** Nodes at which one stops. */
  stops: readonly string[];
  /** The node that was tried to fire, and the consumers that it still waits for. */
  fired: FiredView | null;
  /** What is drawn over the cards when a number is explained. */
  lit: SceneView["lit"];
  /** What of the host other things lie over. */
  insets: Insets;
}

export interface FiredView {
  readonly name: string;
  readonly arrived: number;
  readonly expected: number;
  readonly missing: readonly string[];
}

export interface PictureSpot extends Spot {
  /** As in the address and in commands. */
  readonly selection: Selection;
}

export interface PictureBox {
  readonly id: string;
  readonly kind: "node" | "edge" | "group";
  readonly index: number;
  /** Of a group, its name. */
  readonly selection: Selection;
  /** Whether a group is open, and how many ops are in it; null for what is no group. */
  readonly group: { readonly open: boolean; readonly ops: number } | null;
  /** In the picture's units. */
  readonly rect: Box;
  readonly label: string;
  readonly editable: boolean;
}

export interface PictureEdit {
  readonly node: number;
  readonly name: string;
  readonly rect: Box;
  /** Of the card's value, in CSS pixels. */
  readonly fontSize: number;
}

export interface PictureCallbacks {
  /** A group's title was clicked, or the card of a closed one. */
  toggle?(group: string): void;
  select(spot: PictureSpot | null): void;
  /** A number of a card was clicked, which is known. The card has been selected. */
  explain?(number: { name: string; what: "value" | "grad"; index: number[] }): void;
  /** `rect` is that of the card, in CSS pixels within the host. */
  edit(edit: PictureEdit): void;
  /** The frame of this revision is on the screen, its movement not necessarily over. */
  painted?(seq: number): void;
  /** The places of cards on the screen have changed. */
  placed?(): void;
  /** A part of the page that lays graphs out could not be fetched. The next change tries again. */
  failed?(): void;
}

export const defaultPictureView: PictureView = {
  zoom: null,
  groups: {},
  selected: null,
  parts: null,
  scale: "global",
  theme: lightTheme,
  words: englishWords,
  reducedMotion: false,
  present: false,
  editing: null,
  pointed: null,
  stops: [],
  fired: null,
  lit: null,
  insets: { top: 84, right: 24, bottom: 76, left: 24 },
};
