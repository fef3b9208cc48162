// What a page with a lesson does with the window it is in: whether it is a phone's, and its title.
import { language } from "../../i18n/locale.svelte";
import { m } from "../../i18n/paraglide/messages.js";
import type { Page } from "./page.svelte";

/** Follows the window's width, and titles it. Call while a component is set up. */
export function framed(page: Page): void {
  const narrow = matchMedia("(max-width: 899px)");
  page.phone = narrow.matches;
  $effect(() => {
    const follow = () => (page.phone = narrow.matches);
    narrow.addEventListener("change", follow);
    return () => {
      narrow.removeEventListener("change", follow);
    };
  });
  $effect(() => {
    const lesson = page.state.lesson?.title[language()];
    document.title = lesson ? m.page_title({ lesson }) : m.app_name();
  });
}
