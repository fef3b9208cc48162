/**
 * What a network says over the plane as pixels. A number, or which of two classes, goes from negative over zero to
 * positive, as everywhere; of more classes each has a colour of its own, the paler the less sure. Pure.
 */
import type { Dataset } from "../../store/types";
import { rampOf, rgbOf, type Palette } from "../thumbnails";
import type { Theme } from "../theme";

type Rgb = ReturnType<typeof rgbOf>;

/** Of classes, in their order; the first two are what is negative and what is positive. */
const CLASSES: Readonly<Record<Theme["name"], readonly string[]>> = {
  light: ["#d55e00", "#0072b2", "#228833", "#aa3377", "#b08a00", "#6f4fd0"],
  dark: ["#ff8a4c", "#56b4e9", "#5dc66a", "#e883b8", "#e3c63f", "#b49dff"],
};

export function classColor(theme: Theme, k: number): string {
  const colors = CLASSES[theme.name];
  return colors[k % colors.length] ?? theme.text3;
}

export function paletteOf(theme: Theme): Palette {
  return [theme.negative, theme.zero, theme.positive];
}

/** The colour of a number: from −1 over 0 to 1, beyond as at the ends. */
export function numberColor(theme: Theme, number: number): string {
  const [r, g, b] = unpacked(rampOf(paletteOf(theme))[levelOf(number, false) + 128] ?? 0);
  return `rgb(${r} ${g} ${b})`;
}

/** −127 … 127 for −1 … 1; `discrete`: only the side of zero. −128 for what is no number. */
export function levelOf(number: number, discrete: boolean): number {
  if (Number.isNaN(number)) return -128;
  if (discrete) return number > 0 ? 127 : -127;
  return Math.round(Math.max(-1, Math.min(1, number)) * 127);
}

/**
 * Writes the surface, (outputs, count, count) with the least y first, into pixels with the top row first; these are
 * little endian, as `ImageData` holds them on every machine that there is.
 */
export function writeSurface(
  pixels: Uint32Array,
  surface: Float32Array | Float64Array,
  count: number,
  says: Dataset["says"],
  discrete: boolean,
  theme: Theme,
): void {
  if (says === "probabilities") {
    writeClasses(pixels, surface, count, discrete, theme);
    return;
  }
  const ramp = rampOf(paletteOf(theme));
  const [times, plus] = says === "probability" ? [2, -1] : [1, 0];
  for (let row = 0; row < count; row++) {
    const to = (count - 1 - row) * count;
    for (let c = 0; c < count; c++) {
      const number = (surface[row * count + c] ?? NaN) * times + plus;
      pixels[to + c] = ramp[levelOf(number, discrete) + 128] ?? 0;
    }
  }
}

function writeClasses(
  pixels: Uint32Array,
  surface: Float32Array | Float64Array,
  count: number,
  discrete: boolean,
  theme: Theme,
): void {
  const area = count * count;
  const classes = surface.length / area;
  const zero = rgbOf(theme.zero);
  const colors = Array.from({ length: classes }, (_, k) => rgbOf(classColor(theme, k)));
  const odd = packed(rgbOf(theme.warn));
  for (let row = 0; row < count; row++)
    for (let c = 0; c < count; c++) {
      const at = row * count + c;
      const best = likeliest(surface, at, area, classes);
      const color = colors[best];
      // No better than any other class is no colour at all.
      const sure = discrete ? 1 : ((surface[best * area + at] ?? 0) * classes - 1) / (classes - 1);
      pixels[(count - 1 - row) * count + c] = color ? packed(mixed(zero, color, sure)) : odd;
    }
}

/** The class with the largest probability at a place; −1 where one is no number. */
export function likeliest(
  surface: Float32Array | Float64Array,
  at: number,
  area: number,
  classes: number,
): number {
  let best = 0;
  for (let k = 0; k < classes; k++) {
    const p = surface[k * area + at] ?? NaN;
    if (Number.isNaN(p)) return -1;
    if (p > (surface[best * area + at] ?? 0)) best = k;
  }
  return best;
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  const mix = (k: 0 | 1 | 2) => Math.round(from[k] + (to[k] - from[k]) * share);
  return [mix(0), mix(1), mix(2)];
}

function packed([r, g, b]: Rgb): number {
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

function unpacked(pixel: number): Rgb {
  return [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
}
