import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { found } from "../../src/panels/model/search.svelte";
import { parseTrace } from "../../src/transport/replay";
import { recordingOf } from "../support/pictures";

const trace = resolve(__dirname, "../../../tests/golden/circuit-log-sum-exp.jsonl");
const { nodes } = recordingOf(parseTrace(readFileSync(trace, "utf8"))).graph;
const names = (text: string) => found(nodes, text).map((node) => node.name);

it("finds nodes by variable, by name and by operation, in the order of the tape", () => {
  expect(names("exp")).toEqual(["exp#0", "exp#1", "exp#2"]);
  expect(names("exponential")).toEqual(["exp#0", "exp#1", "exp#2"]);
  expect(names("EXP#1")).toEqual(["exp#1"]);
  expect(names("sub").slice(0, 3)).toEqual(["sub#0", "sub#1", "sub#2"]);
});

it("puts what is called exactly that first", () => {
  expect(names("a")[0]).toBe("a");
  expect(names("a").length).toBeGreaterThan(1);
  expect(names("m")[0]).toBe("maximum#1");
});

it("finds nothing for nothing", () => {
  expect(names("  ")).toEqual([]);
  expect(names("no such node")).toEqual([]);
});
