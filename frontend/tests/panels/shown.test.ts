import { describe, expect, it } from "vitest";
import { boundsOf, choicesOf, isWhole, sections, withLayer } from "../../src/panels/setup/shown";
import type { ConfigField } from "../../src/store/types";

function field(name: string, more: Partial<ConfigField> = {}): ConfigField {
  return {
    name,
    title: { en: name, vi: name },
    applies: "next_iteration",
    control: "number",
    group: null,
    folded: false,
    note: null,
    choices: [],
    pictures: {},
    only: {},
    minimum: null,
    maximum: null,
    leaf: null,
    when: {},
    presets: {},
    ...more,
  };
}

const DATA = { en: "Data", vi: "Dữ liệu" };
const RATE = { en: "Rate", vi: "Tốc độ" };
const FIELDS = [
  field("data", { group: DATA, control: "choice", choices: ["circle", "plane", "drawn"] }),
  field("points", { group: DATA, control: "points", when: { data: ["drawn"] } }),
  field("noise", { group: DATA, when: { data: ["circle", "plane"] } }),
  field("share", { group: DATA, folded: true }),
  field("initial", { group: DATA, control: "none" }),
  field("lr", { group: RATE }),
  field("schedule", { group: RATE, folded: true, control: "choice", choices: ["constant", "step"] }),
  field("gamma", { group: RATE, when: { schedule: ["step"] } }),
  field("code", { control: "code" }),
];
const DEFAULTS = {
  data: "circle",
  noise: 0,
  share: 0.5,
  lr: 0.3,
  schedule: "constant",
  gamma: 0.1,
  sizes: [4, 2],
};

function under(title: string, values: Record<string, unknown> = {}) {
  const section = sections(FIELDS, { ...DEFAULTS, ...values }, DEFAULTS).find(
    (one) => one.title?.en === title,
  );
  const all = section?.fields.map(({ name }) => name) ?? [];
  return { all, shown: all.filter((name) => !section?.folded.has(name)) };
}

describe("settings", () => {
  it("stand under headings, what is rarely changed folded away", () => {
    expect(sections(FIELDS, DEFAULTS, DEFAULTS).map(({ title }) => title)).toEqual([DATA, RATE]);
    expect(under("Data")).toEqual({ all: ["data", "noise", "share"], shown: ["data", "noise"] });
    expect(under("Rate")).toEqual({ all: ["lr", "schedule"], shown: ["lr"] });
  });

  it("are shown where they are not as by default, folded or not", () => {
    expect(under("Data", { share: 0.2 }).shown).toEqual(["data", "noise", "share"]);
    expect(under("Rate", { schedule: "step" }).shown).toEqual(["lr", "schedule", "gamma"]);
  });

  it("are shown where they make sense with the others", () => {
    expect(under("Data", { data: "drawn" }).all).toEqual(["data", "points", "share"]);
  });

  it("without a heading come first", () => {
    const plain = field("w");
    expect(sections([...FIELDS, plain], DEFAULTS, DEFAULTS)[0]).toMatchObject({
      title: null,
      fields: [plain],
    });
  });
});

it("choices are offered where they go with the others, and the one in force always", () => {
  const loss = field("loss", {
    choices: ["bce", "mse"],
    only: { bce: { data: ["circle", "drawn"] } },
  });
  expect(choicesOf(loss, { data: "circle", loss: "bce" })).toEqual(["bce", "mse"]);
  expect(choicesOf(loss, { data: "plane", loss: "mse" })).toEqual(["mse"]);
  expect(choicesOf(loss, { data: "plane", loss: "bce" })).toEqual(["bce", "mse"]);
});

it("bounds and kinds of numbers are those of the schema", () => {
  const schema = {
    properties: { hidden: { maxItems: 8, items: { maximum: 128 } }, size: { type: "integer" }, lr: {} },
  };
  expect(boundsOf(schema, "hidden")).toEqual({ items: 8, each: 128 });
  expect(boundsOf(undefined, "hidden")).toEqual({ items: Infinity, each: Infinity });
  expect([isWhole(schema, "size"), isWhole(schema, "lr"), isWhole(undefined, "size")]).toEqual([
    true,
    false,
    false,
  ]);
});

describe("layers", () => {
  it.each([
    [[4, 2], 2, 2, [4, 2, 2]],
    [[4, 2], 0, null, [2]],
    [[4, 2], 1, 3, [4, 3]],
    [[], 0, 4, [4]],
  ])("of %j, layer %i becomes %j", (sizes, at, size, expected) => {
    expect(withLayer(sizes, at, size)).toEqual(expected);
  });
});
