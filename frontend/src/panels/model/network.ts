// Layers and units in words, in the current language.
import { m } from "../../i18n/paraglide/messages.js";
import type { Layer } from "../../store/types";

export function layerName(layers: readonly Layer[], at: number): string {
  switch (layers[at]?.kind) {
    case "input":
      return m.layer_input();
    case "hidden":
      return m.layer_hidden({ n: at });
    default:
      return m.layer_output();
  }
}

/** A unit by its own label where it has one: "x²"; else by layer and number, from 1. */
export function unitName(layers: readonly Layer[], at: number, unit: number): string {
  const layer = layers[at];
  const own = layer?.labels[unit];
  if (own) return own;
  const name = layerName(layers, at);
  return layer?.units === 1 ? name : m.unit_name({ layer: name, n: unit + 1 });
}
