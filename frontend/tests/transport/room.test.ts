import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RoomMessage } from "../../src/store/room";
import type { ClientMessage, Incoming, Status } from "../../src/store/types";
import { joinRoom } from "../../src/transport/room";

class FakeSocket {
  static all: FakeSocket[] = [];
  binaryType = "";
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {
    this.onclose?.({ code: 1000 });
  }
  receive(message: object) {
    this.onmessage?.({ data: JSON.stringify({ seq: 0, id: null, ...message }) });
  }
  drop(code = 1006) {
    this.onclose?.({ code });
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;
const types = () => last().sent.map((message) => message["type"]);

function start() {
  const statuses: Status[] = [];
  const messages: Incoming[] = [];
  const heard: RoomMessage[] = [];
  const line = joinRoom({
    url: "ws://here/api/rooms/ABCDEF/ws",
    open: (url) => new FakeSocket(url) as unknown as WebSocket,
    pause: () => 0,
    hello: () => ({ type: "join", name: "", member: "me-in-this-tab" }),
  });
  line.onStatus((status) => statuses.push(status));
  line.onMessage((message) => messages.push(message));
  line.onRoom((message) => heard.push(message));
  return { line, statuses, messages, heard };
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe("the line to a room", () => {
  it("says who it is, first, on each connection; and asks for nothing that was missed", async () => {
    const { statuses } = start();
    last().onopen?.();
    last().receive({ type: "welcome", seq: 12 });
    expect(types()).toEqual(["join"]);
    last().drop();
    await vi.advanceTimersByTimeAsync(1);
    last().onopen?.();
    expect(FakeSocket.all).toHaveLength(2);
    expect(last().url).toBe("ws://here/api/rooms/ABCDEF/ws");
    expect(types()).toEqual(["join"]);
    expect(statuses).toEqual(["open", "lost", "open"]);
  });

  it("keeps what the room says apart from what the session says", () => {
    const { messages, heard } = start();
    last().onopen?.();
    last().receive({ type: "room", code: "ABCDEF" });
    last().receive({ type: "moved" });
    expect(heard.map(({ type }) => type)).toEqual(["room"]);
    expect(messages.map(({ type }) => type)).toEqual(["moved"]);
  });

  it("refuses at once what would move the lesson, and says none of it", async () => {
    const { line, messages } = start();
    last().onopen?.();
    const moving: ClientMessage[] = [
      { type: "step", unit: "step", count: 1 },
      { type: "play", unit: "step", rate: 1 },
      { type: "edit", name: "w", value: 3 },
      { type: "guess", value: "-24" },
    ];
    const ids = moving.map((command) => line.send(command));
    await Promise.resolve();
    expect(types()).toEqual(["join"]);
    expect(messages).toMatchObject(ids.map((id) => ({ type: "error", code: "room_presenter_only", id })));
    expect(new Set(ids).size).toBe(moving.length);
  });

  it("asks what only looks, and asks again after a loss", async () => {
    const { line, messages } = start();
    last().onopen?.();
    const id = line.send({ type: "explain", name: "w", what: "grad", index: [] });
    expect(types()).toEqual(["join", "explain"]);
    last().drop();
    await vi.advanceTimersByTimeAsync(1);
    last().onopen?.();
    expect(types()).toEqual(["join", "explain"]);
    last().receive({ type: "explanation", id });
    expect(messages.map(({ type }) => type)).toEqual(["explanation"]);
    expect(line.pending()).toEqual([]);
  });

  it("acknowledges the last frame that was painted, and not each one", async () => {
    const { line } = start();
    last().onopen?.();
    for (const seq of [1, 2, 3, 4]) {
      line.send({ type: "ack", seq });
      await vi.advanceTimersByTimeAsync(30);
    }
    await vi.advanceTimersByTimeAsync(400);
    const acks = last().sent.filter(({ type }) => type === "ack");
    expect(acks.map(({ seq }) => seq)).toEqual([1, 4]);
  });

  it.each([4405, 4411])("ends for good where the room is over (%i)", async (code) => {
    const { statuses } = start();
    last().onopen?.();
    last().drop(code);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(statuses).toEqual(["open", "gone"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("comes back where it was only too slow", async () => {
    const { statuses } = start();
    last().onopen?.();
    last().drop(4408);
    await vi.advanceTimersByTimeAsync(1);
    expect(statuses).toEqual(["open", "lost"]);
    expect(FakeSocket.all).toHaveLength(2);
  });
});
