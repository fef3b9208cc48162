// What the map and what stands beside it know of the hikers: at the cursor, and by finite differences.
import { short } from "../../render/format";
import { toNumber } from "../../store/reduce";
import type { DifferencesResult, RunState } from "../../store/types";
import { m } from "../../i18n/paraglide/messages.js";
import { Ask } from "../model/ask.svelte";
import type { Page } from "../model/page.svelte";

let found: DifferencesResult | null = $state.raw(null);

/** Asks for gradients by finite differences of the cursor's iteration, where they are shown. Call while the map is set up. */
export function followDifferences(page: Page): void {
  const asked = new Ask(page.link, "differences_result", () => {
    const { cursor } = page.state;
    if (!page.map.differences || !cursor || page.phase === "forward" || page.withheld) return null;
    return {
      key: JSON.stringify([cursor.branch, cursor.iteration, page.graph?.topology]),
      command: { type: "differences" },
    };
  });
  $effect(() => {
    found = asked.value;
  });
}

/** What was found, where it belongs to the cursor's iteration. */
export function differencesAt(page: Page): DifferencesResult | null {
  const { cursor } = page.state;
  if (!page.map.differences || !found || !cursor || page.phase === "forward") return null;
  return found.cursor.branch === cursor.branch && found.cursor.iteration === cursor.iteration ? found : null;
}

/** How a hiker is doing. */
export function verdictName(state: RunState): string {
  switch (state.verdict) {
    case "arrived":
      return m.verdict_arrived();
    case "saddle":
      return m.verdict_saddle();
    case "plateau":
      return m.verdict_plateau();
    case "zigzags":
      return m.verdict_zigzags();
    case "crawls":
      return m.verdict_crawls();
    case "diverges":
      return m.verdict_diverges();
    case "walks":
      return m.verdict_walks();
    case null:
      return "";
  }
}

/** And why. */
export function verdictWhy(state: RunState): string {
  const told = (name: string) => short(toNumber(state.because[name] ?? null));
  const product = state.because["product"] !== undefined;
  const numbers = {
    gradient: told("gradient"),
    step: told("step"),
    steps: rounded(toNumber(state.because["steps"] ?? null)),
    steep: told("steep"),
    flat: told("flat"),
    product: told("product"),
    limit: told("limit"),
    rate: short(toNumber(state.rate)),
  };
  switch (state.verdict) {
    case "arrived":
      return m.verdict_arrived_why(numbers);
    case "saddle":
      return m.verdict_saddle_why(numbers);
    case "plateau":
      return m.verdict_plateau_why(numbers);
    case "zigzags":
      return product ? m.verdict_zigzags_why(numbers) : m.verdict_zigzags_why_adaptive(numbers);
    case "crawls":
      return m.verdict_crawls_why(numbers);
    case "diverges":
      return product ? m.verdict_diverges_why(numbers) : m.verdict_diverges_odd();
    case "walks":
      return m.verdict_walks_why(numbers);
    case null:
      return "";
  }
}

function rounded(steps: number | null): string {
  if (steps === null || !Number.isFinite(steps)) return "∞";
  return steps >= 10 && steps < 1e6 ? String(Math.round(steps)) : short(steps);
}
