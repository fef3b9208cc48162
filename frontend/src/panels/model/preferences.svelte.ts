// What belongs to the person and not to the address: language, theme. `?lang=` and `?theme=` set them once.
import { isLanguage, language, setLanguage, type Language } from "../../i18n/locale.svelte";

export type Theme = "light" | "dark";

const LANGUAGE_KEY = "chainrule.language";
const THEME_KEY = "chainrule.theme";

/** Storage may be switched off, and then throws: the page works without it. */
export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It holds for this visit.
  }
}

class Preferences {
  theme = $state<Theme>("light");
  reducedMotion = $state(false);

  /** Reads the address, then what was chosen before, then the browser's wishes, and follows the latter. */
  start(search: URLSearchParams): void {
    const wished = search.get("lang") ?? read(LANGUAGE_KEY) ?? navigator.language.slice(0, 2).toLowerCase();
    setLanguage(isLanguage(wished) ? wished : "en");
    if (isLanguage(search.get("lang"))) write(LANGUAGE_KEY, language());

    const dark = matchMedia("(prefers-color-scheme: dark)");
    const chosen = search.get("theme") ?? read(THEME_KEY);
    if (chosen === "light" || chosen === "dark") {
      this.#show(chosen);
      if (search.has("theme")) write(THEME_KEY, chosen);
    } else this.#show(dark.matches ? "dark" : "light");
    dark.addEventListener("change", () => {
      if (!read(THEME_KEY)) this.#show(dark.matches ? "dark" : "light");
    });

    const still = matchMedia("(prefers-reduced-motion: reduce)");
    this.reducedMotion = still.matches;
    still.addEventListener("change", () => (this.reducedMotion = still.matches));
  }

  setLanguage(next: Language): void {
    setLanguage(next);
    write(LANGUAGE_KEY, next);
  }

  toggleTheme(): void {
    const next = this.theme === "light" ? "dark" : "light";
    this.#show(next);
    write(THEME_KEY, next);
  }

  #show(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset["theme"] = theme;
  }
}

export const preferences = new Preferences();
