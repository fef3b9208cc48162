import { describe, expect, it } from "vitest";
import { bytes, inOrder } from "../../src/panels/room/record";
import { PROGRAMS, record } from "../support/trace";

const said = record(PROGRAMS["one-weight"]!);

describe("what was recorded", () => {
  it("has each place once, in the order of time, in whichever it came", () => {
    const frames = said.filter((message) => message.type === "frame");
    const mixed = [...frames.slice(3), ...said.filter(({ type }) => type !== "frame"), ...frames, ...frames];
    const ordered = inOrder(mixed);
    expect(ordered.filter((message) => message.type === "frame").map(({ cursor }) => cursor)).toEqual(
      frames.map(({ cursor }) => cursor),
    );
    expect(ordered[0]?.type).not.toBe("frame");
  });

  it("knows how many bytes of numbers it holds", () => {
    expect(bytes(said)).toBe(0);
    const frame = said.find((message) => message.type === "frame");
    expect(bytes([{ ...frame, payload: new ArrayBuffer(24) } as never])).toBe(24);
  });
});
