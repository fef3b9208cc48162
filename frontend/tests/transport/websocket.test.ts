import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, Incoming, Status } from "../../src/store/types";
import { backoff, connect, MOST_WAITING, OPENING, PATIENCE, QUIET } from "../../src/transport/websocket";

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

function start() {
  const statuses: Status[] = [];
  const messages: Incoming[] = [];
  const errors: unknown[] = [];
  const waiting: number[] = [];
  const transport = connect({
    url: "ws://here/ws",
    open: (url) => new FakeSocket(url) as unknown as WebSocket,
    pause: () => 0,
    onError: (error) => errors.push(error),
  });
  transport.onStatus((status) => statuses.push(status));
  transport.onMessage((message) => messages.push(message));
  transport.onWaiting((count) => waiting.push(count));
  return { transport, statuses, messages, errors, waiting };
}

const step: ClientMessage = { type: "step", unit: "step", count: 1 };
const types = () => last().sent.map((m) => m["type"]);
const ids = () => last().sent.map((m) => m["id"]);
const answer = (id: string, seq = 0) => last().receive({ type: "moved", id, seq } as Partial<Incoming>);
const welcome = () => last().receive({ type: "welcome", seq: 0 } as Partial<Incoming>);

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe("the socket", () => {
  it("keeps what is sent before it is open, and sends it in order, each when the one before is answered", () => {
    const { transport, waiting } = start();
    const first = transport.send(step);
    const second = transport.send({ type: "pause" });
    expect(last().sent).toEqual([]);
    last().onopen?.();
    expect(ids()).toEqual([first]);
    const third = transport.send(step);
    answer(first);
    expect(ids()).toEqual([first, second]);
    last().receive({ type: "progress", id: second } as Partial<Incoming>); // still at it
    expect(ids()).toEqual([first, second]);
    answer(second);
    answer(third);
    expect(ids()).toEqual([first, second, third]);
    expect(waiting).toEqual([1, 2, 3, 2, 1, 0]);
    // From then on all goes at once.
    transport.send(step);
    transport.send(step);
    expect(last().sent).toHaveLength(5);
  });

  it("sends again what was not answered, with the same id, and only that", async () => {
    const { transport, statuses } = start();
    last().onopen?.();
    const first = transport.send(step);
    const second = transport.send({ type: "undo" });
    const long = transport.send({ type: "seek", iteration: 9, step: 0 });
    answer(first, 4);
    last().receive({ type: "progress", id: long, seq: 4 } as Partial<Incoming>); // not an answer yet
    last().drop();
    expect(statuses).toEqual(["open", "lost"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeSocket.all).toHaveLength(2);
    expect(last().url).toBe("ws://here/ws?since=4");
    last().onopen?.();
    answer(second);
    expect(ids()).toEqual([second, long]);
    expect(transport.pending().map((m) => m.id)).toEqual([long]);
  });

  it("does not make what ends a long command wait for it", () => {
    const { transport } = start();
    transport.send({ type: "seek", iteration: 900, step: 0 });
    last().onopen?.();
    transport.send({ type: "cancel" });
    expect(types()).toEqual(["seek", "cancel"]);
  });

  it("subscribes again, but does not repeat an ack", async () => {
    const { transport } = start();
    last().onopen?.();
    transport.send({ type: "subscribe", names: ["w"] });
    transport.send({ type: "ack", seq: 1 });
    last().receive({ type: "done", id: String(last().sent[0]?.["id"]) } as Partial<Incoming>);
    last().drop();
    await vi.advanceTimersByTimeAsync(1);
    last().onopen?.();
    expect(types()).toEqual(["subscribe"]);
  });

  it("takes so many commands while it is down, and says of one more that it is not taken", async () => {
    const { transport, messages, waiting } = start();
    last().onopen?.();
    last().drop();
    const taken = Array.from({ length: MOST_WAITING }, () => transport.send(step));
    const refused = transport.send(step);
    await Promise.resolve();
    expect(messages).toEqual([expect.objectContaining({ type: "error", code: "offline_full", id: refused })]);
    expect(transport.pending().map((m) => m.id)).toEqual(taken);
    expect(waiting.at(-1)).toBe(MOST_WAITING);
  });

  it("gives up where the session is gone: by close code or by message; what was not answered is kept", () => {
    const codes = start();
    last().onopen?.();
    const id = codes.transport.send(step);
    last().drop(4404);
    expect(codes.statuses.at(-1)).toBe("gone");
    expect(codes.transport.pending().map((m) => m.id)).toEqual([id]);

    const told = start();
    last().onopen?.();
    last().receive({ type: "error", code: "session_lost" } as Partial<Incoming>);
    expect(told.statuses.at(-1)).toBe("gone");
  });

  it("goes on trying while the server is away", async () => {
    const { statuses } = start();
    for (let i = 0; i < 3; i++) {
      last().drop();
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(FakeSocket.all).toHaveLength(4);
    expect(statuses).toEqual(["lost", "lost", "lost"]);
  });

  it("asks a server that is silent whether it is there, and tells nobody of the answer", async () => {
    const { statuses, messages } = start();
    last().onopen?.();
    welcome();
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(QUIET);
      expect(types()).toEqual(Array.from({ length: i + 1 }, () => "ping"));
      last().receive({ type: "done", id: String(last().sent.at(-1)?.["id"]) } as Partial<Incoming>);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(statuses).toEqual(["open"]);
    expect(messages.map((m) => m.type)).toEqual(["welcome"]);
  });

  it("lets go of a socket that has fallen silent, and hears nothing of it any more", async () => {
    const { transport, statuses, messages } = start();
    last().onopen?.();
    welcome();
    const id = transport.send(step);
    await vi.advanceTimersByTimeAsync(PATIENCE + 1);
    expect(statuses).toEqual(["open", "lost"]);
    expect(FakeSocket.all).toHaveLength(2);
    // The server thaws: the old socket speaks as well, and the command is answered twice.
    const [old] = FakeSocket.all;
    old?.receive({ type: "moved", id, seq: 1 } as Partial<Incoming>);
    old?.drop();
    expect(FakeSocket.all).toHaveLength(2);
    last().onopen?.();
    expect(ids()).toEqual([id]);
    answer(id);
    expect(messages.map((m) => m.type)).toEqual(["welcome", "moved"]);
  });

  it("does not wait for ever for a connection to open", async () => {
    const { statuses } = start();
    await vi.advanceTimersByTimeAsync(OPENING + 1);
    expect(statuses).toEqual(["lost"]);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("believes no deadline that was itself held back", async () => {
    const { transport, statuses } = start();
    last().onopen?.();
    welcome();
    transport.send(step);
    // The computer slept: the timer comes much too late, and what has arrived has not been looked at yet.
    vi.setSystemTime(Date.now() + 60_000);
    await vi.advanceTimersByTimeAsync(PATIENCE + 1);
    expect(statuses).toEqual(["open"]);
  });

  it("does nothing any more when it is closed", async () => {
    const { transport, statuses } = start();
    last().onopen?.();
    welcome();
    transport.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(statuses).toEqual(["open"]);
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
