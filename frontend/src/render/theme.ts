/** The colours and type of the picture. The page passes one of these in; the picture knows no CSS. */
import type { Phase } from "../store/types";

export interface Theme {
  readonly name: "light" | "dark";
  readonly stage: string;
  readonly grid: string;
  readonly card: string;
  /** Cards of constants and targets. */
  readonly sunken: string;
  readonly border: string;
  readonly borderStrong: string;
  readonly wire: string;
  readonly text: string;
  readonly text2: string;
  readonly text3: string;
  readonly positive: string;
  readonly zero: string;
  /** An outline that keeps a zero visible against the stage. */
  readonly zeroEdge: string;
  readonly negative: string;
  readonly positiveText: string;
  readonly negativeText: string;
  readonly zeroText: string;
  readonly phase: Readonly<Record<Phase, string>>;
  readonly phaseSoft: Readonly<Record<Phase, string>>;
  readonly phaseFaint: Readonly<Record<Phase, string>>;
  /** Text on a phase's colour. */
  readonly onPhase: string;
  readonly warn: string;
  readonly focus: string;
  readonly shadow: string;
  readonly fonts: { readonly sans: string; readonly mono: string };
}

const fonts = {
  sans: '"Inter", "Inter Variable", system-ui, sans-serif',
  mono: '"JetBrains Mono", "JetBrains Mono Variable", ui-monospace, monospace',
};

export const lightTheme: Theme = {
  name: "light",
  stage: "#f6f7f9",
  grid: "#e0e4ea",
  card: "#ffffff",
  sunken: "#fafbfc",
  border: "#d3d8df",
  borderStrong: "#c3c9d2",
  wire: "#c3c8d0",
  text: "#1a1d24",
  text2: "#4b5361",
  text3: "#626a78",
  positive: "#0072b2",
  zero: "#e8eaeb",
  zeroEdge: "#a9b0ba",
  negative: "#d55e00",
  positiveText: "#005f99",
  negativeText: "#b84a00",
  zeroText: "#626a78",
  phase: { forward: "#00796b", backward: "#7b1fa2", update: "#9a5b00" },
  phaseSoft: { forward: "#cbe4e1", backward: "#e8d5ef", update: "#f4e2c6" },
  phaseFaint: { forward: "#eef7f6", backward: "#faf4fc", update: "#fdf8ef" },
  onPhase: "#ffffff",
  warn: "#b3261e",
  focus: "#1a5fd0",
  shadow: "rgba(20, 24, 35, 0.07)",
  fonts,
};

export const darkTheme: Theme = {
  name: "dark",
  stage: "#14161b",
  grid: "#262a32",
  card: "#1d2027",
  sunken: "#181b21",
  border: "#363c47",
  borderStrong: "#474e5b",
  wire: "#4a515d",
  text: "#eceef2",
  text2: "#bac1cc",
  text3: "#99a1af",
  positive: "#56b4e9",
  zero: "#3a3f48",
  zeroEdge: "#6c7481",
  negative: "#ff8a4c",
  positiveText: "#6fc0f0",
  negativeText: "#ff9a64",
  zeroText: "#99a1af",
  phase: { forward: "#4fc3b4", backward: "#d39be6", update: "#f0b35a" },
  phaseSoft: { forward: "#17453f", backward: "#4a2759", update: "#4d3712" },
  phaseFaint: { forward: "#172725", backward: "#261c2d", update: "#292217" },
  onPhase: "#14161b",
  warn: "#ff8a80",
  focus: "#7fb2ff",
  shadow: "rgba(0, 0, 0, 0.35)",
  fonts,
};
