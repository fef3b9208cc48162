import { describe, expect, it } from "vitest";
import { shownTab } from "../../src/store/tab";
import { PROGRAMS, record } from "../support/trace";
import { recordingOf } from "../support/pictures";
import { golden } from "../support/golden";

describe("the inspector's tab", () => {
  const plain = recordingOf(record(PROGRAMS["one-weight"]!)).graph;
  const network = recordingOf(golden("playground")).graph;

  it("is the output of a network, else the chain rule, until one is chosen", () => {
    expect(shownTab(network, null)).toBe("output");
    expect(shownTab(plain, null)).toBe("rule");
    expect(shownTab(null, null)).toBe("rule");
    for (const tab of ["rule", "tensor", "api"] as const) expect(shownTab(network, tab)).toBe(tab);
  });

  it("is the chain rule where one looks at numbers one by one", () => {
    expect(shownTab(network, null, "scalars")).toBe("rule");
    expect(shownTab(network, "output", "scalars")).toBe("output");
    expect(shownTab(network, null, "layers")).toBe("output");
  });

  it("is never one that the graph does not have", () => {
    expect(shownTab(plain, "output")).toBe("rule");
  });
});
