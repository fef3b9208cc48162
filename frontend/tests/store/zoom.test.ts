import { describe, expect, it } from "vitest";
import { levelsOf, shownZoom } from "../../src/store/zoom";
import { PROGRAMS, record } from "../support/trace";
import { recordingOf } from "../support/pictures";
import { golden } from "../support/golden";

describe("the zoom level", () => {
  const scalars = recordingOf(record(PROGRAMS["one-weight"]!)).graph;
  const tensors = recordingOf(golden("playground")).graph;

  it("is as is natural for the graph where none was chosen", () => {
    expect(shownZoom(scalars, null)).toBe("scalars");
    expect(shownZoom(tensors, null)).toBe(levelsOf(tensors)[0]);
    expect(shownZoom(scalars, "operations")).toBe("operations");
  });

  it("is never one at which there is nothing to see", () => {
    expect(levelsOf(scalars)).not.toContain("layers");
    // Of a network one unit at a time is seen as scalars; without layers, tensors are not.
    expect(levelsOf(tensors)).toEqual(["layers", "operations", "scalars"]);
    expect(levelsOf({ ...tensors, layers: [] })).toEqual(["operations"]);
    expect(shownZoom(scalars, "layers")).toBe("scalars");
  });
});
