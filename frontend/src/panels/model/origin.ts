// What makes a session, as addresses, snapshots and the server tell it.
import type { CreateSession } from "../../protocol.gen";
import type { Breakpoint, CompanionRecipe, Cursor, LessonInfo, SessionInfo, State } from "../../store/types";
import { defaultView, viewFromUrl, viewToUrl } from "../../store/view";
import { Problem } from "../../transport/rest";
import type { Origin, Refused } from "./link";

/** What makes a session that there is, which has these breakpoints and predictions. */
export function originOfSession(
  { initial_config, seed, journal, companion }: SessionInfo,
  lesson: LessonInfo,
  breakpoints: Breakpoint[],
  predict: boolean,
): Origin {
  const config = differing(initial_config, lesson.defaults);
  return { lesson: lesson.slug, config, seed, journal, companion: recipeOf(companion), breakpoints, predict };
}

/** The fields that are not as they are without anybody's doing: as addresses have them. */
function differing(config: Record<string, unknown>, defaults: Record<string, unknown>): typeof config {
  const other = ([name, value]: [string, unknown]) =>
    JSON.stringify(value) !== JSON.stringify(defaults[name]);
  return Object.fromEntries(Object.entries(config).filter(other));
}

/** Where the session stands: the answer to a move comes before the frame that shows it. */
export function standing({ cursor, frame, lastMoved }: State): Cursor | null {
  return lastMoved && lastMoved.seq > (frame?.header.seq ?? -1) ? lastMoved.cursor : cursor;
}

/** Where an address leads to, but for where one stops on the way. */
export function placeOf(url: string): string {
  return viewToUrl({ ...viewFromUrl(new URL(url, location.href)), breakpoints: [] });
}

/** What makes it again, of all that is told of a companion. */
export function recipeOf(companion: SessionInfo["companion"]): CompanionRecipe | null {
  return companion && { name: companion.name, beside: companion.beside, journal: companion.journal };
}

/** What the entry of the history holds beside its address. */
export function lackingIn(state: unknown): Origin | null {
  return (state as { lacking?: Origin } | null)?.lacking ?? null;
}

/** What a recipe makes, complete. */
export function originOf(recipe: CreateSession): Origin {
  const { lesson, config = {}, seed = defaultView.seed, journal = [], cursor, breakpoints, predict } = recipe;
  const companion = recipe.companion;
  return {
    lesson,
    config,
    seed,
    journal,
    ...(cursor && { cursor }),
    ...(breakpoints?.length && { breakpoints }),
    ...(companion && { companion }),
    ...(predict && { predict }),
  };
}

/** What the server says to a request that failed, or that it cannot be reached. */
export function refusedBy(error: unknown): Refused {
  if (error instanceof Problem) return error;
  return { code: "offline", title: "", detail: String(error), hint: "", place: null };
}
