// Which settings are shown under the values in force: pure, so that it can be tested alone.
import type { ConfigField, Text } from "../../store/types";

export type Values = Record<string, unknown>;

/** A heading with its settings, in order. */
export interface Section {
  title: Text | null;
  fields: ConfigField[];
  /** Of these the ones that are shown only where the section is opened. */
  folded: ReadonlySet<string>;
}

const NEVER: readonly ConfigField["control"][] = ["code", "none"];

/** Whether each of these settings has one of these values. */
function holds(when: Record<string, string[]>, values: Values): boolean {
  return Object.entries(when).every(([name, allowed]) => allowed.includes(String(values[name] ?? "")));
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The settings that make sense, under their headings; those without one come first. */
export function sections(fields: readonly ConfigField[], values: Values, defaults: Values): Section[] {
  const found = new Map<string, Section>();
  for (const field of fields) {
    if (NEVER.includes(field.control) || !holds(field.when, values)) continue;
    const key = field.group?.en ?? "";
    const section = found.get(key) ?? { title: field.group, fields: [], folded: new Set<string>() };
    found.set(key, section);
    section.fields.push(field);
    if (field.folded && same(values[field.name], defaults[field.name]))
      (section.folded as Set<string>).add(field.name);
  }
  return [...found.values()].sort((a, b) => Number(a.title !== null) - Number(b.title !== null));
}

/** The choices of a setting that go with all others. The one in force is always among them. */
export function choicesOf(field: ConfigField, values: Values): string[] {
  return field.choices.filter(
    (choice) => choice === values[field.name] || holds(field.only[choice] ?? {}, values),
  );
}

/** Whole numbers of a schema: counts are printed as such, 300 and not 300.0. */
export function isWhole(schema: Values | undefined, name: string): boolean {
  const properties = schema?.["properties"] as Record<string, { type?: string }> | undefined;
  return properties?.[name]?.type === "integer";
}

/** How many a list may have, and how large each may be. */
export function boundsOf(schema: Values | undefined, name: string): { items: number; each: number } {
  const properties = schema?.["properties"] as
    Record<string, { maxItems?: number; items?: { maximum?: number } }> | undefined;
  const found = properties?.[name];
  return { items: found?.maxItems ?? Infinity, each: found?.items?.maximum ?? Infinity };
}

/** Settings of the layers after one was added at the end, taken away or changed. */
export function withLayer(sizes: readonly number[], at: number, size: number | null): number[] {
  const next = [...sizes];
  if (size === null) next.splice(at, 1);
  else next[at] = size;
  return next;
}
