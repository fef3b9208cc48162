// The place of a page that is led by a room or a recording, or is only a picture of a lesson.
import type { Page } from "./page.svelte";

/** Nothing is opened from here, and the address is what it was. */
export const STILL: Page["visit"] = {
  busy: false,
  openLesson: async () => undefined,
  openWith: async () => undefined,
  reseed: async () => undefined,
  list: async () => undefined,
  retry: async () => undefined,
  changed: () => undefined,
  address: () => location.href,
  share: () => Promise.resolve(location.href),
};
