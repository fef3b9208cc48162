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
      const less = error instanceof Problem && tries < MOST_TRIES ? without(origin, error) : null;
      if (!less) throw error;
      origin = less.origin;
      odd.push(less.odd);
    }
  }
}

/** The same without what the server does not take; null where the refusal is about something else. */
export function without(origin: Origin, why: Problem): { origin: Origin; odd: Odd } | null {
  const [part, index] = why.errors[0]?.location ?? [];
  if (origin.companion && (part === "companion" || why.params["part"] === "companion"))
    return { origin: { ...origin, companion: null }, odd: "companion" };
  const entry = part === "journal" ? index : why.params["entry"];
  if (typeof entry === "number" && entry < origin.journal.length)
    return { origin: { ...origin, journal: origin.journal.slice(0, entry) }, odd: "edits" };
  if (part === "breakpoints") return { origin: { ...origin, breakpoints: [] }, odd: "breakpoints" };
  if (why.code === "expression_error" && "code" in origin.config)
    return { origin: { ...origin, config: leave(origin.config, ["code", "values"]) }, odd: "program" };
  if (why.code !== "invalid_config" || Object.keys(origin.config).length === 0) return null;
  const wrong = why.params["fields"];
  const fields = Array.isArray(wrong) ? wrong.filter((name) => name in origin.config) : [];
  return {
    origin: { ...origin, config: fields.length > 0 ? leave(origin.config, fields) : {} },
    odd: "config",
  };
}

function leave(config: Record<string, unknown>, names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name)));
}

/** What was odd about the address, and what was done instead. Empty until the sentences are here. */
export function oddInWords(odd: readonly Odd[]): { title: string; hint: string } {
  const known = sentences();
  const said = (what: string) => known?.[`odd_${what}`]?.({}) ?? "";
  return { title: said("address"), hint: odd.map(said).join(" ") };
}
