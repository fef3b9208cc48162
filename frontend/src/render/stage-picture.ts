/** What the page asks of whatever picture stands on the stage. */
import type { Selection } from "../store/view";

export interface StagePicture {
  /** All of it as a standalone file; empty while there is nothing to see. */
  toSVG(): string;
  /** Brings something into view. */
  reveal(selection: Selection): void;
  /** Starts the editing of a node's value where that can be done in place. */
  requestEdit(name: string): void;
  fit(): void;
  /** Holds the movement of the step on the screen at t; null lets it rest. For films and tests. */
  freeze(t: number | null): void;
}
