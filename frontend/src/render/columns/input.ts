/** What the columns are drawn from. */
import type { Measure } from "../display";
import type { Theme } from "../theme";
import type { Phase } from "../../store/types";
import type { Arrangement, ColumnSpot } from "./arrangement";
import type { ColumnsReading } from "./reading";

export interface ColumnsInput {
  readonly reading: ColumnsReading;
  readonly places: Arrangement;
  readonly phase: Phase;
  readonly theme: Theme;
  readonly measure: Measure;
  readonly view: ColumnsLook;
}

export interface ColumnsLook {
  /** What each run is called, and what was last measured of it. */
  readonly told: readonly { readonly title: string; readonly accuracy: string }[];
  readonly words: {
    readonly loss: string;
    readonly out: string;
    readonly product: string;
    readonly ratio: string;
  };
  readonly pointed: ColumnSpot | null;
  /** The layer that is looked at. */
  readonly looked: number | null;
  /** Whether skip connections may be dropped into the first column of the name `plain`. */
  readonly skips: boolean;
}
