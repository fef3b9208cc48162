/** Where the tour of One weight stops: what it shows there, and what it says. */
import { m } from "../../i18n/paraglide/messages.js";
import type { Page } from "../model/page.svelte";

export interface Stop {
  /** Where the cursor goes: step of the first iteration. */
  step: number;
  /** What is looked at; on a phone the first of them that is there. */
  target: string;
  title: () => string;
  text: () => string;
  /** What is done there besides. */
  act?: (page: Page) => void;
}

const STAGE = "main";
const INSPECTOR = ".app > .right, .app > .sheet";
const WEIGHT = '.mirror button.node[data-name="w"]';

export const STOPS: readonly Stop[] = [
  { step: 1, target: STAGE, title: m.tour_graph, text: m.tour_graph_text },
  { step: 4, target: STAGE, title: m.tour_forward, text: m.tour_forward_text },
  {
    step: 6,
    target: INSPECTOR,
    title: m.tour_backward,
    text: m.tour_backward_text,
    act: (page) => {
      page.sheet = "rule";
      page.showTab("rule");
    },
  },
  { step: 8, target: WEIGHT, title: m.tour_gradient, text: m.tour_gradient_text },
  { step: 9, target: WEIGHT, title: m.tour_update, text: m.tour_update_text },
  {
    step: 8,
    target: INSPECTOR,
    title: m.tour_explain,
    text: m.tour_explain_text,
    act: (page) => {
      page.explain({ name: "w", what: "grad", index: [], argument: null, symbol: null, place: null });
    },
  },
  { step: 8, target: ".app > footer", title: m.tour_time, text: m.tour_time_text },
  {
    step: 0,
    target: ".app > .left, .app > .sheet",
    title: m.tour_lesson,
    text: m.tour_lesson_text,
    act: (page) => {
      page.sheet = "lesson";
    },
  },
];
