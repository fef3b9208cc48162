// Away from the lecture, and back: who presents steps aside, and returns to the beat.
import type { Beat } from "../../store/types";
import { reading } from "../model/beats.svelte";
import type { Page } from "../model/page.svelte";

/** The beat that was gone to, and its place, where the cursor is no longer there. */
export function strayedFrom(
  page: Page,
): { beat: Beat; branch: number; iteration: number; step: number } | null {
  const { branches, cursor } = page.state;
  const { chosen } = reading;
  const beat = chosen && page.beats[chosen.beat];
  if (!beat || !cursor || chosen.from === cursor) return null;
  const { iteration, step, from } = chosen;
  const branch = branches.some(({ id }) => id === from.branch) ? from.branch : cursor.branch;
  if (cursor.iteration === iteration && cursor.step === step && cursor.branch === branch) return null;
  return { beat, branch, iteration, step };
}

/** Back from an excursion, to the beat that was gone to. Whether one was away from it. */
export function returnToBeat(page: Page): boolean {
  const place = strayedFrom(page);
  if (!place) return false;
  const { branch, iteration, step } = place;
  page.link.send({ type: "seek", branch, iteration, step });
  return true;
}
