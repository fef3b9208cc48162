// Which key means which action. Written as tinykeys writes them; `$mod` is Ctrl, on a Mac Command.
import { matchKeyBindingPress, parseKeybinding } from "tinykeys";
import type { Action } from "./actions";

export interface Binding {
  action: Action;
  keys: readonly string[];
}

/** In the order in which the help lists them. */
export const BINDINGS: readonly Binding[] = [
  { action: "step_forward", keys: ["ArrowRight"] },
  { action: "step_back", keys: ["ArrowLeft"] },
  { action: "phase_forward", keys: ["Shift+ArrowRight"] },
  { action: "phase_back", keys: ["Shift+ArrowLeft"] },
  { action: "iteration_forward", keys: ["Control+ArrowRight", "$mod+ArrowRight"] },
  { action: "iteration_back", keys: ["Control+ArrowLeft", "$mod+ArrowLeft"] },
  { action: "start", keys: ["Home"] },
  { action: "end", keys: ["End"] },
  { action: "play", keys: ["Space"] },
  { action: "beat_next", keys: ["PageDown"] },
  { action: "beat_previous", keys: ["PageUp"] },
  { action: "edit", keys: ["e", "Shift+E"] },
  { action: "undo", keys: ["$mod+z"] },
  { action: "breakpoint", keys: ["b", "Shift+B"] },
  { action: "fire", keys: ["f", "Shift+F"] },
  { action: "search", keys: ["/", "Shift+/"] },
  { action: "unfold", keys: ["u", "Shift+U"] },
  { action: "sample_next", keys: ["]"] },
  { action: "sample_previous", keys: ["["] },
  { action: "present", keys: ["p", "Shift+P"] },
  { action: "blank", keys: ["."] },
  { action: "ask", keys: ["q", "Shift+Q"] },
  { action: "point", keys: ["l", "Shift+L"] },
  { action: "escape", keys: ["Escape"] },
  { action: "help", keys: ["?", "Shift+?"] },
];

const parsed = BINDINGS.flatMap(({ action, keys }) =>
  keys.flatMap((key) => parseKeybinding(key).map((press) => ({ action, press }))),
);

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable=true], [data-typing]";
/** Takes every key while it is open: letters look for an item. */
const MENU = "[role=menu]";
/** Things that use the arrow keys themselves. */
const OWN_ARROWS = "[role=tab], [role=grid], [role=listbox], [role=option], [role=radio]";

/** The focusable mirror of the picture: Enter selects there. */
const PICTURE = ".mirror";

/** The action of a key press, or null where it belongs to what has the focus. */
export function actionOf(event: KeyboardEvent, dialogOpen: boolean): Action | null {
  if (event.defaultPrevented || event.isComposing || dialogOpen) return null;
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest(`${TYPING}, ${MENU}`)) return null;
  const found = parsed.find(({ press }) => matchKeyBindingPress(event, press));
  if (!found) return null;
  if (at?.closest(OWN_ARROWS) && /^(Arrow|Home|End|Page)/.test(event.key)) return null;
  if (found.action === "play" && isPressable(at)) return null;
  return found.action;
}

/** Space presses a button that was reached by keyboard; on a card of the picture, and after a click, it means play. */
function isPressable(at: Element | null): boolean {
  const control = at?.closest("button, a[href], summary, [role=menuitem], [role=switch], input");
  if (!control || control.closest(PICTURE)) return false;
  if (control.matches(":focus-visible")) return true;
  if (control instanceof HTMLElement) control.blur();
  return false;
}

/** After a click with the mouse, keys belong to the page again: nobody who clicked 'phase' means its arrow keys. */
export function releaseAfterClick(event: MouseEvent): void {
  // A click by keyboard has no detail.
  if (event.detail === 0 || !(event.target instanceof Element)) return;
  const control = event.target.closest("[role=radio], [role=tab]");
  if (control instanceof HTMLElement && control === document.activeElement) control.blur();
}
