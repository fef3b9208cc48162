// The lesson's beats: which one belongs to the cursor, and going through them.
import { beatStep, currentBeat as beatOfCursor } from "../../store/timeline";
import type { Beat, Cursor, Graph } from "../../store/types";
import type { Page } from "./page.svelte";

interface Place {
  iteration: number;
  step: number;
}

interface Chosen extends Place {
  beat: number;
  /** The cursor that it was chosen at: until that has moved, the beat holds already. */
  from: Cursor;
}

class Reading {
  /** The beat that was gone to, and its place: it holds until the cursor moves on. */
  chosen: Chosen | null = $state.raw(null);
}

/** Where one is in the lesson. */
export const reading = new Reading();

/** Where a beat stands; null where this graph has no such step, or the beat no anchor. */
export function placeOf(beat: Beat, graph: Graph): Place | null {
  const step = beatStep(beat, graph);
  return step === null ? null : { iteration: beat.anchor?.iteration ?? 0, step };
}

/** The index of the beat to show. */
export function currentBeat(page: Page): number {
  const { graph, cursor } = page.state;
  const { beats } = page;
  if (beats.length === 0 || !graph || !cursor) return 0;
  const { chosen } = reading;
  const there = chosen?.iteration === cursor.iteration && chosen.step === cursor.step;
  if (chosen && (there || chosen.from === cursor) && chosen.beat < beats.length) return chosen.beat;
  return beatOfCursor(beats, graph, cursor);
}

/** To the next or the previous beat, and to its place on the timeline. */
export function goBeat(page: Page, by: number): void {
  const { graph, cursor } = page.state;
  if (!graph || !cursor) return;
  const beat = currentBeat(page) + by;
  const found = page.beats[beat];
  if (!found) return;
  const place = placeOf(found, graph) ?? { iteration: cursor.iteration, step: cursor.step };
  reading.chosen = { beat, ...place, from: cursor };
  page.left = "lesson";
  if (place.iteration !== cursor.iteration || place.step !== cursor.step)
    page.seek(place.iteration, place.step);
}
