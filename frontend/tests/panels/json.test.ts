import { describe, expect, it } from "vitest";
import { indented } from "../../src/panels/model/json";

describe("JSON on several lines", () => {
  it("keeps every number as it was sent", () => {
    const sent = '{"name":"w","shape":[],"dtype":"float32","data":-24.0}';
    expect(indented(sent)).toBe(
      '{\n  "name": "w",\n  "shape": [],\n  "dtype": "float32",\n  "data": -24.0\n}',
    );
  });

  it("keeps lists in one line, and strings as they are", () => {
    const sent = '{"name":"a\\"{,:}[","data":[[1.0,1e-05],[0.0,"NaN"]]}';
    const shown = indented(sent);
    expect(shown).toBe('{\n  "name": "a\\"{,:}[",\n  "data": [[1.0, 1e-05], [0.0, "NaN"]]\n}');
    expect(JSON.parse(shown)).toEqual(JSON.parse(sent));
  });
});
