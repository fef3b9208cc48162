import { describe, expect, it } from "vitest";
import { neededBoxes } from "../../src/render/mirror";
import type { PictureBox } from "../../src/render/picture-view";

function box(index: number, kind: "node" | "edge"): PictureBox {
  const rect = { x: 100 * index, y: 0, w: 80, h: 40 };
  const selection = { name: `n${index}`, argument: kind === "edge" ? 0 : null };
  return { id: `${kind}-${index}`, kind, index, selection, group: null, rect, label: "", editable: false };
}

const many = [
  ...Array.from({ length: 400 }, (_, k) => box(k, "node")),
  ...Array.from({ length: 400 }, (_, k) => box(k, "edge")),
];
const seen = { x: 1000, y: -50, w: 500, h: 100 };
const ids = (boxes: readonly PictureBox[]) => boxes.map(({ id }) => id);

describe("the boxes of the mirror", () => {
  it("are all of a small picture's, in sight or not", () => {
    const few = many.slice(0, 300);
    expect(neededBoxes(few, seen, [])).toBe(few);
  });

  it("are those in sight of a large one, with the first and the last of each kind", () => {
    const kept = ids(neededBoxes(many, seen, []));
    for (const kind of ["node", "edge"])
      expect(kept.filter((id) => id.startsWith(kind))).toEqual(
        [0, 10, 11, 12, 13, 14, 399].map((k) => `${kind}-${k}`),
      );
  });

  it("go on from what has the focus, however far it is", () => {
    const kept = ids(neededBoxes(many, seen, [null, { name: "n200", argument: null }]));
    expect(kept).toContain("node-200");
    expect(kept).toContain("node-201");
    expect(kept).toContain("node-199");
    expect(kept).not.toContain("edge-200");
  });
});
