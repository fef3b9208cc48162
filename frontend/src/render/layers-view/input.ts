/** What the layers' view is drawn from. */
import type { FrameView, Graph, UnitMaps } from "../../store/types";
import type { Scale } from "../../store/view";
import type { DisplayList, Measure } from "../display";
import type { Theme } from "../theme";
import type { Arrangement } from "./arrangement";

export interface NetworkWords {
  readonly input: string;
  readonly hidden: (n: number) => string;
  readonly output: string;
  readonly loss: string;
  readonly targets: string;
  readonly stays: string;
  readonly size: string;
  readonly out: string;
}

export interface UnitSpot {
  readonly layer: number;
  readonly unit: number;
}

export interface WeightSpot {
  readonly layer: number;
  /** Row and column of the weight. */
  readonly unit: number;
  readonly from: number;
}

/** Units that no longer learn, or hardly. */
export interface UnitHealth {
  readonly dead: readonly number[];
  readonly saturated: readonly number[];
}

/** One sample of the batch: what each unit says of it, and the gradient of its own loss term; null: not reached yet. */
export interface OwnNumbers {
  readonly value: number | null;
  readonly grad: number | null;
}

export interface NetworkView {
  readonly scale: Scale;
  /** By layer and unit, of the sample that is looked at; null where it is the batch as a whole. */
  readonly own?: readonly (readonly OwnNumbers[])[] | null;
  /** The unit that is looked at: the others recede. */
  readonly unit: UnitSpot | null;
  readonly weight: WeightSpot | null;
  readonly selected: UnitSpot | null;
}

export interface NetworkInput {
  readonly graph: Graph;
  readonly places: Arrangement;
  readonly frame: FrameView;
  readonly maps: readonly (UnitMaps | null)[];
  readonly view: NetworkView;
  readonly theme: Theme;
  readonly words: NetworkWords;
  readonly measure: Measure;
}

/** What the ground is drawn from, beside what it shows. */
export type GroundInput = Pick<NetworkInput, "graph" | "places" | "theme" | "words" | "measure">;

export interface NetworkScene {
  /** What rests from frame to frame, below all else. */
  readonly ground: DisplayList;
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}

export function palette(theme: Theme): readonly [string, string, string] {
  return [theme.negative, theme.zero, theme.positive];
}

const DIGITS = "₀₁₂₃₄₅₆₇₈₉";
const subscripts: string[] = [];
export function subscript(n: number): string {
  return (subscripts[n] ??= [...String(n)].map((digit) => DIGITS[Number(digit)] ?? digit).join(""));
}
