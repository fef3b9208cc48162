/** The same display list as an SVG file. */
import { eachCell } from "./cells";
import { curveAt } from "./display";
import type { Cells, Item, MapItem, MapsItem, Measure, Segment } from "./display";
import type { Drawn } from "./stage-picture";
import { colorAt, cssOf } from "./thumbnails";
import type { Theme } from "./theme";

/** A standalone SVG of a picture. */
export function toSvg({ list, view, theme, measure }: Drawn, title: string): string {
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${n(view.x)} ${n(view.y)} ${n(view.w)} ${n(view.h)}" ` +
      `width="${n(view.w)}" height="${n(view.h)}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect x="${n(view.x)}" y="${n(view.y)}" width="${n(view.w)}" height="${n(view.h)}" fill="${theme.stage}"/>`,
  ];
  const ids = { next: 0 };
  for (const item of list) out.push(itemSvg(item, theme, measure, ids));
  out.push("</svg>");
  return out.join("\n");
}

function itemSvg(item: Item, theme: Theme, measure: Measure, ids: { next: number }): string {
  switch (item.kind) {
    case "rect":
      return glow(
        item,
        `<rect x="${n(item.x)}" y="${n(item.y)}" width="${n(item.w)}" height="${n(item.h)}" rx="${n(item.r ?? 0)}"`,
      );
    case "circle":
      return glow(item, `<circle cx="${n(item.x)}" cy="${n(item.y)}" r="${n(item.r)}"`);
    case "dots":
      return item.at
        .map(({ x, y }) => glow(item, `<circle cx="${n(x)}" cy="${n(y)}" r="${n(item.r)}"`))
        .join("");
    case "path":
      return glow(
        item,
        `<path d="${pathText(item.d)}"${item.cap === "round" ? ' stroke-linecap="round"' : ""} stroke-linejoin="round"`,
      );
    case "curves": {
      const d = item.lines.flatMap((line) => curveAt(item.table, line));
      return glow(item, `<path d="${pathText(d)}" stroke-linejoin="round"`);
    }
    case "text": {
      const anchor = item.align && item.align !== "start" ? ` text-anchor="${item.align}"` : "";
      const halo = item.halo
        ? ` stroke="${item.halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`
        : "";
      const text =
        `<text x="${n(item.x)}" y="${n(item.y)}" font-family="${escape(theme.fonts[item.font.family])}" ` +
        `font-size="${n(item.font.size)}" font-weight="${item.font.weight}" fill="${item.fill}"` +
        `${anchor}${halo}${opacity(item.opacity)} xml:space="preserve">${escape(item.text)}</text>`;
      if (!item.strike) return text;
      const w = measure(item.text, item.font);
      const left = item.x - (item.align === "end" ? w : item.align === "middle" ? w / 2 : 0);
      const y = item.y - item.font.size * 0.34;
      return `${text}<rect x="${n(left - 2)}" y="${n(y)}" width="${n(w + 4)}" height="1.5" fill="${item.fill}"${opacity(item.opacity)}/>`;
    }
    case "map":
      return mapSvg(item, ids);
    case "maps":
      return mapsSvg(item, theme, measure, ids);
    case "cells":
      return cellsSvg(item);
    case "group": {
      const move = [
        item.at ? `translate(${n(item.at.x)} ${n(item.at.y)})` : "",
        item.scale ? `scale(${n(item.scale)})` : "",
      ].join("");
      const children = item.items.map((child) => itemSvg(child, theme, measure, ids)).join("");
      let clip = "";
      let definition = "";
      if (item.clip) {
        const id = `clip${ids.next++}`;
        definition =
          `<clipPath id="${id}"><rect x="${n(item.clip.x)}" y="${n(item.clip.y)}" width="${n(item.clip.w)}" ` +
          `height="${n(item.clip.h)}" rx="${n(item.clip.r ?? 0)}"/></clipPath>`;
        clip = ` clip-path="url(#${id})"`;
      }
      return `<g${move ? ` transform="${move}"` : ""}${opacity(item.opacity)}${clip}>${definition}${children}</g>`;
    }
  }
}

/** One rectangle for each run of equal cells: a file needs no pictures within it. */
function mapSvg({ map, unit, palette, x, y, w, h, r, opacity: o }: MapItem, ids: { next: number }): string {
  const count = map.size;
  const [dx, dy] = [w / count, h / count];
  const id = `clip${ids.next++}`;
  const cells: string[] = [];
  for (let row = 0; row < count; row++)
    for (let from = 0, to = 0; from < count; from = to) {
      const level = map.levels[(unit * count + row) * count + from] ?? 0;
      while (to < count && map.levels[(unit * count + row) * count + to] === level) to++;
      const top = y + (count - 1 - row) * dy;
      cells.push(
        `<rect x="${n(x + from * dx)}" y="${n(top)}" width="${n((to - from) * dx + 0.3)}" height="${n(dy + 0.3)}" ` +
          `fill="${cssOf(colorAt(level, palette))}"/>`,
      );
    }
  return (
    `<g clip-path="url(#${id})"${opacity(o)}><clipPath id="${id}"><rect x="${n(x)}" y="${n(y)}" width="${n(w)}" ` +
    `height="${n(h)}" rx="${n(r)}"/></clipPath>${cells.join("")}</g>`
  );
}

/** Each with its ground and its edge. */
function mapsSvg(item: MapsItem, theme: Theme, measure: Measure, ids: { next: number }): string {
  const { parts, r, palette, ground, edge, opacity: o } = item;
  const shown = o === undefined ? {} : { opacity: o };
  const items = parts.flatMap(({ boxes, units, map }) =>
    boxes.flatMap((box, k): Item[] => {
      const unit = units[k] ?? 0;
      return [
        { kind: "rect", ...box, r, fill: ground, ...shown },
        ...(map ? [{ kind: "map" as const, ...box, r, map, unit, palette, ...shown }] : []),
        { kind: "rect", ...box, r, stroke: edge, width: 1, ...shown },
      ];
    }),
  );
  return items.map((one) => itemSvg(one, theme, measure, ids)).join("");
}

function cellsSvg(item: Cells): string {
  const cells: string[] = [];
  eachCell(item, (x, y, w, h, r, fill, o) =>
    cells.push(
      `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${n(r)}" fill="${fill}"${opacity(o)}/>`,
    ),
  );
  return `<g${opacity(item.opacity)}>${cells.join("")}</g>`;
}

/** Glows are drawn as a soft outline: filters make files heavy and print badly. */
function glow(
  item: Exclude<Item, { kind: "text" | "group" | "map" | "maps" | "cells" }>,
  open: string,
): string {
  const style =
    ` fill="${item.fill ?? "none"}"` +
    (item.stroke ? ` stroke="${item.stroke}" stroke-width="${n(item.width ?? 1)}"` : "") +
    (item.dash ? ` stroke-dasharray="${item.dash.map(n).join(" ")}"` : "") +
    opacity(item.opacity);
  const body = `${open}${style}/>`;
  if (!item.glow || !item.stroke) return body;
  return `${open} fill="none" stroke="${item.glow.color}" stroke-width="${n((item.width ?? 1) + item.glow.blur / 3)}" opacity="0.5"/>${body}`;
}

function opacity(value: number | undefined): string {
  return value === undefined || value >= 1 ? "" : ` opacity="${n(value)}"`;
}

export function pathText(d: readonly Segment[]): string {
  return d
    .map((s) =>
      s[0] === "Z"
        ? "Z"
        : `${s[0]}${s
            .slice(1)
            .map((x) => n(x as number))
            .join(" ")}`,
    )
    .join("");
}

function n(x: number): string {
  return String(Math.round(x * 100) / 100);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);
}
