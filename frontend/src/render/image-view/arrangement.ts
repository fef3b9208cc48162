/** Where each stage, tile and image of the batch stands: pure, from the stages and the room. */
import type { Box, Point } from "../../layout/types";
import type { Insets } from "../camera";
import type { Mark } from "../pointing";
import type { Stage } from "./stages";

export interface Column {
  readonly stage: number;
  readonly box: Box;
  readonly tiles: readonly Box[];
  /** Where its title stands: its middle. */
  readonly title: Point;
}

export interface Arrangement {
  readonly size: { readonly w: number; readonly h: number };
  readonly columns: readonly Column[];
  /** The images of the batch. */
  readonly strip: readonly Box[];
  /** Size of texts. */
  readonly text: number;
  /** Between the columns. */
  readonly gap: number;
}

export interface Room {
  readonly size: { readonly w: number; readonly h: number };
  readonly insets: Insets;
  readonly present: boolean;
}

export interface ImageSpot {
  /** −1: an image of the batch, which is the channel. */
  readonly stage: number;
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

const ROWS = 8;
/** Where less would be left for the maps, the images of the batch make room: below the picture of a phone, a raised sheet. */
const LEAST_MAPS = 60;
const LARGEST = 84;
const LEAST_GAP = 10;
const MOST_GAP = 46;
/** On a projector, numbers of its size stand over the columns. */
const WIDE_GAP = 130;
/** What a row of scores needs there. */
const WIDE_ROW = { w: 226, h: 34 };
/** Its class, a bar and a number beside each other, in sizes of its text. */
const SCORE = { label: 1.5, number: 5.3, bar: 2.4 };

interface Sizes {
  readonly w: number;
  readonly h: number;
  /** Tiles from the column's upper left corner. */
  readonly tiles: readonly Box[];
}

export function arrangeImages(stages: readonly Stage[], samples: number, room: Room): Arrangement {
  const { size, insets, present } = room;
  const text = present ? 24 : size.w < 500 ? 11 : 14;
  const area = {
    x: insets.left,
    y: insets.top,
    w: Math.max(80, size.w - insets.left - insets.right),
    h: Math.max(60, size.h - insets.top - insets.bottom),
  };
  const titleH = text * 3;
  const images = stripOf(samples, area);
  const imagesH = images.length > 0 ? (images.at(-1)?.y ?? 0) + (images.at(-1)?.h ?? 0) - area.y + 14 : 0;
  const [strip, stripH] = area.h - imagesH - titleH < LEAST_MAPS ? [[], 0] : [images, imagesH];
  const h = area.h - stripH - titleH;
  let tile = LARGEST;
  let sizes = stages.map((stage) => sizesOf(stage, tile, h, text, present));
  for (; tile > 4; tile -= 1) {
    sizes = stages.map((stage) => sizesOf(stage, tile, h, text, present));
    const wide = sum(sizes.map(({ w }) => w)) + LEAST_GAP * (stages.length - 1);
    if (wide <= area.w && Math.max(...sizes.map((one) => one.h)) <= h) break;
  }
  const all = sum(sizes.map(({ w }) => w));
  const gap = Math.min(present ? WIDE_GAP : MOST_GAP, (area.w - all) / Math.max(1, stages.length - 1));
  let x = area.x + Math.max(0, area.w - all - gap * (stages.length - 1)) / 2;
  const tallest = Math.max(...sizes.map((one) => one.h));
  const top = area.y + stripH + titleH + Math.max(0, h - tallest) / 2;
  const columns = sizes.map((one, stage): Column => {
    const box = { x, y: top + (tallest - one.h) / 2, w: one.w, h: one.h };
    x += one.w + gap;
    return {
      stage,
      box,
      tiles: one.tiles.map((t) => ({ ...t, x: t.x + box.x, y: t.y + box.y })),
      title: { x: box.x + box.w / 2, y: top - titleH + text },
    };
  });
  return { size, columns, strip, text, gap };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** One row of images where they fit, else two. */
function stripOf(samples: number, area: Box): Box[] {
  if (samples === 0) return [];
  const rows = area.w / samples < 15 ? 2 : 1;
  const each = Math.ceil(samples / rows);
  const side = Math.min(26, area.w / each - 3);
  if (side < 4) return [];
  const wide = each * (side + 3) - 3;
  return Array.from({ length: samples }, (_, k) => ({
    x: area.x + (area.w - wide) / 2 + (k % each) * (side + 3),
    y: area.y + Math.floor(k / each) * (side + 3),
    w: side,
    h: side,
  }));
}

/** A row of scores: its text, the bar, and where its number ends. None stands on the other. */
export function scoreParts(
  tile: Box,
  text: number,
): { size: number; bar: { left: number; w: number }; right: number } {
  // For a class numbers are as high as their rows.
  const most = text >= 24 ? Math.max(24, tile.h * 0.9) : tile.h * 0.84;
  const all = SCORE.label + SCORE.number + SCORE.bar;
  const size = Math.min(text, most, tile.w / all);
  const right = tile.x + tile.w;
  const left = tile.x + size * SCORE.label;
  return { size, bar: { left, w: right - size * SCORE.number - left }, right };
}

function sizesOf(stage: Stage, tile: number, h: number, text: number, present: boolean): Sizes {
  const pitch = tile + Math.max(2, tile * 0.12);
  switch (stage.kind) {
    case "image": {
      const side = tile * (present ? 2.6 : 1.7);
      return grid(stage.channels, 1, side, side + 4, side + 4);
    }
    case "scores": {
      // Below them stands the loss.
      const row = Math.min(
        h / (stage.channels + (present ? 2.4 : 1.6)),
        Math.max(tile * 0.52, present ? WIDE_ROW.h : text * 1.4),
      );
      const w = Math.max(tile * 1.9, present ? WIDE_ROW.w : text * (SCORE.label + SCORE.number + SCORE.bar));
      const tiles = Array.from({ length: stage.channels }, (_, k) => ({
        x: 0,
        y: k * row,
        w,
        h: row - 2,
      }));
      return { w, h: row * stage.channels, tiles };
    }
    case "filters": {
      if (stage.inputs === 1) return rows(stage.channels, tile * 0.62, pitch, tile * 0.62 + 6);
      const side = Math.min(tile * 0.36, h / stage.outputs - 2);
      return grid(stage.channels, stage.inputs, side, side + 2.5, side + 2.5);
    }
    default: {
      const share = stage.rows >= 8 ? 1 : stage.rows >= 4 ? 0.66 : 0.46;
      return rows(stage.channels, tile * share, pitch, tile * share + Math.max(3, tile * 0.1));
    }
  }
}

/** At most eight below each other, the next ones beside them. */
function rows(count: number, side: number, pitch: number, across: number): Sizes {
  const columns = Math.ceil(count / ROWS);
  const each = Math.ceil(count / columns);
  const tiles = Array.from({ length: count }, (_, k) => ({
    x: Math.floor(k / each) * across,
    y: (k % each) * pitch + (pitch - side) / 2,
    w: side,
    h: side,
  }));
  return { w: (columns - 1) * across + side, h: each * pitch, tiles };
}

function grid(count: number, columns: number, side: number, across: number, down: number): Sizes {
  const tiles = Array.from({ length: count }, (_, k) => ({
    x: (k % columns) * across,
    y: Math.floor(k / columns) * down,
    w: side,
    h: side,
  }));
  return { w: columns * across - (across - side), h: Math.ceil(count / columns) * down, tiles };
}

/** The pixel, weight, score or image of the batch at a point. */
export function imageSpotAt(places: Arrangement, stages: readonly Stage[], at: Point): ImageSpot | null {
  const inside = (box: Box, margin = 0) =>
    at.x >= box.x - margin &&
    at.x < box.x + box.w + margin &&
    at.y >= box.y - margin &&
    at.y < box.y + box.h + margin;
  const image = places.strip.findIndex((box) => inside(box, 1.5));
  if (image >= 0) return { stage: -1, channel: image, row: 0, column: 0 };
  for (const { stage, tiles, box } of places.columns) {
    const one = stages[stage];
    if (!one || !inside(box, 2)) continue;
    const channel = tiles.findIndex((tile) => inside(tile));
    const tile = tiles[channel];
    if (!tile) return null;
    const along = (from: number, length: number, cells: number, p: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor(((p - from) / length) * cells)));
    return {
      stage,
      channel,
      row: along(tile.y, tile.h, one.rows, at.y),
      column: along(tile.x, tile.w, one.columns, at.x),
    };
  }
  return null;
}

/** A cell of a tile. */
export function cellBox(tile: Box, stage: Stage, row: number, column: number): Box {
  const [w, h] = [tile.w / stage.columns, tile.h / stage.rows];
  return { x: tile.x + column * w, y: tile.y + row * h, w, h };
}

/** What can be pointed at: the stages, their tiles, and the images of the batch. */
export function imageMarks({ columns, strip }: Arrangement): Mark[] {
  return [
    ...strip.map((box, k) => ({ mark: `image-${k}`, box })),
    ...columns.flatMap(({ stage, box, tiles }) => [
      { mark: `stage-${stage}`, box },
      ...tiles.map((tile, k) => ({ mark: `tile-${stage}.${k}`, box: tile })),
    ]),
  ];
}
