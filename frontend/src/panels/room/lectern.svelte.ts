// Between the page on the projector and the window with the notes: where one is, and the wish to go on. Same browser.
import { currentBeat, goBeat } from "../model/beats.svelte";
import type { Page } from "../model/page.svelte";
import { stepInWords } from "../model/words";
import { strayedFrom } from "./excursion";

export const CHANNEL = "chainrule.notes";

/** Where the lecture is. */
export interface Here {
  type: "here";
  lesson: string;
  /** The beats of the lesson by id, and the one that is shown. */
  beats: string[];
  beat: number;
  /** The beat to which Esc goes back. */
  back: string | null;
  step: string;
  /** When presenting began, in milliseconds since 1970. */
  since: number;
}

export type Wish = { type: "where" } | { type: "go"; by: number };

/** Tells the notes where the page is, for as long as it presents. Returns what ends that. */
export function tellNotes(page: Page): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const since = Date.now();
  const here = (): Here | null => {
    const { cursor, graph, lesson } = page.state;
    if (!cursor || !graph || !lesson) return null;
    const beat = currentBeat(page);
    const beats = page.beats.map(({ id }) => id);
    return {
      type: "here",
      lesson: lesson.slug,
      beats,
      beat,
      back: strayedFrom(page)?.beat.id ?? null,
      step: stepInWords(page.state),
      since,
    };
  };
  channel.onmessage = ({ data }: MessageEvent<Wish>) => {
    if (data.type === "go") goBeat(page, data.by);
    else channel.postMessage(here());
  };
  const stop = $effect.root(() => {
    $effect(() => {
      const now = here();
      if (now) channel.postMessage(now);
    });
  });
  return () => {
    stop();
    channel.close();
  };
}
