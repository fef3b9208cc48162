import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage, FrameMessage, Incoming, Status } from "../../src/store/types";
import { Completed } from "../../src/transport/completed";
import { frameView } from "../../src/transport/frames";
import { Emitter } from "../../src/transport/transport";

const tensor = (what: string, index: number, data: number) => ({
  ...{
    what,
    index,
    dtype: "float32",
    shape: [],
    scale: null,
    offset: null,
    data,
    summary: null,
    units: null,
  },
});

function frame(seq: number, left: object[], tensors: object[] = []): Incoming {
  return { type: "frame", seq, id: null, tensors, left } as unknown as Incoming;
}

/** A line whose answers the test gives, and a page that looks at some values of each frame that it is shown. */
function start(looks: number[]) {
  const sent: ClientMessage[] = [];
  const messages = new Emitter<Incoming>();
  const statuses = new Emitter<Status>();
  const line = {
    send(message: ClientMessage) {
      sent.push(message);
      return `q${sent.length}`;
    },
    onMessage: (listener: (message: Incoming) => void) => messages.on(listener),
    onStatus: (listener: (status: Status) => void) => statuses.on(listener),
  };
  const completed = new Completed(line);
  const shown: { seq: number; values: (number | null)[] }[] = [];
  const page = { looks };
  completed.onMessage((message) => {
    if (message.type !== "frame") return;
    const view = frameView(message as FrameMessage);
    shown.push({
      seq: message.seq,
      values: page.looks.map((node) => view.value(node)?.data?.[0] ?? null),
    });
  });
  const answer = (seq: number, tensors: object[]) => {
    messages.emit({ type: "numbers_result", seq, id: `q${sent.length}`, tensors } as unknown as Incoming);
  };
  return { sent, messages, statuses, shown, page, answer, completed };
}

const LEFT = [{ what: "value", ranges: [2, 9] }];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a frame that has left numbers out", () => {
  it("asks for what is looked at, once and in one piece, and for nothing else", () => {
    const { sent, messages, shown, answer } = start([1, 3, 4, 7]);
    messages.emit(frame(1, LEFT, [tensor("value", 1, 10)]));
    expect(shown).toEqual([{ seq: 1, values: [10, null, null, null] }]);
    vi.runAllTimers();
    expect(sent).toEqual([{ type: "numbers", of: [{ what: "value", ranges: [3, 4, 7, 7] }], row: 0 }]);
    answer(1, [tensor("value", 3, 30), tensor("value", 4, 40)]);
    expect(shown.at(-1)).toEqual({ seq: 1, values: [10, 30, 40, null] });
    vi.runAllTimers();
    expect(sent, "what was not in the answer is not there").toHaveLength(1);
  });

  it("tells the sizes of layers one by one, where the room has told them by kind", () => {
    const { messages, completed } = start([]);
    const told: unknown[] = [];
    completed.onMessage((message) => told.push(message.type === "frame" ? message.runs : null));
    const layers = [
      { activation: 0.5, grad: 1e-40, complete: true, weight_grad: null, gain: null },
      { activation: 0.25, grad: null, complete: false, weight_grad: null, gain: null },
    ];
    const columns = {
      activation: [0.5, 0.25],
      grad: [1e-40, null],
      complete: [true, false],
      weight_grad: [null, null],
      gain: [null, null],
    };
    const small = { name: "b", layers, columns: null };
    const sent = { ...frame(1, []), runs: [{ name: "a", layers: [], columns }, small] };
    messages.emit(sent as unknown as Incoming);
    expect(told).toEqual([[{ name: "a", layers, columns: null }, small]]);
  });

  it("shows the next one when what was looked at has come, and the picture before until then", () => {
    const { messages, shown, answer, sent } = start([3]);
    messages.emit(frame(1, LEFT));
    vi.runAllTimers();
    answer(1, [tensor("value", 3, 30)]);
    const before = shown.length;
    messages.emit(frame(2, LEFT));
    messages.emit(frame(3, LEFT));
    expect(shown).toHaveLength(before);
    expect(sent).toHaveLength(2);
    // The answer belongs to the frame that the connection had: the older one is shown, then it goes on to the newest.
    answer(2, [tensor("value", 3, 31)]);
    expect(shown.at(-1)).toEqual({ seq: 2, values: [31] });
    expect(sent).toHaveLength(3);
    answer(3, [tensor("value", 3, 32)]);
    expect(shown.at(-1)).toEqual({ seq: 3, values: [32] });
  });

  it("shows whole frames at once, and forgets what is no longer looked at", () => {
    const { messages, shown, sent, page, answer } = start([3]);
    messages.emit(frame(1, LEFT));
    vi.runAllTimers();
    answer(1, [tensor("value", 3, 30)]);
    page.looks = [];
    for (let seq = 2; seq < 12; seq += 1) messages.emit(frame(seq, [], []));
    expect(shown.at(-1)?.seq).toBe(11);
    messages.emit(frame(12, LEFT));
    expect(shown.at(-1)?.seq).toBe(12);
    expect(sent).toHaveLength(1);
  });

  it("asks again where the room was too busy or the line broke, and shows what it has in the end", () => {
    const { messages, statuses, shown, sent, answer } = start([3]);
    messages.emit(frame(1, LEFT));
    vi.runAllTimers();
    answer(1, [tensor("value", 3, 30)]);
    messages.emit(frame(2, LEFT));
    statuses.emit("lost");
    messages.emit({ type: "welcome" } as Incoming);
    messages.emit(frame(3, LEFT));
    vi.runAllTimers();
    expect(shown.at(-1)).toEqual({ seq: 3, values: [null] });
    answer(3, [tensor("value", 3, 33)]);
    messages.emit(frame(4, LEFT));
    for (let tries = 0; tries < 20; tries += 1) {
      messages.emit({ type: "error", seq: 0, id: `q${sent.length}`, code: "busy" } as unknown as Incoming);
      vi.runOnlyPendingTimers();
    }
    expect(shown.at(-1)?.seq).toBe(4);
  });
});
