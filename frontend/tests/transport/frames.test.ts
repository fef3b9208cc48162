import { describe, expect, it } from "vitest";
import type { Companion, CompanionMessage, Frame } from "../../src/store/types";
import {
  companionView,
  decode,
  decodeFrame,
  encodeFrame,
  FrameError,
  frameView,
  mapsOf,
} from "../../src/transport/frames";

const tensor = (
  what: Frame["tensors"][number]["what"],
  index: number,
  data: unknown,
  shape: number[],
  dtype = "float32",
) =>
  ({
    what,
    index,
    dtype,
    shape,
    scale: null,
    offset: null,
    data,
    summary: null,
    units: null,
  }) as Frame["tensors"][number];

const frame = (tensors: Frame["tensors"], label = "mul"): Frame => ({
  type: "frame",
  seq: 3,
  id: null,
  topology: 1,
  cursor: { branch: 0, iteration: 0, step: 2 },
  phase: "forward",
  step: { index: 2, kind: "forward", phase: "forward", label, node: 2, edge: null, line: null },
  arrived: [],
  withheld: false,
  tensors,
  update: [],
  non_finite: [],
  loss: null,
  batch: [],
  evaluation: null,
  runs: [],
  left: [],
});

const sample = frame([
  tensor("value", 0, 2.5, []),
  tensor(
    "value",
    1,
    [
      [1, 2, 3],
      [4, 5, "NaN"],
    ],
    [2, 3],
  ),
  tensor("grad", 1, [0.1, "-Infinity"], [2], "float64"),
  tensor("upstream", 7, -8, []),
]);

describe("binary frames", () => {
  it("give back what was put in, as views of the one buffer", () => {
    const buffer = encodeFrame(sample);
    const view = frameView(decodeFrame(buffer));
    expect([...(view.value(1)?.data ?? [])]).toEqual([1, 2, 3, 4, 5, NaN]);
    expect(view.value(1)?.shape).toEqual([2, 3]);
    expect(view.grad(1)?.data).toBeInstanceOf(Float64Array);
    expect([...(view.grad(1)?.data ?? [])]).toEqual([0.1, -Infinity]);
    expect(view.upstream?.data?.[0]).toBe(-8);
    for (const t of [view.value(0), view.value(1), view.grad(1), view.upstream]) {
      expect(t?.data?.buffer).toBe(buffer);
      expect((t?.data?.byteOffset ?? 1) % 8).toBe(0);
    }
  });

  it("may be a companion's", () => {
    const companion: Companion = {
      type: "companion",
      seq: 3,
      id: null,
      name: "adam",
      beside: "sgd",
      cursor: sample.cursor,
      phase: "forward",
      config: {},
      differs: [],
      loss: 1,
      evaluation: null,
      runs: [],
      names: ["w", "b"],
      tensors: [tensor("value", 1, [1, 2], [2]), tensor("surface", 0, [[[4]]], [1, 1, 1])],
    };
    const received = decode(encodeFrame(companion)) as CompanionMessage;
    expect(received.type).toBe("companion");
    const view = companionView(received);
    expect([...(view.value("b")?.data ?? [])]).toEqual([1, 2]);
    expect(view.surface?.data?.[0]).toBe(4);
    expect(view.value("w")).toBeNull();
    expect(() => decodeFrame(encodeFrame(companion))).toThrow(FrameError);
  });

  it("read the same as a frame in JSON", () => {
    const [binary, json] = [frameView(decodeFrame(encodeFrame(sample))), frameView(sample)];
    for (const look of [
      (v: typeof json) => v.value(0),
      (v: typeof json) => v.value(1),
      (v: typeof json) => v.grad(1),
    ])
      expect([...(look(binary)?.data ?? [])]).toEqual([...(look(json)?.data ?? [])]);
  });

  it("have null for what is not there", () => {
    const view = frameView(decodeFrame(encodeFrame(sample)));
    expect([
      view.value(9),
      view.grad(0),
      view.contribution(0),
      view.local(0),
      view.before,
      view.detail(0),
    ]).toEqual(Array(6).fill(null));
  });

  it("stay aligned whatever the length of the header", () => {
    for (let n = 0; n < 9; n++) {
      const view = frameView(decodeFrame(encodeFrame(frame(sample.tensors, "é".repeat(n)))));
      expect([...(view.grad(1)?.data ?? [])]).toEqual([0.1, -Infinity]);
    }
  });

  it("are refused at every place where they can be cut short", () => {
    const buffer = encodeFrame(sample);
    for (let n = 0; n < buffer.byteLength - 4; n++)
      expect(() => decodeFrame(buffer.slice(0, n)), `${n} bytes`).toThrow(FrameError);
  });

  it("are refused when something else stands in them", () => {
    const broken = (at: number, value: number) => {
      const copy = encodeFrame(sample);
      new DataView(copy).setUint8(at, value);
      return () => decodeFrame(copy);
    };
    expect(broken(0, 0)).toThrow(FrameError); // magic
    expect(broken(4, 9)).toThrow(FrameError); // version
    expect(broken(12, 0xff)).toThrow(FrameError); // not UTF-8
    expect(broken(12, 0x5b)).toThrow(FrameError); // '[': not an object
    expect(broken(10, 0xff)).toThrow(FrameError); // header longer than the buffer
  });

  it("refuse offsets that are not aligned, negative, or beyond the payload", () => {
    for (const offset of [4, -8, 1 << 20, 0.5]) {
      const header = JSON.stringify({ ...sample, tensors: [{ ...tensor("value", 0, null, [2]), offset }] });
      const bytes = new TextEncoder().encode(header);
      const buffer = new ArrayBuffer(((12 + bytes.length + 7) & ~7) + 64);
      const view = new DataView(buffer);
      new Uint8Array(buffer).set(new TextEncoder().encode("CRF1"));
      view.setUint16(4, 1, true);
      view.setUint32(8, bytes.length, true);
      new Uint8Array(buffer).set(bytes, 12);
      expect(() => decodeFrame(buffer), String(offset)).toThrow(FrameError);
    }
  });

  it("refuse JSON data that does not fill its shape", () => {
    expect(() => frameView(frame([tensor("value", 0, [1, 2], [3])])).value(0)).toThrow(FrameError);
  });
});

describe("thumbnails", () => {
  const map = (units: number[] | null, levels: number[], scale: number[]) => ({
    ...tensor("map", 1, levels, [levels.length / 4, 2, 2], "int8"),
    units,
    scale,
  });
  const whole = mapsOf(frame([map(null, [1, 2, 3, 4, 5, 6, 7, 8], [1, 2])]), []);
  const known = [null, whole[0]?.[1]];

  for (const [name, sent] of [
    ["in JSON", (message: Frame) => message],
    ["in bytes", (message: Frame) => decodeFrame(encodeFrame(message))],
  ] as const) {
    it(`of some units leave the others as they were, ${name}`, () => {
      const [[layer, found] = []] = mapsOf(sent(frame([map([1], [-1, -2, -3, -4], [1, 3])])), known);
      expect(layer).toBe(1);
      expect([...(found?.levels ?? [])]).toEqual([1, 2, 3, 4, -1, -2, -3, -4]);
      expect(found).toMatchObject({ units: 2, size: 2, scale: [1, 3] });
      expect([...(known[1]?.levels ?? [])], "what was there is not written over").toEqual([
        1, 2, 3, 4, 5, 6, 7, 8,
      ]);
    });

    it(`of no unit bring another scale alone, ${name}`, () => {
      const [[, found] = []] = mapsOf(sent(frame([{ ...map([], [], [4, 2]), shape: [0, 2, 2] }])), known);
      expect(found?.levels).toBe(known[1]?.levels);
      expect(found).toMatchObject({ units: 2, size: 2, scale: [4, 2] });
    });
  }

  it("of some units are of no use without the others", () => {
    expect(() => mapsOf(frame([map([1], [1, 2, 3, 4], [1, 2])]), [])).toThrow(FrameError);
  });
});
