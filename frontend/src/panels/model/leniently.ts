// An address that cannot be read as a whole: what can be read of it is opened, and the rest is named.
import { Problem } from "../../transport/rest";
import type { Unread } from "../../store/view";
import type { Origin } from "./link";
import { sentences } from "./sentences.svelte";

/** What an address says and what was not to be had. */
export type Odd = Unread | "program" | "place_nearest" | "place_far";

/** Each refusal names one thing at least; more of them than this is not an address but an attempt. */
const MOST_TRIES = 12;

/** Opens what can be opened of `origin`, and says what was opened and what had to be left out. */
export async function openLeniently(
  origin: Origin,
  open: (origin: Origin) => Promise<void>,
): Promise<{ origin: Origin; odd: Odd[] }> {
  const odd: Odd[] = [];
  for (let tries = 0; ; tries++) {
    try {
      await open(origin);
      return { origin, odd: [...new Set(odd)] };
    } catch (error) {
      if (!(error instanceof Problem) || tries >= MOST_TRIES) throw error;
      const { without } = await import("./without");
      const less = without(origin, error);
      if (!less) throw error;
      origin = less.origin;
      odd.push(less.odd);
    }
  }
}

/** What was odd about the address, and what was done instead. Empty until the sentences are here. */
export function oddInWords(odd: readonly Odd[]): { title: string; hint: string } {
  const known = sentences();
  const said = (what: string) => known?.[`odd_${what}`]?.({}) ?? "";
  return { title: said("address"), hint: odd.map(said).join(" ") };
}
