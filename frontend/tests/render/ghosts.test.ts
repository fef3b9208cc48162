// In the update phase each weight that has been updated stands beside what it was, also in the middle of the phase.
import { describe, expect, it } from "vitest";
import { textsOf, estimate } from "../../src/render/display";
import { beforeUpdates, readingOf } from "../../src/render/reading";
import { sceneList } from "../../src/render/scene";
import type { TensorView } from "../../src/store/types";
import { geometryOf, inputOf, recordingOf } from "../support/pictures";
import { golden } from "../support/golden";

const rounded = (tensor: TensorView | null) => Array.from(tensor?.data ?? [], (x) => Number(x.toFixed(5)));

describe.each(["one-layer", "circuit-sigmoid-neuron", "one-weight-adam"])("the updates of %s", (name) => {
  const { drawing, frames } = recordingOf(golden(name));
  const { steps } = drawing.graph;
  const updates = steps.filter(({ kind }) => kind === "update");
  const last = steps.length - 1;

  it("leave what each parameter was, as the frame before them shows it", () => {
    const unchanged = frames[(updates[0]?.index ?? 0) - 1]!;
    for (const [done, { index }] of updates.entries())
      for (const [k, { node }] of updates.entries()) {
        const was = beforeUpdates(frames[index]!, node ?? -1);
        if (k <= done) expect(rounded(was)).toEqual(rounded(unchanged.value(node ?? -1)));
        else expect(was).toBeNull();
      }
  });

  it("show it until the phase ends, and no longer", async () => {
    const geometry = await geometryOf(drawing);
    const struck = (at: number) =>
      textsOf(sceneList(inputOf(geometry, frames, at), 1), estimate).filter(({ item }) =>
        item.id?.startsWith("ghost:"),
      ).length;
    const tiles = (at: number) => {
      const reading = readingOf(drawing, frames[at]!, frames[at - 1] ?? null, 1);
      return updates.filter(({ node }) => reading.value(node ?? -1).was).length;
    };
    updates.forEach(({ index }, k) => {
      expect(struck(index) + tiles(index)).toBe(k + 1);
    });
    expect(struck(last + 1) + tiles(last + 1)).toBe(0);
  });

  it("take a weight of several numbers from what it was to what it is", () => {
    for (const { index, node } of updates) {
      const frame = frames[index]!;
      if ((frame.after?.data?.length ?? 0) < 2) continue;
      const shares = [0, 0.3, 0.6, 0.7, 1].map(
        (t) => readingOf(drawing, frame, frames[index - 1]!, t).value(node ?? -1).was?.share ?? -1,
      );
      expect(shares[0]).toBe(0);
      expect(shares.at(-1)).toBe(1);
      expect([...shares].sort((a, b) => a - b)).toEqual(shares);
      expect(rounded(frame.before)).not.toEqual(rounded(frame.after));
    }
  });
});
