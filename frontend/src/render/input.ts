/** What a picture is drawn from: its view, in the numbers of what is laid out. Pure. */
import type { Measure } from "./display";
import type { Geometry } from "./geometry";
import { spotOf } from "./mirror";
import type { PictureView } from "./picture-view";
import type { SceneInput, SceneView } from "./scene-input";
import type { Shown } from "./showing";

/** `own` is what the picture knows by itself. */
export function inputOf(
  geometry: Geometry,
  { frame, previous }: Shown,
  { scale, theme, words, selected, parts, editing, pointed, stops, fired, lit }: PictureView,
  measure: Measure,
  own: Pick<SceneView, "groups" | "hovered" | "rate" | "far" | "visible">,
): SceneInput {
  const lookup = (name: string | null) =>
    name === null ? null : (geometry.drawing.nodes.find((n) => n.node.name === name)?.index ?? null);
  return {
    geometry,
    frame,
    previous,
    theme,
    words,
    measure,
    view: {
      scale,
      selected: selected ? spotOf(geometry, selected) : null,
      parts,
      editing: lookup(editing),
      pointed: lookup(pointed),
      stops: new Set(stops.flatMap((name) => lookup(name) ?? [])),
      fired: fired && {
        ...fired,
        node: lookup(fired.name) ?? -1,
        missing: new Set(fired.missing.flatMap((name) => lookup(name) ?? [])),
      },
      fresh: null,
      lit,
      ...own,
    },
  };
}
