/** Cards and wires as the page needs them: boxes for the focusable mirror, places for in-place editing. */
import type { Selection } from "../store/view";
import { toScreen, type Camera } from "./camera";
import type { Geometry } from "./geometry";
import { labelBox } from "./labels";
import { isScalar } from "./metrics";
import type { PictureBox, PictureEdit } from "./picture-view";
import type { Spot } from "./scene";

/** Cards and wires on the screen, in tape order. */
export function boxesOf(geometry: Geometry, camera: Camera): PictureBox[] {
  const nodes = geometry.drawing.nodes.flatMap((n): PictureBox[] => {
    const box = geometry.cards.get(n.index);
    if (!box) return [];
    const { name, label, editable } = n.node;
    const selection = { name, argument: null };
    return [
      {
        id: `node-${n.index}`,
        kind: "node",
        index: n.index,
        selection,
        rect: toScreen(camera, box),
        label,
        editable,
      },
    ];
  });
  const edges = geometry.drawing.edges.flatMap((edge): PictureBox[] => {
    const wire = geometry.wires.get(edge.index);
    const [from, to] = [geometry.drawing.byIndex.get(edge.source), geometry.drawing.byIndex.get(edge.target)];
    const middle = wire?.curve.samples[Math.floor(wire.curve.samples.length / 2)];
    if (!middle || !from || !to) return [];
    return [
      {
        id: `edge-${edge.index}`,
        kind: "edge",
        index: edge.index,
        selection: { name: to.node.name, argument: edge.argument },
        rect: toScreen(camera, labelBox(middle)),
        label: `${to.node.label} → ${from.node.label}`,
        editable: false,
      },
    ];
  });
  return [...nodes, ...edges];
}

/** The card of a node whose value can be edited beside it. */
export function editOf(geometry: Geometry, camera: Camera, name: string): PictureEdit | null {
  const node = geometry.drawing.nodes.find((n) => n.node.name === name);
  const box = node && geometry.cards.get(node.index);
  if (!node || !box || !node.node.editable || !isScalar(node.node.shape)) return null;
  return { node: node.index, name, rect: toScreen(camera, box), fontSize: 16 * camera.k };
}

export function spotOf(geometry: Geometry, selection: Selection): Spot | null {
  const node = geometry.drawing.nodes.find((n) => n.node.name === selection.name);
  if (!node) return null;
  if (selection.argument === null) return { kind: "node", index: node.index };
  const edge = node.ins.find((e) => e.argument === selection.argument);
  return edge ? { kind: "edge", index: edge.index } : null;
}

export function selectionOf(geometry: Geometry, spot: Spot): Selection | null {
  if (spot.kind === "node") {
    const node = geometry.drawing.byIndex.get(spot.index);
    return node ? { name: node.node.name, argument: null } : null;
  }
  const edge = geometry.drawing.graph.edges[spot.index];
  const target = edge && geometry.drawing.byIndex.get(edge.target);
  return edge && target ? { name: target.node.name, argument: edge.argument } : null;
}

export function sameSelection(a: Selection, b: Selection): boolean {
  return a.name === b.name && a.argument === b.argument;
}
