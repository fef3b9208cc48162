// Counts and shares as they are read: with a point before decimals in every language, as the engine prints numbers and
// one types them in code. Making a formatter takes longer than all that a frame changes.
import { language } from "./locale.svelte";

const whole = new Intl.NumberFormat("en");
const shares = new Map<number, { format: Intl.NumberFormat; said: Map<number, string> }>();
/** Shares are those of a few hundred points: most are asked for again. */
const MOST_SAID = 1000;

/** A share of 0 … 1 in percent, with at most so many digits after the point. */
export function percent(share: number, digits: number): string {
  let known = shares.get(digits);
  if (!known) {
    const format = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: digits });
    shares.set(digits, (known = { format, said: new Map() }));
  }
  const { format, said } = known;
  let text = said.get(share);
  if (text === undefined) {
    if (said.size >= MOST_SAID) said.clear();
    said.set(share, (text = format.format(share)));
  }
  return text;
}

/** How many; in Vietnamese a comma between thousands would be read as a decimal one. */
export function count(n: number): string {
  const said = whole.format(n);
  return language() === "vi" ? said.replaceAll(",", "\u00a0") : said;
}
