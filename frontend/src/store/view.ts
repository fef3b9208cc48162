/** What the address holds: lesson, seed, configuration, cursor and view. Pure, both ways. */
import { trailFrom, trailToText } from "./explained";
import type { Breakpoint, JournalEntry, CompanionRecipe, Source } from "./types";

export type Zoom = "layers" | "map" | "operations" | "scalars";
export type Tab = "output" | "rule" | "tensor" | "pytorch" | "api";
export type Scale = "unit" | "layer" | "global";

/** How the output over the plane is shown. */
export interface Plane {
  /** The points that are held out, too. */
  test: boolean;
  /** Only on which side of the boundary a place lies. */
  discrete: boolean;
  /** Whose confusion matrix. */
  part: "train" | "test";
}

/** How a map with hikers is shown. */
export interface MapLook {
  /** As a surface in perspective, else as contours. */
  surface: boolean;
  /** Arrows by finite differences, else by backpropagation. */
  differences: boolean;
  /** How far the surface is turned, in degrees; null: as it is drawn first. */
  turn: number | null;
}

/** A node, or with `argument` the edge into that argument of it. By name, so that it outlives a topology. */
export interface Selection {
  name: string;
  argument: number | null;
}

/** A unit by its layer's name, or with `source` its weight for that unit of the layer before. */
export interface UnitChoice {
  layer: string;
  unit: number;
  source: number | null;
}

/** A place of the window of text, and the block whose attention is looked at. */
export interface TokenChoice {
  readonly position: number;
  readonly block: number;
}

export interface View {
  lesson: string;
  seed: number;
  at: { iteration: number; step: number } | null;
  /** The fields that differ from the lesson's defaults. */
  config: Record<string, unknown>;
  /** Null: as is natural for the graph. */
  zoom: Zoom | null;
  /** Groups that were opened (true) or closed by hand; the others are as is natural for the graph. */
  groups: Readonly<Record<string, boolean>>;
  selection: Selection | null;
  /** The chain of numbers that were clicked, the last one explained. */
  trail: readonly Source[];
  /** What is unfolded into scalars; null: the first unit. */
  unit: UnitChoice | null;
  /** The sample of the batch that is looked at. */
  sample: number | null;
  /** Of a network that reads text; null: the last place, and the first block. */
  token: TokenChoice | null;
  /** Null: as is natural for the graph. */
  tab: Tab | null;
  plane: Plane;
  map: MapLook;
  /** What is looked at of a detector's scene, or the place that a filter's weight was used at: in the picture's own words. */
  scene: string | null;
  scale: Scale;
  present: boolean;
  /** The stop of the tour that is shown, from 1. */
  tour: number | null;
  journal: JournalEntry[];
  breakpoints: Breakpoint[];
  /** What makes the run beside the current one. */
  companion: CompanionRecipe | null;
  /** The id of a snapshot, which then holds lesson, seed, configuration, journal, breakpoints and companion. */
  snapshot: string | null;
}

export const DEFAULT_LESSON = "one-weight";
export const DEFAULT_SEED = 7;
const ZOOMS: readonly Zoom[] = ["layers", "map", "operations", "scalars"];
const TABS: readonly Tab[] = ["output", "rule", "tensor", "pytorch", "api"];
const SCALES: readonly Scale[] = ["unit", "layer", "global"];

export const defaultView: View = {
  lesson: DEFAULT_LESSON,
  seed: DEFAULT_SEED,
  at: null,
  config: {},
  zoom: null,
  groups: {},
  selection: null,
  trail: [],
  unit: null,
  sample: null,
  token: null,
  tab: null,
  plane: { test: false, discrete: false, part: "test" },
  map: { surface: false, differences: false, turn: null },
  scene: null,
  scale: "global",
  present: false,
  tour: null,
  journal: [],
  breakpoints: [],
  companion: null,
  snapshot: null,
};

/** Path and query of a view. What is as by default is left out. */
export function viewToUrl(view: View): string {
  const query: string[] = [];
  const add = (key: string, value: string) => query.push(`${key}=${readable(value)}`);
  if (view.snapshot) add("s", view.snapshot);
  else add("seed", String(view.seed));
  if (view.at) add("at", `${view.at.iteration}.${view.at.step}`);
  if (!view.snapshot && Object.keys(view.config).length > 0) add("c", JSON.stringify(view.config));
  if (view.zoom) add("zoom", view.zoom);
  if (Object.keys(view.groups).length > 0) add("groups", groupsToText(view.groups));
  if (view.selection) add("sel", selectionToText(view.selection));
  if (view.trail.length > 0) add("explain", trailToText(view.trail));
  if (view.unit) add("unit", unitToText(view.unit));
  if (view.sample !== null) add("sample", String(view.sample));
  if (view.token) add("token", `${view.token.position}.${view.token.block}`);
  if (view.tab) add("tab", view.tab);
  const plane = planeToText(view.plane);
  if (plane) add("plane", plane);
  const { surface, differences, turn } = view.map;
  const map = [surface && "surface", differences && "differences", turn !== null && `turn.${turn}`]
    .filter(Boolean)
    .join();
  if (map) add("map", map);
  if (view.scene) add("scene", view.scene);
  if (view.scale !== defaultView.scale) add("scale", view.scale);
  if (view.present) add("present", "1");
  if (view.tour !== null) add("tour", String(view.tour));
  if (!view.snapshot && view.journal.length > 0) add("j", JSON.stringify(view.journal));
  if (!view.snapshot && view.companion) add("vs", JSON.stringify(view.companion));
  if (!view.snapshot && view.breakpoints.length > 0) add("b", breakpointsToText(view.breakpoints));
  return `/${encodeURIComponent(view.lesson)}?${query.join("&")}`;
}

/** Reads an address kindly: what does not make sense is as by default. */
export function viewFromUrl(url: URL | { pathname: string; search: string }): View {
  const query = new URLSearchParams(url.search);
  return {
    lesson: slugOf(url.pathname) || DEFAULT_LESSON,
    seed: seedFrom(query.get("seed")) ?? DEFAULT_SEED,
    at: cursorFrom(query.get("at")),
    config: objectFrom(query.get("c")),
    zoom: oneOf(ZOOMS, query.get("zoom"), null),
    groups: groupsFrom(query.get("groups")),
    selection: selectionFrom(query.get("sel")),
    trail: trailFrom(query.get("explain")) ?? [],
    unit: unitFrom(query.get("unit")),
    sample: countFrom(query.get("sample")),
    token: tokenFrom(query.get("token")),
    tab: oneOf(TABS, query.get("tab"), null),
    plane: planeFrom(query.get("plane")),
    map: mapFrom(query.get("map")),
    scene: /^[\w.:,]{1,80}$/.exec(query.get("scene") ?? "")?.[0] ?? null,
    scale: oneOf(SCALES, query.get("scale"), defaultView.scale),
    present: query.get("present") === "1",
    tour: countFrom(query.get("tour")),
    journal: arrayFrom(query.get("j")) as JournalEntry[],
    breakpoints: breakpointsFrom(query.get("b")),
    companion: companionFrom(query.get("vs")),
    snapshot: query.get("s") ?? null,
  };
}

/** Whether an address is that of the start page: it names no lesson. */
export function isStart({ pathname }: { pathname: string }): boolean {
  return pathname === "/";
}

/** A part of an address that may not make sense. */
export type Unread = "seed" | "place" | "config" | "edits" | "breakpoints" | "companion" | "view";

/** What an address says that `viewFromUrl` could not read, or only in part. */
export function unreadIn(url: URL | { pathname: string; search: string }): Unread[] {
  const query = new URLSearchParams(url.search);
  const odd = (key: string, makesSense: (text: string) => boolean) => {
    const text = query.get(key);
    return text !== null && !makesSense(text);
  };
  const parts: [Unread, boolean][] = [
    ["seed", odd("seed", (text) => seedFrom(text) !== null)],
    ["place", odd("at", (text) => cursorFrom(text) !== null)],
    ["config", odd("c", (text) => isObject(parse(text)))],
    ["edits", odd("j", (text) => Array.isArray(parse(text)))],
    ["breakpoints", odd("b", (text) => Array.isArray(parse(text)))],
    ["companion", odd("vs", (text) => companionFrom(text) !== null)],
    [
      "view",
      odd("explain", (text) => trailFrom(text) !== null) ||
        odd("unit", (text) => unitFrom(text) !== null) ||
        odd("sample", (text) => countFrom(text) !== null) ||
        odd("token", (text) => tokenFrom(text) !== null) ||
        odd("zoom", (text) => ZOOMS.some((one) => one === text)) ||
        odd("tab", (text) => TABS.some((one) => one === text)) ||
        odd("scale", (text) => SCALES.some((one) => one === text)),
    ],
  ];
  return parts.filter(([, wrong]) => wrong).map(([part]) => part);
}

/** 'w' for a node, 'mul#0.0' for an edge: the last part is the argument only after an op's '#k'. */
export function selectionToText({ name, argument }: Selection): string {
  return argument === null ? name : `${name}.${argument}`;
}

export function selectionFrom(text: string | null): Selection | null {
  if (!text) return null;
  const edge = /^(.*#\d+(?:\.edit)?)\.(\d+)$/.exec(text);
  return edge ? { name: edge[1] as string, argument: Number(edge[2]) } : { name: text, argument: null };
}

/** 'hidden1.2' for a unit, 'hidden1.2.0' for its weight for the first unit of the layer before. */
function unitToText({ layer, unit, source }: UnitChoice): string {
  return [layer, unit, ...(source === null ? [] : [source])].join(".");
}

function unitFrom(text: string | null): UnitChoice | null {
  const match = /^(\w{1,64})\.(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text ?? "");
  if (!match) return null;
  return {
    layer: match[1] as string,
    unit: Number(match[2]),
    source: match[3] === undefined ? null : Number(match[3]),
  };
}

function tokenFrom(text: string | null): TokenChoice | null {
  const match = /^(\d{1,6})\.(\d{1,3})$/.exec(text ?? "");
  return match ? { position: Number(match[1]), block: Number(match[2]) } : null;
}

/** A count of up to six digits. */
function countFrom(text: string | null): number | null {
  return /^\d{1,6}$/.test(text ?? "") ? Number(text) : null;
}

/** 'hidden2,!hidden1': opened, and closed. */
function groupsToText(groups: View["groups"]): string {
  return Object.entries(groups)
    .map(([name, open]) => (open ? name : `!${name}`))
    .join();
}

function groupsFrom(text: string | null): View["groups"] {
  const names = (text ?? "").split(",").filter((name) => name !== "" && name !== "!");
  return Object.fromEntries(names.map((name) => [name.replace(/^!/, ""), !name.startsWith("!")]));
}

/** Conditions in the order in which they were set; what is null is left out, and so are the numbers of a session. */
function breakpointsToText(breakpoints: readonly Breakpoint[]): string {
  return JSON.stringify(
    breakpoints.map(({ condition, on }) => ({ ...condition, ...(on === false && { on }) })),
    (_, value: unknown) => value ?? undefined,
  );
}

function breakpointsFrom(text: string | null): Breakpoint[] {
  return arrayFrom(text)
    .filter(isObject)
    .map(({ on, ...condition }, k) => ({ id: k + 1, condition, on: on !== false }) as unknown as Breakpoint);
}

/** 'test,discrete,train': what is not as by default. */
function planeToText({ test, discrete, part }: Plane): string {
  return [test && "test", discrete && "discrete", part === "train" && part].filter(Boolean).join();
}

function planeFrom(text: string | null): Plane {
  const words = (text ?? "").split(",");
  return {
    test: words.includes("test"),
    discrete: words.includes("discrete"),
    part: words.includes("train") ? "train" : "test",
  };
}

function mapFrom(text: string | null): MapLook {
  const words = (text ?? "").split(",");
  const turned = words.map((word) => /^turn\.(-?\d{1,3})$/.exec(word)?.[1]).find(Boolean);
  return {
    surface: words.includes("surface"),
    differences: words.includes("differences"),
    turn: turned === undefined || Math.abs(Number(turned)) > 180 ? null : Number(turned),
  };
}

function readable(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replace(/%(2C|3A|7B|7D|5B|5D|22)/g, (match) => (match === "%22" ? match : decodeURIComponent(match)));
}

function slugOf(pathname: string): string {
  try {
    return decodeURIComponent(pathname.split("/").filter(Boolean).at(-1) ?? "");
  } catch {
    return "";
  }
}

function seedFrom(text: string | null): number | null {
  return text !== null && /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}

function cursorFrom(text: string | null): View["at"] {
  const match = /^(\d{1,9})\.(\d{1,7})$/.exec(text ?? "");
  return match ? { iteration: Number(match[1]), step: Number(match[2]) } : null;
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** JSON that was cut off on its way: all of it that is whole. */
function salvage(text: string, ...closings: string[]): unknown {
  for (let end = text.length; end > 0; end = text.lastIndexOf(",", end - 1)) {
    for (const closing of closings) {
      const value = parse(text.slice(0, end) + closing);
      if (value !== null) return value;
    }
  }
  return null;
}

function objectFrom(text: string | null): Record<string, unknown> {
  const value = salvage(text ?? "", "", "}", "}}");
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A companion's journal that is cut off makes another run: then there is none. */
function companionFrom(text: string | null): CompanionRecipe | null {
  const value = parse(text);
  if (!isObject(value)) return null;
  const { name, beside, journal } = value;
  if (typeof name !== "string" || typeof beside !== "string" || !Array.isArray(journal)) return null;
  return { name, beside, journal: journal as JournalEntry[] };
}

function arrayFrom(text: string | null): unknown[] {
  const value = salvage(text ?? "", "", "]");
  return Array.isArray(value) ? value : [];
}

function oneOf<T extends string, E>(all: readonly T[], text: string | null, otherwise: E): T | E {
  return all.find((value) => value === text) ?? otherwise;
}
