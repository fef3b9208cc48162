/** What every mark needs to know. */
import type { Flow } from "../../layout/types";
import type { Phase } from "../../store/types";
import type { Measure } from "../display";
import type { Level } from "../metrics";
import type { Theme } from "../theme";
import type { Words } from "../words";

export interface MarkContext {
  readonly theme: Theme;
  readonly measure: Measure;
  readonly words: Words;
  readonly level: Level;
  readonly flow: Flow;
  readonly phase: Phase;
}
