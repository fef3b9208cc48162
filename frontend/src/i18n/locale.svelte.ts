// The language of the interface: a rune behind Paraglide's messages, so that switching needs no reload.
import { overwriteGetLocale, overwriteSetLocale } from "./paraglide/runtime.js";
import type { Text } from "../protocol.gen";

export const LANGUAGES = ["en", "vi"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each language's own name for itself. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", vi: "Tiếng Việt" };

let current = $state<Language>("en");

overwriteGetLocale(() => current);
overwriteSetLocale((next) => {
  current = next;
});

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  document.documentElement.lang = next;
}

export function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.some((known) => known === text);
}

/** A text that the server sends in each language, in the current one. */
export function inLanguage(text: Text): string {
  return text[current];
}
