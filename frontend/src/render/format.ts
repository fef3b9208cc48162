/** Numbers as text. True minus signs; what is exact looks exact, what is rounded has at least 4 digits. */
import type { Dtype } from "../store/types";

export const MINUS = "−";
export const UNKNOWN = "—";
export const WITHHELD = "?";
const SIGNIFICANT = 4;
/** From here on a power of ten says more than a row of zeros. */
const LARGE = 1e9;

/** The shortest digits that give the same number back, as JavaScript writes them. */
function shortest(x: number, dtype: Dtype): string {
  if (dtype === "float64") return String(x);
  // A product may be beyond the format of its factors.
  const single = Math.fround(x);
  if (x !== 0 && (single === 0 || !Number.isFinite(single))) return String(Number(x.toPrecision(9)));
  // More digits are never further away, so that the first number of them that will do is found by halving.
  let [least, most] = [1, 10];
  while (least < most) {
    const digits = (least + most) >> 1;
    if (Math.fround(Number(x.toPrecision(digits))) === single) most = digits;
    else least = digits + 1;
  }
  return String(least < 10 ? Number(x.toPrecision(least)) : x);
}

/** The shortest text that round-trips in its dtype: for the inspector, tooltips and editing. */
export function exact(x: number | null, dtype: Dtype = "float32"): string {
  if (x === null) return UNKNOWN;
  const digits = shortest(x, dtype);
  const text = Math.abs(x) < LARGE ? digits : Number(digits).toExponential();
  return special(x) ?? dress(withPoint(text));
}

/** For cards: as many digits as fit; exact where the number is short, else rounded to 4 digits or more. */
export function short(x: number | null, dtype: Dtype = "float32"): string {
  if (x === null) return UNKNOWN;
  const odd = special(x);
  if (odd !== null) return odd;
  const full = withPoint(shortest(x, dtype));
  if (full.replace("-", "").length <= 6) return dress(full);
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e6) return dress(String(x));
  const rounded = Number(x.toPrecision(SIGNIFICANT));
  const magnitude = Math.abs(rounded);
  if (magnitude >= 1e5 || magnitude < 1e-3) return dress(scientific(x, full));
  const digits = Math.floor(Math.log10(magnitude)) + 1;
  return dress(x.toFixed(Math.max(1, SIGNIFICANT - digits)));
}

function scientific(x: number, full: string): string {
  const exactDigits =
    /^-?(\d(?:\.\d+)?)e/.exec(Number(full).toExponential())?.[1]?.replace(".", "").length ?? 99;
  const text = x.toExponential(exactDigits <= SIGNIFICANT ? Math.max(1, exactDigits - 1) : SIGNIFICANT - 1);
  return text.replace("e+", "e");
}

function special(x: number): string | null {
  if (Number.isNaN(x)) return "NaN";
  if (x === Infinity) return "∞";
  if (x === -Infinity) return `${MINUS}∞`;
  return Object.is(x, -0) ? `${MINUS}0.0` : null;
}

/** A float looks like one: 2.0, not 2. */
function withPoint(text: string): string {
  const short = text.replace("e+", "e");
  if (short.includes("e")) return /\.\d*e/.test(short) ? short : short.replace("e", ".0e");
  return short.includes(".") ? short : `${short}.0`;
}

function dress(text: string): string {
  return text.replaceAll("-", MINUS);
}

/** Reads a typed number kindly: '−24', '-24,0', '1/3', '1e-3', '∞'. Null where it is none. */
export function parseNumber(text: string): number | null {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/^\+/, "")
    .replace(/∞|^(-?)inf(inity)?$/i, (_, sign?: string) => `${sign ?? ""}Infinity`)
    .replace(",", ".");
  const fraction = /^([^/]+)\/([^/]+)$/.exec(plain);
  if (fraction) {
    const [top, bottom] = [decimal(fraction[1]), decimal(fraction[2])];
    return top === null || bottom === null || bottom === 0 ? null : finite(top / bottom);
  }
  return decimal(plain);
}

function decimal(text: string | undefined): number | null {
  const plain = text?.trim() ?? "";
  if (plain === "NaN") return Number.NaN;
  if (/^-?Infinity$/.test(plain)) return Number(plain);
  return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? finite(Number(plain)) : null;
}

/** Infinity is written as such; digits that outgrow the format are none. */
function finite(x: number): number | null {
  return Number.isFinite(x) ? x : null;
}

const LONGEST_DECIMAL = 10;
const LARGEST_BOTTOM = 1000;

/** A setting as people would type it: a long decimal that is exactly a fraction is that fraction, '1/18'. */
export function typed(x: number): string {
  const decimal = exact(x, "float64");
  if (!Number.isFinite(x) || decimal.length <= LONGEST_DECIMAL) return decimal;
  for (let bottom = 2; bottom <= LARGEST_BOTTOM; bottom++) {
    const top = Math.round(x * bottom);
    if (top !== 0 && Math.abs(top) <= LARGEST_BOTTOM && top / bottom === x) return dress(`${top}/${bottom}`);
  }
  return decimal;
}

/** A shape in brackets, so that nobody takes it for a number: '[10×6]', '[2]', '[]' for a scalar. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join("×")}]`;
}

/** A name that is too long loses its middle: 'encoder…weight'. */
export function middle(text: string, most: number): string {
  if (text.length <= most) return text;
  const left = Math.ceil((most - 1) / 2);
  return `${text.slice(0, left)}…${text.slice(text.length - (most - 1 - left))}`;
}
