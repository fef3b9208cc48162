// The page from a file: a recording that stands in the document takes the place of a session.
import "./recorded.css";
import { m } from "../../i18n/paraglide/messages.js";
import { parsed } from "../../transport/recorded";
import type { Page } from "../model/page.svelte";
import { STILL } from "../model/still";

/** Has the page play what the document holds, as `chainrule record` writes it. */
export function play(page: Page, text: string): void {
  const recorded = parsed(text);
  if (!recorded.head) throw new Error("the recording has no beginning");
  const { lesson, config, seed, whole } = recorded.head;
  const { store, link } = page;
  // What needs a session is not there: see the styles.
  document.documentElement.dataset["recorded"] = "";
  page.notice = {
    text: () => ({ title: m.recorded_file(), hint: whole ? m.recorded_steps() : m.recorded_parts() }),
    tone: "stop",
  };
  page.visit = STILL;
  store.dispatch({ type: "local/session", lesson: lesson.slug, config, seed });
  store.dispatch({ type: "local/lesson", lesson });
  void link.watch(recorded.play());
}
