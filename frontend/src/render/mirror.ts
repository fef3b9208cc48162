/** Cards and wires as the page needs them: boxes for the focusable mirror, places for in-place editing. */
import { groupsOf, type Group } from "../layout/groups";
import type { Box } from "../layout/types";
import type { Selection } from "../store/view";
import { toScreen, type Camera } from "./camera";
import type { Geometry } from "./geometry";
import { labelBox } from "./labels";
import { isScalar } from "./metrics";
import type { PictureBox, PictureEdit } from "./picture-view";
import type { Spot } from "./scene-input";

/** Cards and frames in tape order, each frame before what is in it; then wires. In the picture's units. */
export function boxesOf(geometry: Geometry): PictureBox[] {
  const { drawing, cards, frames } = geometry;
  const found: { place: number; box: PictureBox }[] = [];
  const groupBox = (group: Group, box: Box, open: boolean): void => {
    const { id, title, order, all } = group;
    const ops = all.filter((node) => drawing.graph.nodes[node]?.kind === "op").length;
    found.push({
      place: (all[0] ?? 0) - 0.5,
      box: {
        id: `group-${id}`,
        kind: "group",
        index: drawing.graph.nodes.length + order,
        selection: { name: id, argument: null },
        group: { open, ops },
        rect: box,
        label: title,
        editable: false,
      },
    });
  };
  for (const group of drawing.frames) {
    const box = frames.get(group.id);
    if (box && !cards.has(drawing.graph.nodes.length + group.order)) groupBox(group, box, true);
  }
  for (const { index, node, group, opened } of drawing.nodes) {
    const box = cards.get(index);
    if (!box) continue;
    if (group) groupBox(group, box, opened !== null);
    else
      found.push({
        place: index,
        box: {
          id: `node-${index}`,
          kind: "node",
          index,
          selection: { name: node.name, argument: null },
          group: null,
          rect: box,
          label: node.label,
          editable: node.editable,
        },
      });
  }
  found.sort((a, b) => a.place - b.place);
  const edges = drawing.edges.flatMap(({ index, argument }): PictureBox[] => {
    const wire = geometry.wires.get(index);
    const edge = drawing.graph.edges[index];
    const [from, to] = [drawing.graph.nodes[edge?.source ?? -1], drawing.graph.nodes[edge?.target ?? -1]];
    const middle = wire?.curve.samples[Math.floor(wire.curve.samples.length / 2)];
    if (!middle || !from || !to) return [];
    return [
      {
        id: `edge-${index}`,
        kind: "edge",
        index,
        selection: { name: to.name, argument },
        group: null,
        rect: labelBox(middle),
        label: `${to.label} → ${from.label}`,
        editable: false,
      },
    ];
  });
  return [...found.map(({ box }) => box), ...edges];
}

/** So many boxes are kept whether they are in sight or not. */
const KEPT = 300;
/** And these before and behind the one that has the focus, so that one can go on from it. */
const NEIGHBOURS = 8;

/**
 * The boxes that somebody may need: of a large picture those in sight, the first and the last of cards and of wires, and
 * those that are selected or have the focus, with the ones around them.
 */
export function neededBoxes(
  boxes: readonly PictureBox[],
  seen: Box,
  of: readonly (Selection | null)[],
): readonly PictureBox[] {
  if (boxes.length <= KEPT) return boxes;
  const wanted = of.flatMap((one) => {
    const at = one ? boxes.findIndex(({ selection }) => sameSelection(selection, one)) : -1;
    return at < 0 ? [] : [at];
  });
  return boxes.filter(
    ({ rect, kind }, k) =>
      k === 0 ||
      kind !== (boxes[k - 1]?.kind ?? kind) ||
      kind !== boxes[k + 1]?.kind ||
      wanted.some((at) => Math.abs(k - at) <= NEIGHBOURS) ||
      (rect.x < seen.x + seen.w &&
        seen.x < rect.x + rect.w &&
        rect.y < seen.y + seen.h &&
        seen.y < rect.y + rect.h),
  );
}

/** The card of a node whose value can be edited beside it. */
export function editOf(geometry: Geometry, camera: Camera, name: string): PictureEdit | null {
  const node = geometry.drawing.nodes.find((n) => n.node.name === name);
  const box = node && geometry.cards.get(node.index);
  if (!node || !box || !node.node.editable || !isScalar(node.node.shape)) return null;
  return { node: node.index, name, rect: toScreen(camera, box), fontSize: 16 * camera.k };
}

/** What is selected, as it is seen: within a closed group that is the group. */
export function spotOf({ drawing, wires }: Geometry, selection: Selection): Spot | null {
  const node = drawing.graph.nodes.find(({ name }) => name === selection.name);
  if (!node) return null;
  const edge =
    selection.argument === null
      ? undefined
      : drawing.graph.edges.find((e) => e.target === node.index && e.argument === selection.argument);
  if (selection.argument !== null && !edge) return null;
  if (edge && wires.has(edge.index)) return { kind: "edge", index: edge.index };
  const seen = drawing.shown(node.index);
  return seen === null ? null : { kind: "node", index: seen };
}

export function selectionOf(geometry: Geometry, spot: Spot): Selection | null {
  if (spot.kind === "group") {
    const group = groupsOf(geometry.drawing.graph).list[spot.index - geometry.drawing.graph.nodes.length];
    return group ? { name: group.id, argument: null } : null;
  }
  if (spot.kind === "node") {
    const node = geometry.drawing.byIndex.get(spot.index);
    return node ? { name: node.node.name, argument: null } : null;
  }
  const edge = geometry.drawing.graph.edges[spot.index];
  const target = edge && geometry.drawing.graph.nodes[edge.target];
  return edge && target ? { name: target.name, argument: edge.argument } : null;
}

export function sameSelection(a: Selection, b: Selection): boolean {
  return a.name === b.name && a.argument === b.argument;
}
