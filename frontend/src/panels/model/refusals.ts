// What the server refuses, in the reader's language: the reason where it gives one, else what its code says.
import { m } from "../../i18n/paraglide/messages.js";
import { count } from "../../i18n/numbers";
import { short } from "../../render/format";
import type { Param } from "../../store/types";
import type { Refused } from "./link";
import { sentences } from "./sentences.svelte";

/** The server counts them from 0, the page from 1. */
const PLACES = new Set(["iteration", "step", "last_iteration", "last_step"]);

function spoken(name: string, value: Param): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "string") return value;
  const number = PLACES.has(name) ? value + 1 : value;
  return Number.isInteger(number) ? count(number) : short(number, "float64");
}

/**
 * A sentence that says what is wrong, and one that says what to do. Read again when the language changes, or when the
 * sentences arrive: until then both are empty.
 */
export function translateRefusal({ code, reason, params }: Pick<Refused, "code" | "reason" | "params">): {
  title: string;
  hint: string;
} {
  const known = sentences();
  if (!known) return { title: "", hint: "" };
  const inputs = Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]) => [name, spoken(name, value)]),
  );
  // A server that is newer than the page may know a reason or a code that the page does not.
  for (const key of [`reason_${reason ?? ""}`, `refused_${code}`]) {
    const title = known[key]?.(inputs);
    if (title !== undefined) return { title: sentence(title), hint: known[`${key}_hint`]?.(inputs) ?? "" };
  }
  return { title: m.refused_otherwise({ code }), hint: m.refused_otherwise_hint() };
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
