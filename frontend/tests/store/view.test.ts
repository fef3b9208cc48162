import { describe, expect, it } from "vitest";
import {
  defaultView,
  selectionFrom,
  selectionToText,
  unreadIn,
  viewFromUrl,
  viewToUrl,
  type View,
} from "../../src/store/view";
import type { Source } from "../../src/store/types";

const read = (path: string) => viewFromUrl(new URL(path, "http://here"));

const views: View[] = [
  defaultView,
  { ...defaultView, at: { iteration: 0, step: 0 } },
  { ...defaultView, lesson: "circuit", seed: 0, at: { iteration: 12, step: 3 } },
  {
    ...defaultView,
    seed: 2 ** 53 - 1,
    config: { lr: 0.01, code: 'x = 2\nf = (x + 1) * x & "é%+#?"', values: { a: -1.5 } },
  },
  { ...defaultView, zoom: "operations", tab: "api", scale: "unit", present: true, tour: 3 },
  {
    ...defaultView,
    zoom: "layers",
    groups: { hidden1: false, "block1..block48": true, "block1.conv": true },
  },
  { ...defaultView, zoom: "scalars", unit: { layer: "hidden1", unit: 2, source: null }, sample: 0 },
  { ...defaultView, unit: { layer: "output", unit: 0, source: 12 }, sample: 999 },
  { ...defaultView, sample: 3, token: { position: 11, block: 1 } },
  { ...defaultView, scene: "held_out:3.4:1,2.5,30,40" },
  { ...defaultView, tab: "output", plane: { test: true, discrete: true, part: "train" } },
  { ...defaultView, plane: { test: false, discrete: true, part: "test" } },
  { ...defaultView, selection: { name: "w", argument: null } },
  { ...defaultView, selection: { name: "mul#0", argument: 1 } },
  { ...defaultView, selection: { name: "hidden1.weight", argument: null } },
  { ...defaultView, selection: { name: "block1.conv.mul#12", argument: 0 } },
  {
    ...defaultView,
    selection: { name: "w", argument: null },
    trail: [
      { name: "w", what: "grad", index: [], argument: null, symbol: null, place: null },
      {
        name: "adam/hidden1.weight",
        what: "value",
        index: [3, 0],
        argument: null,
        symbol: null,
        place: null,
      },
      { name: "mul#0", what: "contribution", index: [], argument: 1, symbol: null, place: null },
      {
        name: "w",
        what: "detail",
        index: [0],
        argument: null,
        symbol: String.raw`\hat m`,
        place: { branch: 1, iteration: 12, step: 3 },
      },
    ],
  },
  {
    ...defaultView,
    journal: [
      { cursor: { branch: 0, iteration: 0, step: 3 }, command: { type: "edit", name: "w", value: 3 } },
    ],
  },
  {
    ...defaultView,
    companion: {
      name: "lr=0.02",
      beside: "lr=0.01",
      journal: [{ cursor: { branch: 0, iteration: 0, step: 0 }, command: { type: "configure", config: {} } }],
    },
  },
  {
    ...defaultView,
    breakpoints: [
      { id: 1, condition: { kind: "step", node: "mul#0", step_kind: "backward" }, on: true },
      { id: 2, condition: { kind: "grad", relation: "<", threshold: 1e-6 }, on: false },
      { id: 3, condition: { kind: "metric", metric: "accuracy", relation: ">", threshold: 0.95 }, on: true },
      { id: 4, condition: { kind: "rising", iterations: 3 }, on: true },
      { id: 5, condition: { kind: "dead" }, on: true },
    ],
  },
  { ...defaultView, lesson: "circuit", at: { iteration: 2, step: 1 }, tab: "api", snapshot: "6ownapduur6h" },
];

describe("the address", () => {
  it("gives back every view that is put in", () => {
    for (const view of views) expect(read(viewToUrl(view)), viewToUrl(view)).toEqual(view);
  });

  it("is short and can be read", () => {
    expect(
      viewToUrl({ ...defaultView, at: { iteration: 0, step: 8 }, selection: { name: "mul#0", argument: 0 } }),
    ).toBe("/one-weight?seed=7&at=0.8&sel=mul%230.0");
  });

  it("does not say how breakpoints are numbered, nor what they leave open", () => {
    const condition = { kind: "grad" as const, name: null, relation: "<" as const, threshold: 0.5 };
    const url = viewToUrl({ ...defaultView, breakpoints: [{ id: 9, condition, on: true }] });
    expect(decodeURIComponent(url)).toBe(
      '/one-weight?seed=7&b=[{"kind":"grad","relation":"<","threshold":0.5}]',
    );
  });

  it("says which number is explained, and of a long chain the last ones", () => {
    const grad = (name: string): Source => {
      return { name, what: "grad", index: [], argument: null, symbol: null, place: null };
    };
    expect(decodeURIComponent(viewToUrl({ ...defaultView, trail: [grad("w"), grad("mul#0")] }))).toBe(
      "/one-weight?seed=7&explain=grad:w~grad:mul#0",
    );
    const own = { ...grad("w"), own: { row: 2, position: 3 } };
    const sample = { ...grad("w"), index: [1], own: { row: 2, position: null } };
    const alone = viewToUrl({ ...defaultView, trail: [own, sample] });
    expect(decodeURIComponent(alone)).toBe("/one-weight?seed=7&explain=grad:w:::::2.3~grad:w:1::::2");
    expect(read(alone).trail).toEqual([own, sample]);
    const trail = Array.from({ length: 300 }, (_, k) => grad(`w${k}`));
    expect(read(viewToUrl({ ...defaultView, trail })).trail).toEqual(trail.slice(-12));
  });

  it("leaves to a snapshot what a snapshot holds", () => {
    const all = {
      ...defaultView,
      breakpoints: [{ id: 1, condition: { kind: "dead" as const }, on: true }],
      seed: 12,
      config: { lr: 1 },
      at: { iteration: 0, step: 8 },
      snapshot: "abc",
    };
    expect(viewToUrl(all)).toBe("/one-weight?s=abc&at=0.8");
  });

  it("is read kindly: what makes no sense is as by default", () => {
    for (const query of [
      "seed=x",
      "seed=-1",
      "seed=99999999999999999999",
      "at=1",
      "at=-1.2",
      "c=[",
      "c=[1]",
      "zoom=x",
      "unit=hidden1",
      "unit=.1",
      "unit=hidden1.x.2",
      "sample=-1",
      "token=3",
      "explain=",
      "explain=w",
      "explain=grad:",
      "explain=grad:w:x",
      "explain=value:w~sum:x",
      "explain=detail:w:::m:1.2",
      "explain=grad:w:::::1.x",
      "token=-1.0",
      "groups=,!,",
      "j={}",
      "b={}",
      "b=[1,2]",
      "tab=",
      "plane=x",
    ])
      expect(read(`/one-weight?${query}`), query).toEqual(defaultView);
    expect(read("/").lesson).toBe("one-weight");
    expect(read("/%E0%A4%A").lesson).toBe("one-weight");
  });

  it("never takes a parameter's path for an edge", () => {
    for (const name of ["w", "hidden1.weight", "layers.0", "mul#0", "mul#0.delta"])
      expect(selectionFrom(selectionToText({ name, argument: null }))).toEqual({ name, argument: null });
  });
});

describe("an address that was cut off or mistyped", () => {
  const odd = (query: string) => unreadIn(new URL(`/one-weight?${query}`, "http://here"));

  it.each([
    ["", []],
    ["seed=3&at=0.8&c={}&j=[]&zoom=scalars&tab=api&scale=unit", []],
    ["seed=x&at=1", ["seed", "place"]],
    ["c=[1]&j={}&b=x", ["config", "edits", "breakpoints"]],
    ['c={"lr":0.01', ["config"]],
    ["explain=grad:w", []],
    ["explain=grad:w~", ["view"]],
    ["zoom=x", ["view"]],
  ])("%s: what could not be read is named", (query, parts) => {
    expect(odd(query)).toEqual(parts);
  });

  it("gives all that is whole", () => {
    expect(read('/?c={"lr":0.01,"w":3,"targ').config).toEqual({ lr: 0.01, w: 3 });
    expect(read('/?c={"lr":0.01').config).toEqual({ lr: 0.01 });
    expect(read('/?c={"w":2,"values":{"a":1,"b').config).toEqual({ w: 2, values: { a: 1 } });
    expect(read('/?c={"code":"x = 1, y').config).toEqual({});
    const entry = {
      cursor: { branch: 0, iteration: 0, step: 3 },
      command: { type: "edit", name: "w", value: 3 },
    };
    expect(read(`/?j=[${JSON.stringify(entry)},{"cursor":{"bra`).journal).toEqual([entry]);
  });
});
