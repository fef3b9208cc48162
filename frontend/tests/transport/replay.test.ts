import { describe, expect, it } from "vitest";
import { createStore } from "../../src/store/store";
import { isContiguous, parseTrace, replay } from "../../src/transport/replay";
import { PROGRAMS, record } from "../support/trace";

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const trace = record(PROGRAMS["one-weight"]!);

async function open() {
  const store = createStore();
  const transport = replay(trace);
  transport.onMessage((message) => store.dispatch(message));
  transport.onStatus((status) => store.dispatch({ type: "local/status", status }));
  await settle();
  const go = async (message: Parameters<typeof transport.send>[0]) => {
    transport.send(message);
    await settle();
    return store.state;
  };
  return { store, transport, go };
}

describe("a recording", () => {
  it("opens at the start, with its graph", async () => {
    const { store } = await open();
    expect(store.state.status).toBe("open");
    expect(store.state.graph?.nodes.map((n) => n.name)).toContain("mul#0");
    expect(store.state.cursor).toEqual({ branch: 0, iteration: 0, step: 0 });
  });

  it("stops as the timeline says: two phases from (0, 0) show −24, one iteration the new weight", async () => {
    const { go, store } = await open();
    const w = store.state.graph?.nodes.find((n) => n.name === "w")?.index ?? -1;
    const phases = await go({ type: "step", unit: "phase", count: 2 });
    expect(phases.frame?.grad(w)?.data?.[0]).toBe(-24);
    await go({ type: "seek", iteration: 0, step: 0 });
    const iteration = await go({ type: "step", unit: "iteration", count: 1 });
    expect(iteration.frame?.value(w)?.data?.[0]).toBeCloseTo(2.24);
    expect(iteration.frame?.grad(w)?.data?.[0]).toBe(-24);
  });

  it("opens where it is to go on, or at the last place before it that there is", async () => {
    const at = async (from: { iteration: number; step: number }) => {
      const store = createStore();
      const transport = replay(trace, { from });
      transport.onMessage((message) => store.dispatch(message));
      await settle();
      return store.state.cursor;
    };
    expect(await at({ iteration: 0, step: 6 })).toEqual({ branch: 0, iteration: 0, step: 6 });
    expect(await at({ iteration: 0, step: 999 })).toMatchObject({ iteration: 0, step: 9 });
    expect(await at({ iteration: 0, step: 0 })).toMatchObject({ iteration: 0, step: 0 });
  });

  it("answers what it is told the answer of, and refuses the rest", async () => {
    const heard: string[] = [];
    const transport = replay(trace, {
      answer: ({ type }) =>
        type === "gradcheck"
          ? ({
              type: "gradcheck_result",
              seq: 0,
              id: null,
              name: "w",
              max_relative_error: 0,
              passed: true,
              checked: 1,
            } as never)
          : null,
    });
    transport.onMessage((message) => heard.push(message.type));
    await settle();
    heard.length = 0;
    transport.send({ type: "gradcheck", name: "w" });
    transport.send({ type: "edit", name: "w", value: 1 });
    await settle();
    expect(heard).toEqual(["gradcheck_result", "error"]);
  });

  it("says where it was clamped", async () => {
    const { go } = await open();
    expect((await go({ type: "step", unit: "step", count: 10_000 })).lastMoved?.reached).toBe("end");
    expect((await go({ type: "step", unit: "step", count: -10_000 })).lastMoved?.reached).toBe("start");
    expect((await go({ type: "step", unit: "step", count: 1 })).lastMoved?.reached).toBeNull();
  });

  it("refuses what it cannot do, in the protocol's words", async () => {
    const { go } = await open();
    expect((await go({ type: "seek", iteration: 99, step: 0 })).error?.code).toBe("not_in_replay");
    expect((await go({ type: "undo" })).error?.code).toBe("not_in_replay");
  });

  it("is whole, or known not to be", () => {
    const { frames, graphs } = replay(trace);
    expect(isContiguous(frames, graphs)).toBe(true);
    expect(isContiguous([...frames.slice(0, 3), ...frames.slice(5)], graphs)).toBe(false);
  });

  it("is read line by line, and a broken line is named", () => {
    expect(parseTrace(trace.map((m) => JSON.stringify(m)).join("\n") + "\n")).toEqual(trace);
    expect(() => parseTrace('{"type":"done"}\n{"type"')).toThrow(/line 2/);
  });
});
