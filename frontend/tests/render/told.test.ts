// What the picture tells of breakpoints and of a node that may not fire yet: a pure function of the state.
import { beforeAll, describe, expect, it } from "vitest";
import { estimate, overlaps, textsOf, type DisplayList, type Item } from "../../src/render/display";
import type { Geometry } from "../../src/render/geometry";
import { numberAt } from "../../src/render/hit";
import { restingView, sceneList, type SceneView } from "../../src/render/scene";
import { lightTheme } from "../../src/render/theme";
import { geometryOf, inputOf, recordingOf } from "../support/pictures";
import { PROGRAMS, record } from "../support/trace";

const recording = recordingOf(record(PROGRAMS["one-weight"]!));
const { graph, frames } = recording;
let geometry: Geometry;
beforeAll(async () => {
  geometry = await geometryOf(recording.drawing);
});

const index = (name: string) => graph.nodes.find((node) => node.name === name)!.index;
const last = () => frames.findIndex((frame) => frame.header.step.kind === "update");

function picture(view: Partial<SceneView>, step = last()): DisplayList {
  return sceneList({ ...inputOf(geometry, frames, step), view: { ...restingView, ...view } }, 1);
}

function flat(items: readonly Item[]): Item[] {
  return items.flatMap((item) => (item.kind === "group" ? [item, ...flat(item.items)] : [item]));
}

describe("a breakpoint", () => {
  it("is a disc on its card that covers no number and no name", () => {
    const every = graph.nodes.map((node) => node.index);
    const list = picture({ stops: new Set(every) });
    const discs = flat(list).filter((item) => item.kind === "group" && item.id === "stop");
    expect(discs).toHaveLength(geometry.cards.size);
    const texts = textsOf(list, estimate);
    for (const group of discs)
      for (const disc of group.kind === "group" ? group.items : []) {
        if (disc.kind !== "circle") throw new Error("a disc is a circle");
        const box = { x: disc.x - disc.r, y: disc.y - disc.r, w: 2 * disc.r, h: 2 * disc.r };
        for (const { item, box: text } of texts)
          if (item.number || item.font.size > 15) expect(overlaps(box, text), item.text).toBe(false);
      }
  });

  it("is not there where none is", () => {
    expect(flat(picture({})).some((item) => item.kind === "group" && item.id === "stop")).toBe(false);
  });
});

describe("a node that was tried to fire", () => {
  it("says how many contributions it has, in any phase, and lights what is missing", () => {
    const fired = { node: index("mul#0"), arrived: 0, expected: 1, missing: new Set([index("sub#0")]) };
    const list = picture({ fired }, 4);
    expect(textsOf(list, estimate).map(({ item }) => item.text)).toContain("0/1 arrived");
    const soft = flat(list).filter(
      (item) => "stroke" in item && item.stroke === lightTheme.phaseSoft.backward,
    );
    expect(soft).toHaveLength(1);
    const plain = flat(picture({}, 4));
    expect(plain.some((item) => "stroke" in item && item.stroke === lightTheme.phaseSoft.backward)).toBe(
      false,
    );
  });

  it("lights no wire along which the contribution has come", () => {
    const fired = { node: index("mul#0"), arrived: 1, expected: 1, missing: new Set<number>() };
    const list = flat(picture({ fired }));
    expect(list.some((item) => "stroke" in item && item.stroke === lightTheme.phaseSoft.backward)).toBe(
      false,
    );
  });
});

describe("a click on a number", () => {
  it("means that number where it is known and made of others", () => {
    const frame = frames[last()]!;
    const at = (name: string, dx: number, dy: number) => {
      const box = geometry.cards.get(index(name))!;
      return (
        numberAt(geometry, frame, index(name), { x: box.x + box.w - dx, y: box.y + dy }, estimate)?.what ??
        null
      );
    };
    expect(at("mul#0", 20, 22)).toBe("value");
    expect(at("mul#0", 20, 46)).toBe("grad");
    expect(at("w", 20, 46)).toBe("grad");
    expect(at("w", 20, 22)).toBe(null); // given, not made
    expect(at("mul#0", geometry.cards.get(index("mul#0"))!.w - 16, 22)).toBe(null); // its glyph
    expect(numberAt(geometry, frames[0]!, index("mul#0"), { x: 0, y: 0 }, estimate)).toBe(null);
  });
});
