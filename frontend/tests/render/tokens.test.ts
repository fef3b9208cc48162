// What a gradient that travels is called: as much as can be seen of it where it rests.
import { expect, it } from "vitest";
import { estimate, overlaps, textsOf } from "../../src/render/display";
import { sceneList } from "../../src/render/scene";
import { geometryOf, inputOf, recordingOf } from "../support/pictures";
import { golden } from "../support/golden";

const { drawing, frames } = recordingOf(golden("one-layer"));
const { steps, edges } = drawing.graph;
const backward = steps.filter(({ kind, edge }) => kind === "backward" && edge !== null);

it.each([
  ["right", ["∂"]],
  ["down", ["∂z", "∂s"]],
] as const)("is told whole beside the cards that it rests between (%s)", async (flow, some) => {
  const geometry = await geometryOf(drawing, flow, "operations");
  const told = backward.flatMap(({ index, edge }) => {
    const from = geometry.cards.get(drawing.shown(edges[edge!]!.target)!)!;
    const tokens = textsOf(sceneList(inputOf(geometry, frames, index), 1), estimate).filter(
      ({ item }) => item.id === `token:${edge}`,
    );
    for (const { item, box } of tokens)
      expect(overlaps(box, from, -1), `${item.text} at ${index}`).toBe(false);
    return tokens.map(({ item }) => item.text);
  });
  expect(told.length).toBeGreaterThan(5);
  expect(told).toEqual(expect.arrayContaining([...some]));
});
