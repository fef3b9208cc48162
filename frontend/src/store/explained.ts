/** The numbers that are explained, as the address holds them: 'grad:w~contribution:mul#0:0:1'. Pure, both ways. */
import type { Source } from "./types";

/** So many of a chain are held, the last ones: one may follow a weight back through hundreds of updates. */
export const HELD = 12;
const WHATS: readonly Source["what"][] = ["value", "grad", "contribution", "detail"];

/** What is explained and, after a '~' each, what was explained on the way to it, in the order of the clicks. */
export function trailToText(trail: readonly Source[]): string {
  return trail.slice(-HELD).map(sourceToText).join("~");
}

/** Null where it makes no sense. */
export function trailFrom(text: string | null): readonly Source[] | null {
  if (!text) return text === null ? [] : null;
  const sources = text.split("~").map(sourceFrom);
  return sources.every((one) => one !== null) ? sources.slice(-HELD) : null;
}

/** What, name, index, argument, symbol, place and whose own loss, by colons; what is empty at the end is left out. */
function sourceToText({ what, name, index, argument, symbol, place, own }: Source): string {
  const at = place ? [place.branch, place.iteration, place.step].join(".") : "";
  const of = own ? [own.row, own.position ?? []].flat().join(".") : "";
  return [what, name, index.join("."), argument ?? "", symbol ?? "", at, of].join(":").replace(/:+$/, "");
}

function sourceFrom(text: string): Source | null {
  const [what, name, index = "", argument = "", symbol = "", at = "", of = "", ...rest] = text.split(":");
  const own = /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(of);
  const known = WHATS.find((one) => one === what);
  const place = /^(\d{1,6})\.(\d{1,9})\.(\d{1,7})$/.exec(at);
  if (!known || !name || name.length > 200 || symbol.length > 64 || rest.length > 0) return null;
  if (
    !/^(\d{1,9}(\.\d{1,9}){0,7})?$/.test(index) ||
    !/^\d{0,3}$/.test(argument) ||
    (at && !place) ||
    (of && !own)
  )
    return null;
  const [branch = 0, iteration = 0, step = 0] = (place ?? []).slice(1).map(Number);
  return {
    name,
    what: known,
    index: index === "" ? [] : index.split(".").map(Number),
    argument: argument === "" ? null : Number(argument),
    symbol: symbol || null,
    place: place ? { branch, iteration, step } : null,
    ...(own && { own: { row: Number(own[1]), position: own[2] ? Number(own[2]) : null } }),
  };
}
