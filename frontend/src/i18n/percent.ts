// Shares in the language of the interface. Making a formatter takes longer than all that a frame changes.
import { language, type Language } from "./locale.svelte";

const made = new Map<string, Intl.NumberFormat>();

/** A share of 0 … 1 in percent, with at most so many digits after the point. */
export function percent(share: number, digits: number): string {
  const own: Language = language();
  const key = `${own} ${digits}`;
  let format = made.get(key);
  if (!format) {
    format = new Intl.NumberFormat(own, { style: "percent", maximumFractionDigits: digits });
    made.set(key, format);
  }
  return format.format(share);
}
