// Counts and shares as they are read: with a point before decimals in every language, as the engine prints numbers and
// one types them in code. Making a formatter takes longer than all that a frame changes.
import { language } from "./locale.svelte";

const whole = new Intl.NumberFormat("en");
const shares = new Map<number, Intl.NumberFormat>();

/** A share of 0 … 1 in percent, with at most so many digits after the point. */
export function percent(share: number, digits: number): string {
  let format = shares.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: digits });
    shares.set(digits, format);
  }
  return format.format(share);
}

/** How many; in Vietnamese a comma between thousands would be read as a decimal one. */
export function count(n: number): string {
  const said = whole.format(n);
  return language() === "vi" ? said.replaceAll(",", "\u00a0") : said;
}
