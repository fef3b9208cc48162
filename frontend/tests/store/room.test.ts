import { describe, expect, it } from "vitest";
import { codeIn, isRoomMessage, readCode, showCode } from "../../src/store/room";

describe("a room's code", () => {
  it.each([
    "ABCDEF",
    "abc-def",
    " abc def ",
    "ABC–DEF",
    "http://10.0.0.7:8000/room/abc-def",
    "/room/ABCDEF?x=1",
  ])("is read kindly: %s", (text) => {
    expect(readCode(text)).toBe("ABCDEF");
  });

  it.each(["", "ABCDE", "ABCDEFG", "http://10.0.0.7:8000/one-weight", "???-???"])("is not %s", (text) => {
    expect(readCode(text)).toBeNull();
  });

  it("is shown in two parts, and read again", () => {
    expect(showCode("ABCDEF")).toBe("ABC-DEF");
    expect(readCode(showCode("K7M2PQ"))).toBe("K7M2PQ");
  });

  it("is what the address of a room holds, and no other address", () => {
    expect(codeIn({ pathname: "/room/ABC-DEF" })).toBe("ABC-DEF");
    expect(codeIn({ pathname: "/room/abc%20def" })).toBe("abc def");
    expect(codeIn({ pathname: "/room/%zz" })).toBe("%zz");
    expect(codeIn({ pathname: "/room/" })).toBe("");
    expect(codeIn({ pathname: "/one-weight" })).toBeNull();
    expect(codeIn({ pathname: "/rooms" })).toBeNull();
  });
});

describe("a room's own messages", () => {
  it("are told from those of the session", () => {
    expect(isRoomMessage({ type: "room" })).toBe(true);
    expect(isRoomMessage({ type: "spread" })).toBe(true);
    expect(isRoomMessage({ type: "frame" })).toBe(false);
    expect(isRoomMessage({ type: "error" })).toBe(false);
    expect(isRoomMessage({})).toBe(false);
  });
});
