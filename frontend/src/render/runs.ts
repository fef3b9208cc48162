/** Colours and marks of runs that are trained side by side: the same wherever they are seen. Pure. */
import type { Theme } from "./theme";

/** Those known by name have the same colour whoever else there is. */
export const HIKERS = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"];
export const COLUMNS = ["plain", "batchnorm", "residual", "both"];

/** Neither of a sign nor of a phase: ink, green, olive, pink, indigo, brown. */
const COLORS: Readonly<Record<Theme["name"], readonly string[]>> = {
  light: ["#1a1d24", "#1f7a34", "#6b6a00", "#c0186a", "#3f4fc4", "#7d4a24"],
  dark: ["#f2f4f8", "#62cf74", "#d6d04a", "#ff7ab6", "#a3b0ff", "#d9a877"],
};
/** Where there are four, they are as far from each other as can be. */
const OF_COLUMNS = [0, 1, 3, 4];

export function runColor(theme: Theme, mark: number): string {
  const colors = COLORS[theme.name];
  return colors[mark % colors.length] ?? theme.text;
}

/** The place of a run in the palette; `k` is its place among those there are. */
export function markOfRun(name: string, k: number): number {
  const hiker = HIKERS.indexOf(name);
  if (hiker >= 0) return hiker;
  const column = COLUMNS.indexOf(name);
  return column >= 0 ? (OF_COLUMNS[column] ?? column) : k;
}
