import { describe, expect, it } from "vitest";
import { estimate, overlaps, textsOf, type Item } from "../../src/render/display";
import { arrangeImages, cellBox, imageSpotAt } from "../../src/render/image-view/arrangement";
import type { ImageInput } from "../../src/render/image-view/input";
import { litBy } from "../../src/render/image-view/lit";
import { activeStage, imageList } from "../../src/render/image-view/scene";
import { indexOf, shownIn, stagesOf } from "../../src/render/image-view/stages";
import { lightTheme } from "../../src/render/theme";
import { initialState, reduce } from "../../src/store/reduce";
import type { FrameView, Source, State, TensorView } from "../../src/store/types";
import { hasImages, levelsOf } from "../../src/store/zoom";
import { golden } from "../support/golden";

const states: State[] = [];
golden("convolution").reduce((state, message) => {
  const next = reduce(state, message);
  if (message.type === "frame") states.push(next);
  return next;
}, initialState);
const graph = states[0]!.graph!;
const stages = stagesOf(graph);
const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 500 }, phone: { w: 390, h: 330 } };
const words = { image: "image", filters: "filters", scores: "logits", loss: "loss" };

/** A recording has no subscription: its batch is of one image, so that a node's own part is all of it. */
function withSample(frame: FrameView): FrameView {
  const own = (view: TensorView | null) => view && { ...view, shape: view.shape.slice(1) };
  return {
    ...frame,
    ownValue: (node) => own(frame.value(node)),
    ownGrad: (node) => own(frame.grad(node)),
  };
}

function inputAt(state: State, size = SIZES.desk, source: Source | null = null): ImageInput {
  return {
    graph,
    stages,
    frame: withSample(state.frame!),
    places: arrangeImages(stages, 1, { size, insets, present: false }),
    view: { sample: 0, pointed: null, source, uses: null },
    theme: lightTheme,
    words,
    measure: estimate,
  };
}

function at(kind: string, label: string): State {
  const found = states.find(({ frame }) => {
    const { step } = frame!.header;
    return step.kind === kind && step.label === label;
  });
  if (!found) throw new Error(`no step ${kind} ${label}`);
  return found;
}

const named = (name: string) => graph.nodes.find((node) => node.name === name)!;
const source = (name: string, what: Source["what"], ...index: number[]): Source => ({
  name,
  what,
  index,
  argument: null,
});

describe("the stages of a network on images", () => {
  it("are read off the graph, nodes of one shape together", () => {
    expect(stages.map(({ kind }) => kind)).toEqual([
      "image",
      "filters",
      "maps",
      "pooled",
      "filters",
      "maps",
      "pooled",
      "scores",
    ]);
    expect(stages.map(({ channels }) => channels)).toEqual([1, 2, 2, 2, 2, 1, 1, 10]);
    expect(stages[2]!.nodes.map((node) => graph.nodes[node]!.label)).toEqual(["z1", "a1"]);
    expect(hasImages(graph)).toBe(true);
    expect(levelsOf(graph)).toContain("layers");
  });

  it("show values forward, gradients as they come, and the filters that moved", () => {
    const shown = (state: State, k: number) => shownIn(stages[k]!, withSample(state.frame!));
    expect(shown(states[0]!, 2).tensor).toBeNull();
    const forward = at("forward", "z1");
    expect(shown(forward, 2)).toMatchObject({ node: named("conv1.conv2d#0").index, what: "value" });
    expect(shown(forward, 5).tensor).toBeNull();
    const end = at("backward", "z1 → conv1.weight");
    expect(shown(end, 2)).toMatchObject({ node: named("conv1.conv2d#0").index, what: "grad" });
    expect(shown(end, 1)).toMatchObject({ what: "grad" });
    const moved = at("update", "conv1.weight");
    expect(shown(moved, 1)).toMatchObject({ what: "value" });
    expect(shown(moved, 4)).toMatchObject({ what: "grad" });
  });
});

describe("the arrangement", () => {
  for (const [name, size] of Object.entries(SIZES))
    it(`keeps every tile within the room and apart (${name})`, () => {
      const { columns, strip } = arrangeImages(stages, 32, { size, insets, present: false });
      const tiles = [...strip, ...columns.flatMap((column) => column.tiles)];
      for (const tile of tiles) {
        expect(tile.x).toBeGreaterThanOrEqual(insets.left - 0.5);
        expect(tile.x + tile.w).toBeLessThanOrEqual(size.w - insets.right + 0.5);
        expect(tile.y + tile.h).toBeLessThanOrEqual(size.h - insets.bottom + 0.5);
      }
      tiles.forEach((a, i) => {
        for (const b of tiles.slice(i + 1)) expect(overlaps(a, b, -0.5)).toBe(false);
      });
    });

  it("gives the maps the room of the batch's images above a raised sheet", () => {
    const insets = { top: 52, right: 14, bottom: 10, left: 14 };
    const raised = arrangeImages(stages, 32, { size: { w: 390, h: 176 }, insets, present: false });
    expect(raised.strip).toEqual([]);
    for (const { tiles } of raised.columns)
      for (const tile of tiles) expect(tile.y + tile.h).toBeLessThanOrEqual(166.5);
    const lowered = arrangeImages(stages, 32, { size: { w: 390, h: 370 }, insets, present: false });
    expect(lowered.strip).toHaveLength(32);
  });

  it("finds the pixel that is drawn at a point", () => {
    const places = arrangeImages(stages, 3, { size: SIZES.desk, insets, present: false });
    for (const [stage, channel, row, column] of [
      [2, 1, 7, 3],
      [0, 0, 0, 0],
      [4, 1, 2, 2],
      [7, 9, 0, 0],
    ] as const) {
      const cell = cellBox(places.columns[stage]!.tiles[channel]!, stages[stage]!, row, column);
      const middle = { x: cell.x + cell.w / 2, y: cell.y + cell.h / 2 };
      expect(imageSpotAt(places, stages, middle)).toEqual({ stage, channel, row, column });
    }
    const third = places.strip[2]!;
    expect(imageSpotAt(places, stages, { x: third.x + 2, y: third.y + 2 })).toMatchObject({
      stage: -1,
      channel: 2,
    });
    expect(indexOf(stages[4]!, 0, 1, 2, 0)).toEqual([0, 1, 2, 0]);
  });
});

describe("what is lit", () => {
  const areas = (lit: ReturnType<typeof litBy>) =>
    lit.map((one) => [one.stage, one.channel, one.row, one.column, one.rows, one.columns, one.role]);

  it("of a pixel of a map: its window and its filter, cut off at the edge of the image", () => {
    expect(areas(litBy(graph, stages, source("conv1.conv2d#0", "value", 0, 1, 4, 5), 0))).toEqual([
      [2, 1, 4, 5, 1, 1, "self"],
      [0, null, 3, 4, 3, 3, "from"],
      [1, 1, 0, 0, 3, 3, "from"],
    ]);
    expect(areas(litBy(graph, stages, source("conv1.conv2d#0", "value", 0, 0, 0, 7), 0))).toEqual([
      [2, 0, 0, 7, 1, 1, "self"],
      [0, null, 0, 6, 2, 2, "from"],
      [1, 0, 1, 0, 2, 2, "from"],
    ]);
  });

  it("of a weight: every place where it was used, and no other", () => {
    // Once more from the definition: out[r, s] += w[0, 2] · in[r − 1, s + 1].
    const places = [];
    for (let r = 0; r < 8; r++) for (let s = 0; s < 8; s++) if (r - 1 >= 0 && s + 1 < 8) places.push([r, s]);
    const [self, met, made] = litBy(graph, stages, source("conv1.weight", "grad", 1, 0, 0, 2), 0);
    expect(self).toMatchObject({ stage: 1, channel: 1, row: 0, column: 2 });
    expect(made).toMatchObject({ stage: 2, channel: 1, row: 1, column: 0, rows: 7, columns: 7, each: true });
    expect(made!.rows * made!.columns).toBe(places.length);
    expect(met).toMatchObject({ stage: 0, channel: 0, row: 0, column: 1, rows: 7, columns: 7 });
  });

  it("of a weight, with its products: a disc of each one's sign, and one place at which one stands", () => {
    const state = at("update", named("conv1.weight").label);
    const input = inputAt(state, SIZES.desk, source("conv1.weight", "grad", 1, 0, 1, 1));
    const products = Array.from({ length: 64 }, (_, k) => (k === 9 ? -2 : k === 10 ? 1 : 0));
    const uses = { products, shares: [-1], columns: 8, place: 9 };
    const list = imageList({ ...input, view: { ...input.view, uses } }, 1);
    const discs = list.filter((item) => item.kind === "circle");
    // On the image and on the map.
    expect(discs).toHaveLength(128);
    expect(discs.filter(({ fill }) => fill === lightTheme.negative)).toHaveLength(2);
    expect(discs.filter(({ fill }) => fill === lightTheme.positive)).toHaveLength(2);
    const cells = list.filter(
      (item) => item.kind === "rect" && item.stroke === lightTheme.focus && item.width === 2.5,
    );
    expect(cells).toHaveLength(2);
  });

  it("of a gradient: where it comes from and where it goes", () => {
    const lit = litBy(graph, stages, source("conv1.max_pool2d#0", "grad", 0, 1, 0, 0), 0);
    expect(areas(lit)).toEqual([
      [3, 1, 0, 0, 1, 1, "self"],
      [5, null, 0, 0, 2, 2, "from"],
      [4, 1, 0, 0, 3, 3, "from"],
      [2, 1, 0, 0, 2, 2, "to"],
    ]);
  });

  it("is nothing of another sample", () => {
    expect(litBy(graph, stages, source("conv1.conv2d#0", "value", 3, 1, 4, 5), 0)).toEqual([]);
  });
});

describe("the picture", () => {
  it("is the same for the same state, and finite at every moment", () => {
    const input = (state: State) => inputAt(state, SIZES.laptop, source("conv1.weight", "grad", 1, 0, 0, 2));
    for (const state of states)
      for (const t of [0, 0.4, 1]) {
        const list = imageList(input(state), t);
        expect(imageList(input(state), t)).toEqual(list);
        expect(JSON.stringify(list)).not.toMatch(/NaN|null/);
      }
  });

  it("covers no number", () => {
    for (const size of Object.values(SIZES))
      for (const state of [states[0]!, states.at(-1)!]) {
        const texts = textsOf(imageList(inputAt(state, size), 1), estimate).filter(
          ({ opacity }) => opacity > 0.1,
        );
        texts.forEach((a, i) => {
          for (const b of texts.slice(i + 1))
            if (a.item.number ?? b.item.number)
              expect(overlaps(a.box, b.box, -1), `${a.item.text} over ${b.item.text}`).toBe(false);
        });
      }
  });

  it("has scores beside their bars, and for a class no number below 24 px", () => {
    const state = states.at(-1)!;
    const bars = (items: readonly Item[]): Item[] =>
      items.flatMap((item) =>
        item.kind === "group" ? bars(item.items) : item.kind === "rect" && item.opacity === 0.7 ? [item] : [],
      );
    for (const size of Object.values(SIZES)) {
      const list = imageList(inputAt(state, size), 1);
      const numbers = textsOf(list, estimate).filter(({ item }) => item.number);
      expect(bars(list).length).toBeGreaterThan(3);
      for (const bar of bars(list))
        if (bar.kind === "rect")
          for (const { item, box } of numbers) expect(overlaps(box, bar, -0.5), item.text).toBe(false);
    }
    const large = { w: 1280, h: 530 };
    const input = inputAt(state, large);
    const room = { top: 66, right: 20, bottom: 12, left: 20 };
    const places = arrangeImages(stages, 1, { size: large, insets: room, present: true });
    for (const { item } of textsOf(imageList({ ...input, places }, 1), estimate))
      if (item.number) expect(item.font.size, item.text).toBeGreaterThanOrEqual(24);
  });

  it("moves what the step makes, and nothing else", () => {
    const state = at("update", "conv1.weight");
    const input = inputAt(state);
    expect(activeStage(stages, graph, input.frame)).toBe(1);
    expect(activeStage(stages, graph, withSample(at("backward", "z1 → conv1.bias").frame!))).toBe(1);
    const cells = (t: number) => count(imageList(input, t));
    expect(JSON.stringify(imageList(input, 0.2))).not.toEqual(JSON.stringify(imageList(input, 1)));
    expect(cells(1)).toBeGreaterThan(100);
    // The filters that have moved stay where they are while what is not drawn moves.
    const after = inputAt(at("update", "conv1.bias"));
    expect(imageList(after, 0.3)).toEqual(imageList(after, 0.9));
  });
});

function count(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (item.kind === "group" ? count(item.items) : 1), 0);
}
