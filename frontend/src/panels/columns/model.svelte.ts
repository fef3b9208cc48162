// What a network in columns is called, and its moment: a skip connection that is dropped into the plain column.
import { phaseRanges } from "../../store/timeline";
import type { Run } from "../../store/types";
import { m } from "../../i18n/paraglide/messages.js";
import { percent } from "../../i18n/numbers";
import { optionName } from "../model/options";
import type { Page } from "../model/page.svelte";

/** What a run is called: a column in the reader's language, an optimizer by its name. */
export function runTitle(run: Run): string {
  return run.layers.length > 0 ? optionName("columns", run.name) : run.title;
}

/** How many of all points a column has right, as it was last measured. */
export function accuracyOf(page: Page, run: string): string {
  const share = page.runs.history.latest(`${run}/accuracy`, page.iteration);
  return share === null ? "" : percent(share, 0);
}

/** Layers of the plain column that add their input. */
export function skipsOf(page: Page): number[] {
  const { skips } = page.values;
  return Array.isArray(skips) ? skips.map(Number) : [];
}

/** Whether there is a plain column, and a layer in it whose input is as wide as its output. */
export function maySkip(page: Page): boolean {
  const plain = page.graph?.runs.find(({ name }) => name === "plain");
  return (plain?.layers.length ?? 0) > 2;
}

let busy = false;

/**
 * Adds a skip connection around a layer of the plain column, or takes it away: the same network from the same first
 * weights, trained as far again. What was there before is held beside it, and shown as ghosts. One that has not got its
 * gradients yet goes on to the end of its backward pass, where there is something to compare.
 */
export async function toggleSkip(page: Page, layer: number): Promise<void> {
  if (busy || page.withheld) return;
  busy = true;
  try {
    const before = skipsOf(page);
    const skips = before.includes(layer) ? before.filter((one) => one !== layer) : [...before, layer];
    const branch = page.state.currentBranch;
    const ranges = phaseRanges(page.steps);
    // With another number of steps, a place is the end of a phase.
    const phase = page.phase === "update" ? "update" : "backward";
    const ended = ranges.find((range) => range.phase === page.phase)?.last === page.step?.index;
    if (!(await page.configure({ skips }, "skips"))) return;
    await page.runs.compare({ branch });
    const last = phaseRanges(page.steps).find((range) => range.phase === phase)?.last;
    if (last !== undefined && (phase === "backward" || ended)) page.seek(page.iteration, last);
    page.said = before.includes(layer) ? m.columns_taken({ n: layer }) : m.columns_dropped({ n: layer });
  } catch {
    // Without a run beside it there is nothing to compare with, and the change holds all the same.
  } finally {
    busy = false;
  }
}
