// What the picture of a text and what stands beside it know of the chosen token.
import { m } from "../../i18n/paraglide/messages.js";
import {
  chosenIn,
  headsOf,
  largest,
  tokensOf,
  tracedAt,
  visible,
  weightAt,
  weightsOf,
} from "../../render/text-view/parts";
import { toNumber } from "../../store/reduce";
import type { TokenResult } from "../../store/types";
import type { TokenChoice } from "../../store/view";
import { isFlatOut } from "../../store/playback";
import { Ask } from "../model/ask.svelte";
import type { Page } from "../model/page.svelte";
import { writing } from "./writing.svelte";

let found: TokenResult | null = $state.raw(null);

export function sampleOf(page: Page): number {
  return page.unfolding.looked ?? 0;
}

export function chosenToken(page: Page): TokenChoice {
  const text = page.graph?.text;
  return text ? chosenIn(text, page.token) : { position: 0, block: 0 };
}

/** Counts up every so many milliseconds while it trains flat out. Call while the picture is set up. */
export function beating(
  page: Page,
  milliseconds: number,
): { readonly flatOut: boolean; readonly count: number } {
  let count = $state(0);
  const flatOut = $derived(isFlatOut(page.state.playback));
  $effect(() => {
    if (!flatOut) return;
    const timer = setInterval(() => (count += 1), milliseconds);
    return () => clearInterval(timer);
  });
  return {
    get flatOut() {
      return flatOut;
    },
    get count() {
      return count;
    },
  };
}

/** Asks for the chosen token by itself wherever the cursor stands. Call while the picture is set up. */
export function followToken(page: Page): void {
  const asked = new Ask(page.link, "token_result", () => {
    const { frame } = page;
    if (!frame || frame.header.loss === null || page.withheld || isFlatOut(page.state.playback)) return null;
    const [row, { position }] = [sampleOf(page), chosenToken(page)];
    return {
      key: JSON.stringify([page.place, page.graph?.topology, row, position]),
      command: { type: "token", row, position },
    };
  });
  $effect(() => {
    found = asked.value;
  });
}

/** What is written on: as typed, else the beginning of a line of the language. */
export function prefixOf(page: Page): string {
  return writing.prefix ?? (page.values["language"] === "vi" ? "con mèo " : "the cat ");
}

/** How often it is asked what may follow that text while it trains flat out, in milliseconds. */
const BEAT = 350;
const LINE = 56;

/** While it trains flat out: what may follow a text that stays, again and again. Call while the picture is set up. */
export function followWriting(page: Page): Ask<"written"> {
  const beat = beating(page, BEAT);
  return new Ask(page.link, "written", () =>
    beat.flatOut && page.ready && !page.withheld
      ? {
          key: JSON.stringify([beat.count, page.graph?.topology, prefixOf(page)]),
          command: {
            type: "write",
            text: prefixOf(page),
            // A class sees what it writes here; else it stands beside the picture.
            length: page.presenting && !page.phone ? LINE : 0,
            temperature: writing.temperature,
            draw: writing.draw,
          },
        }
      : null,
  );
}

/** What was found of it, as far as the cursor has come. */
export function tokenAt(page: Page): TokenResult | null {
  const { graph, frame } = page;
  return graph && frame ? tracedAt(graph, frame, found, sampleOf(page), chosenToken(page).position) : null;
}

/** Where attention and the gradient point, in a sentence; empty while one of them is not known. */
export function verdictOf(page: Page): string {
  const { graph, frame } = page;
  const text = graph?.text;
  const shares = tokenAt(page)?.stages[0]?.shares?.map((x) => toNumber(x));
  if (!graph || !text || !frame || !shares) return "";
  const { position, block } = chosenToken(page);
  const weights = weightsOf(text, frame, block);
  const heads = headsOf(graph, text);
  if (!weights) return "";
  const looks = Array.from({ length: heads * text.context }, (_, k) => {
    const [head, to] = [Math.floor(k / text.context), k % text.context];
    return weights[weightAt(text.context, head, position, to)] ?? 0;
  });
  const [look, pull] = [largest(looks), largest(shares)];
  if (look === null || pull === null) return "";
  const { tokens } = tokensOf(graph, text, frame, sampleOf(page));
  const named = (place: number) => visible(text.characters[tokens?.[place] ?? -1] ?? "");
  const [head, to] = [Math.floor(look / text.context), look % text.context];
  const told = {
    head: head + 1,
    place: to + 1,
    character: named(to),
    weight: (looks[look] ?? 0).toFixed(2),
    other: pull + 1,
    pulled: named(pull),
    share: (shares[pull] ?? 0).toFixed(2),
  };
  return to === pull ? m.text_agree(told) : m.text_disagree(told);
}
