/** The layers' view on the page, whose units and weights a pointer finds. */
import type { Source, State } from "../../store/types";
import "../cells";
import "../thumbnails";
import type { WholeKind, WholeView } from "../whole-picture";
import { arrange, type Arrangement } from "./arrangement";
import { spotAt, type NetworkSpot } from "./hit";
import type { NetworkInput, NetworkView, NetworkWords } from "./input";
import { showsIn } from "./reading";
import { networkList, networkScene } from "./scene";

export interface NetworkPictureView extends NetworkView, WholeView {
  readonly words: NetworkWords;
}

export const NETWORK: WholeKind<NetworkPictureView, Arrangement, NetworkSpot, NetworkInput> = {
  arrange: ({ layers }, size, { insets, present }) =>
    layers.length > 0 ? arrange(layers, { size, insets, present }) : null,
  moved: () => false,
  spotAt: (places, { layers }, at) => spotAt(places, layers, at),
  input({ graph, frame, maps }, places, view, measure) {
    if (!graph || !frame || places.columns.length !== graph.layers.length) return null;
    const { theme, words } = view;
    return { graph, frame, maps, places, theme, words, measure, view };
  },
  scene: networkScene,
  list: networkList,
};

/** What a click on a unit, a weight or a cell asks about: the number that is shown there now. */
export function sourceOf(state: State, spot: NetworkSpot): Source | null {
  const { graph, frame } = state;
  const layer = graph?.layers[spot.layer];
  if (!graph || !frame || !layer) return null;
  const shows = showsIn(frame.header.phase);
  const ask = (node: number | null, index: number[], what: "value" | "grad"): Source | null => {
    const name = node === null ? undefined : graph.nodes[node]?.name;
    return name === undefined ? null : { name, what, index, argument: null };
  };
  const known = (node: number | null) => node !== null && frame.grad(node) !== null;
  switch (spot.kind) {
    case "weight":
      return ask(
        layer.weight,
        [spot.unit, spot.from],
        shows !== "value" && known(layer.weight) ? "grad" : "value",
      );
    case "bias":
      return ask(layer.bias, [spot.unit], shows !== "value" && known(layer.bias) ? "grad" : "value");
    case "unit":
      return null;
  }
}
