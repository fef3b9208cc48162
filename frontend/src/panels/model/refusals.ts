// What the server refuses, in the reader's language where the catalogue knows the code; else in the server's words.
import * as messages from "../../i18n/paraglide/messages.js";
import { language } from "../../i18n/locale.svelte";
import type { Refused } from "./link";

const catalogue = messages as unknown as Record<string, (() => string) | undefined>;

/** Title and hint to show. English readers get the server's own words: they are the most exact. */
export function translateRefusal(why: Refused): { title: string; hint: string } {
  const title = catalogue[`refused_${why.code}`]?.();
  const hint = catalogue[`refused_${why.code}_hint`]?.();
  if (language() === "en") return { title: why.title || (title ?? why.code), hint: why.hint || why.detail };
  return { title: title ?? why.title, hint: hint ?? (title ? "" : why.hint || why.detail) };
}
