/** True boxes as brackets, what the network says as frames, with their labels and what they are taken hold of by. Pure. */
import type { Box } from "../../layout/types";
import { toNumber } from "../../store/reduce";
import type { SceneResult } from "../../store/types";
import { overlaps, sans, type Item } from "../display";
import { short } from "../format";
import { during } from "../motion";
import { classColor } from "../plane/colors";
import type { Theme } from "../theme";
import { onScreen } from "./places";
import { cellBox, speaks, SURE, type Cell, type DetectorInput } from "./scene";

function numbersOf(box: readonly unknown[]): number[] {
  return box.map((p) => toNumber(p as number) ?? 0);
}

/** What is in the scene, with the box that is held where it is held. */
export function trueOf({
  scene,
  found,
  target,
}: Pick<DetectorInput, "scene" | "found" | "target">): SceneResult["true"] {
  return target !== null && found?.dragged?.of === "true" ? found.true : scene.true;
}

/** The cell that is to say a true box: that in which its middle lies. */
function ownerItems(input: DetectorInput, cell: Cell, at: { x: number; y: number }, color: string): Item[] {
  const box = cellBox(input, cell);
  return [
    { kind: "rect", ...box, fill: "#ffffff", opacity: 0.28 },
    { kind: "rect", ...box, stroke: "#ffffff", width: 4, opacity: 0.8 },
    { kind: "rect", ...box, stroke: color, width: 2 },
    { kind: "circle", ...at, r: 4, fill: color, stroke: "#ffffff", width: 1.5 },
  ];
}

/** What a box is taken hold of by. */
function handleItems({ x, y, w, h }: Box, color: string): Item[] {
  return [x, x + w].flatMap((left) =>
    [y, y + h].map((top): Item => ({
      kind: "rect",
      x: left - 4,
      y: top - 4,
      w: 8,
      h: 8,
      r: 2,
      fill: "#ffffff",
      stroke: color,
      width: 2,
    })),
  );
}

/** Brackets at the corners. */
export function trueItems(input: DetectorInput): Item[] {
  const { places, scene, theme, found, target } = input;
  return trueOf(input).flatMap(({ box, kind, row, column, assigned }, k): Item[] => {
    const color = classColor(theme.name === "dark" ? { ...theme, name: "light" } : theme, kind);
    const mine = k === target;
    const was = scene.true[k];
    const moved = mine && found?.dragged?.of === "true";
    const { x, y, w, h } = onScreen(places, numbersOf(box));
    const [a, b] = [Math.min(9, w / 2.6), Math.min(9, h / 2.6)];
    const d: (readonly ["M" | "L", number, number])[] = [
      ["M", x, y + b], ["L", x, y], ["L", x + a, y],
      ["M", x + w - a, y], ["L", x + w, y], ["L", x + w, y + b],
      ["M", x + w, y + h - b], ["L", x + w, y + h], ["L", x + w - a, y + h],
      ["M", x + a, y + h], ["L", x, y + h], ["L", x, y + h - b],
    ]; // prettier-ignore
    return [
      ...(moved && was
        ? [{ kind: "rect" as const, ...onScreen(places, numbersOf(was.box)), stroke: color, width: 1.5, opacity: 0.45 }]
        : []),
      ...(mine && assigned ? ownerItems(input, { row, column }, { x: x + w / 2, y: y + h / 2 }, color) : []),
      { kind: "path", d, stroke: "#ffffff", width: 5, cap: "round", opacity: 0.95 },
      { kind: "path", d, stroke: color, width: mine ? 3.2 : 2.4, cap: "round" },
      ...(mine ? handleItems({ x, y, w, h }, color) : []),
    ]; // prettier-ignore
  });
}

/** What is kept so far, the box that is looked at, and where it is held. */
export function boxItems(input: DetectorInput): { frames: Item[]; labels: Item[] } {
  const { places, found, cell, held, passed, words, theme } = input;
  if (!found) return { frames: [], labels: [] };
  const light: Theme = { ...theme, name: "light" };
  const items: Item[] = [];
  const wishes: Wish[] = [];
  const spoken = speaks(input) ? during(input.t, [0.45, 0.92]) : 1;
  if (spoken === 0) return { frames: [], labels: [] };
  found.found.forEach((one, k) => {
    const mine = cell !== null && one.row === cell.row && one.column === cell.column;
    const done = passed === null || k < passed;
    const gone = one.by !== null && (passed === null || (k < passed && one.by < passed));
    const sure = toNumber(one.confidence) ?? 0;
    if (!mine && (!one.counted || sure < SURE || (gone && passed === null))) return;
    const box = mine && held ? held : one.box.map((p) => toNumber(p) ?? 0);
    const place = grown(cellBox(input, one), onScreen(places, box), spoken);
    const color = classColor(light, one.kind);
    const opacity = mine ? 1 : gone ? 0.35 : done ? 1 : 0.6;
    if (mine && held)
      items.push({
        kind: "rect",
        ...onScreen(
          places,
          one.box.map((p) => toNumber(p) ?? 0),
        ),
        stroke: color,
        width: 1.5,
        opacity: 0.45,
      });
    items.push(
      { kind: "rect", ...place, stroke: "#ffffff", width: mine ? 5 : 3.4, opacity: opacity * 0.8 },
      { kind: "rect", ...place, stroke: color, width: mine ? 3 : 1.8, opacity },
    );
    if (mine) items.push(...handleItems(place, color), ...meetItems(input, box, one.true));
    if (opacity < 0.5 || (!mine && places.scale < 4)) return;
    // For a class, large and few digits: all of them stand in the list.
    const told = places.least > 0 ? sure.toFixed(2) : short(sure);
    const wish = { text: `${words.kinds[one.kind] ?? ""} ${told}`, place, color, opacity };
    if (mine) wishes.unshift(wish);
    else wishes.push(wish);
  });
  return { frames: items, labels: spoken < 1 ? [] : labelItems(input, wishes) };
}

/** A box on its way from its cell. */
function grown(from: Box, to: Box, s: number): Box {
  const mix = (a: number, b: number) => a + (b - a) * s;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), w: mix(from.w, to.w), h: mix(from.h, to.h) };
}

interface Wish {
  readonly text: string;
  /** The box that it is of. */
  readonly place: Box;
  readonly color: string;
  readonly opacity: number;
}

/** Labels above their boxes, else below or within; one that would cover another is left to the list. */
function labelItems({ places, measure }: DetectorInput, wishes: readonly Wish[]): Item[] {
  const size = Math.max(places.least, places.text * 0.88);
  const font = sans(size, 600);
  const { picture } = places;
  const taken: Box[] = [];
  return wishes.flatMap(({ text, place, color, opacity }): Item[] => {
    const [w, h] = [measure(text, font) + 8, size * 1.4];
    const x = Math.max(picture.x, Math.min(picture.x + picture.w - w, place.x - 1));
    const box = [place.y - h - 1, place.y + place.h + 2, place.y + 2]
      .map((y) => ({ x, y, w, h }))
      .find(
        (one) =>
          one.y >= picture.y &&
          one.y + h <= picture.y + picture.h &&
          taken.every((other) => !overlaps(one, other)),
      );
    if (!box) return [];
    taken.push(box);
    return [
      { kind: "rect", ...box, r: 3, fill: color, opacity },
      {
        kind: "text",
        x: x + 4,
        y: box.y + size * 1.03,
        text,
        font,
        fill: "#ffffff",
        opacity,
        number: true,
      },
    ];
  });
}

/** Where the box that is looked at and the true one meet. */
function meetItems(input: DetectorInput, box: readonly number[], own: number | null): Item[] {
  const { places, found } = input;
  const dragged = found?.dragged?.of === "said" ? found.dragged.true : null;
  const goal = trueOf(input)[dragged ?? own ?? -1];
  if (!goal) return [];
  const [a = 0, b = 0, c = 0, d = 0] = box;
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = goal.box.map((p) => toNumber(p) ?? 0);
  const meet = [Math.max(a, x1), Math.max(b, y1), Math.min(c, x2), Math.min(d, y2)] as const;
  if (meet[2] <= meet[0] || meet[3] <= meet[1]) return [];
  return [{ kind: "rect", ...onScreen(places, meet), fill: "#ffffff", opacity: 0.45 }];
}
