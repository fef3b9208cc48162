// Classes and points of data in words, in the current language.
import { m } from "../../i18n/paraglide/messages.js";
import { exact } from "../../render/format";

export function className(k: number): string {
  return m.class_name({ k });
}

/** What a point is: its class, or its number. */
export function targetInWords(target: number, classes: number): string {
  return classes > 0 ? className(target) : m.target_number({ number: exact(target) });
}
