import { beforeAll, describe, expect, it } from "vitest";
import { fitted } from "../../src/render/camera";
import { estimate, overlaps, textsOf, type DisplayList } from "../../src/render/display";
import type { Geometry } from "../../src/render/geometry";
import { sceneList } from "../../src/render/scene";
import { parts } from "../../src/render/parts";
import { showingOf } from "../../src/render/showing";
import { initialState } from "../../src/store/reduce";
import type { State } from "../../src/store/types";
import { geometryOf, inputOf as plainInput, planOn, STAGE } from "../support/pictures";
import { unfolded, unfoldedRecording, UNITS } from "../support/unfolded";

const inputOf: typeof plainInput = (...at) => {
  const input = plainInput(...at);
  return { ...input, view: { ...input.view, parts } };
};

const recordings = new Map(UNITS.map((name) => [name as string, unfoldedRecording(name)]));
const geometries = new Map<string, Geometry>();
beforeAll(async () => {
  for (const [name, { drawing }] of recordings)
    geometries.set(name, await geometryOf(drawing, planOn(drawing, STAGE)));
}, 60_000);

function numbers(list: DisplayList): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const { item, opacity } of textsOf(list, estimate))
    if (item.number && opacity > 0.05 && /^(value|grad|edge)/.test(item.id ?? "")) seen[item.id!] = item.text;
  return seen;
}

describe.each(UNITS)("the picture of an unfolded %s unit", (name) => {
  const { frames, graph } = recordings.get(name)!;

  it("begins each step with the numbers with which the step before ended", () => {
    const geometry = geometries.get(name)!;
    for (let s = 1; s < frames.length; s++) {
      const before = numbers(sceneList(inputOf(geometry, frames, s - 1), 1));
      const after = numbers(sceneList(inputOf(geometry, frames, s), 0));
      // What rests as a token, or had given way to the arithmetic, is on its wire with the next step.
      const rest = Object.fromEntries(
        Object.entries(after).filter(([id]) => !(id.startsWith("edge-") && !(id in before))),
      );
      expect(rest, `step ${s}`).toEqual(before);
    }
  });

  it("shows nothing before its turn, and all of it at the end", () => {
    const geometry = geometries.get(name)!;
    for (const [step, acts] of graph.acts) {
      const kind = graph.steps[step]!.kind;
      if (kind !== "forward") continue;
      for (const { node, from } of acts) {
        const at = (t: number) => numbers(sceneList(inputOf(geometry, frames, step), t))[`value:${node}`];
        expect(at(from), `step ${step}`).toBe("—");
        expect(at(1)).not.toBe(undefined);
      }
    }
  });

  it("never lets the number of a wire rest under another number, a card or a token", () => {
    const geometry = geometries.get(name)!;
    const found: string[] = [];
    for (let s = 0; s < frames.length; s++) {
      const texts = textsOf(sceneList(inputOf(geometry, frames, s), 1), estimate);
      const all = texts.filter(({ item, opacity }) => item.number && opacity > 0.3);
      const labels = all.filter(({ item }) => item.id?.startsWith("edge-"));
      for (const label of labels) {
        for (const other of all)
          if (other !== label && overlaps(label.box, other.box))
            found.push(`step ${s}: ${other.item.id} over ${label.item.id}`);
        for (const card of geometry.cards.values())
          if (overlaps(label.box, card)) found.push(`step ${s}: a card over ${label.item.id}`);
      }
    }
    expect(found).toEqual([]);
  });

  it("is one row that can be read, and is seen whole", () => {
    const geometry = geometries.get(name)!;
    const { k } = fitted(geometry.bounds, STAGE, { top: 0, right: 0, bottom: 0, left: 0 }, 1.25);
    expect(k).toBeGreaterThan(name === "many" ? 0.49 : 0.55);
    expect(planOn(recordings.get(name)!.drawing, STAGE)).toMatchObject({ flow: "right", rows: null });
  });

  it("moves for as long as there are turns", () => {
    const views = unfolded(name);
    const state = (k: number): State => ({ ...initialState, graph: views[k]!.graph, frame: views[k]!.frame });
    const shown = (k: number) => showingOf(state(k), state(k - 1), {}, false, 0)!.motion!.duration;
    const turns = (k: number) => new Set((graph.acts.get(k) ?? []).map(({ from }) => from)).size;
    const most = [...graph.acts.keys()].reduce((a, b) => (turns(b) > turns(a) ? b : a));
    expect(turns(most)).toBeGreaterThan(1);
    expect(shown(most)).toBeGreaterThan(1.5 * shown(1));
  });
});
