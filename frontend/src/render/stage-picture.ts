/** What the page asks of whatever picture stands on the stage. */
import type { Box } from "../layout/types";
import type { Selection } from "../store/view";
import type { DisplayList, Measure } from "./display";
import type { Theme } from "./theme";

/** What a file of a picture is made of. `view` is the part that is shown, in the list's units. */
export interface Drawn {
  readonly list: DisplayList;
  readonly view: Box;
  readonly theme: Theme;
  readonly measure: Measure;
}

export interface StagePicture {
  /** All of it as it stands; null while there is nothing to see. */
  drawn(): Drawn | null;
  /** Brings something into view. */
  reveal(selection: Selection): void;
  /** Starts the editing of a node's value where that can be done in place. */
  requestEdit(name: string): void;
  fit(): void;
  /** Holds the movement of the step on the screen at t; null lets it rest. For films and tests. */
  freeze(t: number | null): void;
}
