import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { toScreen } from "../../src/render/camera";
import { estimate } from "../../src/render/display";
import { framed, leastFor, roomOf, wholeFor, type Screen } from "../../src/render/framing";
import { FONTS } from "../../src/render/metrics";
import { planFor } from "../../src/render/plan";
import { englishWords } from "../../src/render/words";
import { parseTrace } from "../../src/transport/replay";
import { geometryOf, recordingOf } from "../support/pictures";

const golden = resolve(__dirname, "../../../tests/golden");
const lessons = [
  "one-weight",
  "circuit",
  ...["sigmoid-neuron", "fan-out", "max", "log-sum-exp"].map((p) => `circuit-${p}`),
];
const insets = { top: 66, right: 16, bottom: 64, left: 16 };
/** The stages of windows of 1440×900 and 1280×720. */
const screens: Screen[] = [
  { size: { w: 788, h: 716 }, insets, present: false },
  { size: { w: 688, h: 536 }, insets, present: false },
];

describe.each(lessons)("the picture of %s", (lesson) => {
  const { drawing } = recordingOf(parseTrace(readFileSync(resolve(golden, `${lesson}.jsonl`), "utf8")));
  it.each(["scalars", "operations"] as const)("is whole and clear of the badge as %s", async (level) => {
    for (const screen of screens) {
      const { size } = screen;
      const whole = wholeFor(screen, drawing, "planned");
      const plan = planFor(
        drawing,
        level,
        roomOf(screen),
        englishWords,
        estimate,
        leastFor(screen, drawing),
        false,
        whole,
      );
      const geometry = await geometryOf(drawing, plan, level);
      const camera = framed(geometry, screen, false);
      const { x, y, w, h } = toScreen(camera, geometry.bounds);
      expect(x).toBeGreaterThan(insets.left - 1);
      expect(y).toBeGreaterThan(insets.top - 1);
      expect(x + w).toBeLessThan(size.w - insets.right + 1);
      expect(y + h).toBeLessThan(size.h - insets.bottom + 1);
      // Numbers on wires are 14 units high.
      expect(14 * camera.k).toBeGreaterThan(8.5);
    }
  });
});

it("has numbers of 24 pixels on a projector, those in cells too", () => {
  const [screen] = screens as [Screen];
  const sizes = ["one-weight", "one-layer"].map((lesson) => {
    const { drawing } = recordingOf(parseTrace(readFileSync(resolve(golden, `${lesson}.jsonl`), "utf8")));
    return leastFor({ ...screen, present: true }, drawing);
  });
  expect(sizes).toEqual([24 / FONTS.strip.size, 24 / FONTS.cell.size]);
});

it("has numbers in cells that can be read on a phone too, which follows what is active", () => {
  const phone = { size: { w: 390, h: 347 }, insets, present: false };
  const { drawing } = recordingOf(parseTrace(readFileSync(resolve(golden, "one-layer.jsonl"), "utf8")));
  expect(leastFor(phone, drawing) * FONTS.cell.size).toBeGreaterThan(9.5);
});
