/** What the picture is a function of, beside t: places, frame, view, theme. */
import type { Box } from "../layout/types";
import type { FrameView } from "../store/types";
import type { Scale } from "../store/view";
import type { DisplayList, Measure } from "./display";
import type { Geometry } from "./geometry";
import type { Parts } from "./moves";
import type * as Opening from "./opening";
import type { tileOf } from "./sizes";
import type { Theme } from "./theme";
import type { Words } from "./words";

export interface Spot {
  readonly kind: "node" | "edge" | "group";
  /** Of a group, open or closed: its number in the drawing. */
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
  /** How the parts of a step are written out, of a graph of numbers. */
  readonly parts: Parts | null;
  /** How groups are drawn, of a graph that has any: its code comes with them. */
  readonly groups: typeof Opening | null;
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
  /** Cards that are only just appearing, and how far they have. */
  readonly fresh: { readonly nodes: ReadonlySet<number>; readonly opacity: number } | null;
  /** What is drawn over the cards when a number is explained: its code comes with what explains it. */
  readonly lit: ((input: SceneInput, tile: typeof tileOf) => DisplayList) | null;
}

export const restingView: SceneView = {
  scale: "global",
  selected: null,
  parts: null,
  groups: null,
  hovered: null,
  editing: null,
  pointed: null,
  stops: new Set(),
  fired: null,
  rate: null,
  far: false,
  visible: null,
  fresh: null,
  lit: null,
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
