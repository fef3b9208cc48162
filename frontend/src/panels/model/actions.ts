// All that a person can do with a key, as one enumeration: the keyboard, the help and the tests read it.
import { goBeat } from "./beats.svelte";
import { toggleBreakpoint } from "./breakpoints";
import type { Page } from "./page.svelte";
import { search } from "./search.svelte";

export type Action =
  | "play"
  | "step_forward"
  | "step_back"
  | "phase_forward"
  | "phase_back"
  | "iteration_forward"
  | "iteration_back"
  | "start"
  | "end"
  | "beat_next"
  | "beat_previous"
  | "breakpoint"
  | "edit"
  | "fire"
  | "undo"
  | "search"
  | "unfold"
  | "sample_next"
  | "sample_previous"
  | "present"
  | "blank"
  | "ask"
  | "point"
  | "escape"
  | "help";

/** Does it, and tells whether there was anything to do. */
export function perform(page: Page, action: Action): boolean {
  switch (action) {
    case "play":
      page.player.toggle();
      return true;
    case "step_forward":
      page.move("step", 1);
      return true;
    case "step_back":
      page.move("step", -1);
      return true;
    case "phase_forward":
      page.move("phase", 1);
      return true;
    case "phase_back":
      page.move("phase", -1);
      return true;
    case "iteration_forward":
      page.move("iteration", 1);
      return true;
    case "iteration_back":
      page.move("iteration", -1);
      return true;
    case "start":
      page.seek(0, 0);
      return true;
    case "end":
      page.toEnd();
      return true;
    case "beat_next":
      goBeat(page, 1);
      return true;
    case "beat_previous":
      goBeat(page, -1);
      return true;
    case "breakpoint":
      toggleBreakpoint(page);
      return true;
    case "edit":
      return page.startEditing(null);
    case "fire":
      void page.fire();
      return true;
    case "undo":
      page.undo();
      return true;
    case "search":
      search.open = !page.presenting;
      return search.open;
    case "unfold":
      return page.unfolding.toggle();
    case "sample_next":
      return page.unfolding.turn(1);
    case "sample_previous":
      return page.unfolding.turn(-1);
    case "present":
      page.presenting = !page.presenting;
      return true;
    case "blank":
      page.blank = !page.blank;
      return true;
    case "ask":
      return page.room?.compose() ?? false;
    case "point":
      return page.room?.togglePointer() ?? false;
    case "escape":
      return page.escape();
    case "help":
      page.dialog = "help";
      return true;
  }
}
