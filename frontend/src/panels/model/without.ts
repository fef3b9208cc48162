// What is left of a recipe that the server does not take as a whole.
import type { Problem } from "../../transport/rest";
import type { Odd } from "./leniently";
import type { Origin } from "./link";

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
