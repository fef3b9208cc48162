// What is measured every so many iterations, over a run.
import type { History } from "../../store/histories";

/** The iterations at which a number of that name was measured, with the number: finite ones. */
export function measured(history: History, name: string): [number, number][] {
  const found: [number, number][] = [];
  for (let at = history.first; at < history.length; at++) {
    const number = history.at(name, at);
    if (number !== null && Number.isFinite(number)) found.push([at, number]);
  }
  return found;
}

/** The one that was the latest at an iteration. */
export function latestAt(found: readonly [number, number][], iteration: number): [number, number] | null {
  return found.findLast(([at]) => at <= iteration) ?? null;
}
