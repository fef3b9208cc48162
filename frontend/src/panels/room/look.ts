// What the presenter looks at, as the address holds it: not what makes the session, which the room shows anyway.
import { defaultView, viewFromUrl, viewToUrl } from "../../store/view";
import type { Page } from "../model/page.svelte";

export function lookOf(page: Page): string {
  const lesson = page.state.lesson?.slug ?? defaultView.lesson;
  return viewToUrl({ ...defaultView, ...page.looks(), lesson, present: false, tour: null });
}

export function applyLook(page: Page, look: string): void {
  page.applyView({ ...viewFromUrl(new URL(look, location.origin)), present: false, tour: null });
}
