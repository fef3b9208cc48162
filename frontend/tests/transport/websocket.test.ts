import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Incoming, Status } from "../../src/store/types";
import { backoff, connect } from "../../src/transport/websocket";

class FakeSocket {
  static all: FakeSocket[] = [];
  binaryType = "";
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
  receive(message: Partial<Incoming>) {
    this.onmessage?.({ data: JSON.stringify({ seq: 0, id: null, ...message }) });
  }
  drop(code = 1006) {
    this.onclose?.({ code });
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;

function start(alive?: () => Promise<boolean>) {
  const statuses: Status[] = [];
  const messages: Incoming[] = [];
  const errors: unknown[] = [];
  const transport = connect({
    url: "ws://here/ws",
    open: (url) => new FakeSocket(url) as unknown as WebSocket,
    pause: () => 0,
    onError: (error) => errors.push(error),
    ...(alive ? { alive } : {}),
  });
  transport.onStatus((status) => statuses.push(status));
  transport.onMessage((message) => messages.push(message));
  return { transport, statuses, messages, errors };
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});

describe("the socket", () => {
  it("keeps what is sent before it is open, and sends it in order", () => {
    const { transport } = start();
    transport.send({ type: "step", unit: "step", count: 1 });
    transport.send({ type: "pause" });
    expect(last().sent).toEqual([]);
    last().onopen?.();
    expect(last().sent.map((m) => m["type"])).toEqual(["step", "pause"]);
  });

  it("sends again what was not answered, with the same id, and only that", async () => {
    const { transport, statuses } = start();
    last().onopen?.();
    const first = transport.send({ type: "step", unit: "step", count: 1 });
    const second = transport.send({ type: "undo" });
    const long = transport.send({ type: "seek", iteration: 9, step: 0 });
    last().receive({ type: "moved", id: first, seq: 4 } as Partial<Incoming>);
    last().receive({ type: "progress", id: long, seq: 4 } as Partial<Incoming>); // not an answer yet
    last().drop();
    expect(statuses).toEqual(["open", "lost"]);
    await vi.runAllTimersAsync();
    expect(FakeSocket.all).toHaveLength(2);
    expect(last().url).toBe("ws://here/ws?since=4");
    last().onopen?.();
    expect(last().sent.map((m) => m["id"])).toEqual([second, long]);
  });

  it("subscribes again, but does not repeat an ack", async () => {
    const { transport } = start();
    last().onopen?.();
    transport.send({ type: "subscribe", names: ["w"] });
    transport.send({ type: "ack", seq: 1 });
    last().receive({ type: "done", id: String(last().sent[0]?.["id"]) } as Partial<Incoming>);
    last().drop();
    await vi.runAllTimersAsync();
    last().onopen?.();
    expect(last().sent.map((m) => m["type"])).toEqual(["subscribe"]);
  });

  it("gives up where the session is gone: by close code, by message, or because nobody knows it", async () => {
    const codes = start();
    last().onopen?.();
    last().drop(4404);
    expect(codes.statuses.at(-1)).toBe("gone");

    const told = start();
    last().onopen?.();
    last().receive({ type: "error", code: "session_lost" } as Partial<Incoming>);
    expect(told.statuses.at(-1)).toBe("gone");

    const asked = start(() => Promise.resolve(false));
    last().drop();
    await vi.runAllTimersAsync();
    expect(asked.statuses.at(-1)).toBe("gone");
  });

  it("goes on trying while the server is away", async () => {
    const { statuses } = start(() => Promise.reject(new Error("offline")));
    for (let i = 0; i < 3; i++) {
      last().drop();
      await vi.runAllTimersAsync();
    }
    expect(FakeSocket.all).toHaveLength(4);
    expect(statuses).toEqual(["lost", "lost", "lost"]);
  });

  it("survives a message that cannot be read", () => {
    const { messages, errors } = start();
    last().onopen?.();
    last().onmessage?.({ data: "{" });
    last().onmessage?.({ data: new ArrayBuffer(3) });
    last().receive({ type: "done" } as Partial<Incoming>);
    expect(errors).toHaveLength(2);
    expect(messages.map((m) => m.type)).toEqual(["done"]);
  });

  it("pauses longer and longer, but never long", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const pauses = [0, 1, 2, 3, 10].map(backoff);
    expect(pauses).toEqual([250, 500, 1000, 2000, 5000]);
  });
});
