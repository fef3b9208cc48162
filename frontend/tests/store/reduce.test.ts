import { describe, expect, it } from "vitest";
import type { Action, ServerMessage, State } from "../../src/store/types";
import { initialState, reduce } from "../../src/store/reduce";
import { createStore } from "../../src/store/store";
import { PROGRAMS, record } from "../support/trace";

const trace = record(PROGRAMS["one-weight"]!);
const welcome = trace.find((m) => m.type === "welcome")!;
const graph = trace.find((m) => m.type === "graph")!;
const frames = trace.filter((m) => m.type === "frame");
const base = { seq: 1, id: "a" };

function run(...actions: Action[]): State {
  return actions.reduce(reduce, initialState);
}

/** One of each message of the protocol: the type makes this list exhaustive. */
const each: { [T in ServerMessage["type"]]: Extract<Action, { type: T }> } = {
  welcome: welcome as Extract<Action, { type: "welcome" }>,
  graph: graph as Extract<Action, { type: "graph" }>,
  frame: frames[4] as Extract<Action, { type: "frame" }>,
  companion: {
    ...base,
    type: "companion",
    name: "adam",
    beside: "sgd",
    cursor: { branch: 1, iteration: 0, step: 4 },
    phase: "forward",
    config: {},
    differs: ["optimizer"],
    loss: 3,
    evaluation: null,
    runs: [],
    names: ["w"],
    tensors: [
      {
        what: "value",
        index: 0,
        dtype: "float32",
        shape: [],
        offset: null,
        data: 2.5,
        summary: null,
        units: null,
        scale: null,
      },
    ],
  },
  moved: {
    ...base,
    type: "moved",
    cursor: { branch: 0, iteration: 0, step: 3 },
    phase: "forward",
    reached: null,
    breakpoint: null,
    because: null,
  },
  dataset: {
    ...base,
    type: "dataset",
    inputs: [[1, -2]],
    targets: [1],
    classes: 2,
    held_out: 0,
    low: -6,
    high: 6,
    says: "probability",
  },
  done: { ...base, type: "done" },
  progress: { ...base, type: "progress", done: 3, total: 9 },
  playback: { ...base, type: "playback", playing: true, unit: "phase", rate: 4 },
  configured: { ...base, type: "configured", config: { lr: 0.5 }, from_iteration: 1, can_undo: true },
  branches: {
    ...base,
    type: "branches",
    branches: [{ id: 1, parent: 0, fork_iteration: 0, cause: "edit w", tip: 2 }],
    current: 1,
    can_undo: true,
    companion: null,
  },
  metrics: { ...base, type: "metrics", branch: 0, start: 0, columns: { loss: [16, "NaN", null] } },
  breakpoints: { ...base, type: "breakpoints", breakpoints: [{ id: 1, condition: { kind: "non_finite" } }] },
  explanation: {
    ...base,
    type: "explanation",
    cursor: { branch: 0, iteration: 0, step: 8 },
    name: "w",
    what: "grad",
    index: [],
    argument: null,
    own: null,
    shape: [],
    value: -24,
    formula: "",
    rule: "",
    terms: [],
    convention: null,
    python: "",
    path: "",
    symbol: null,
    began: null,
  },
  gradcheck_result: {
    ...base,
    type: "gradcheck_result",
    name: "w",
    epsilon: 1e-5,
    analytic: -24,
    numeric: -24,
    max_relative_error: 0,
    passed: true,
    kink: false,
  },
  pytorch_result: {
    ...base,
    type: "pytorch_result",
    name: "w",
    what: "grad",
    code: "w.grad",
    installed: false,
    value: null,
  },
  sample_result: {
    ...base,
    type: "sample_result",
    cursor: { branch: 0, iteration: 0, step: 0 },
    row: 0,
    count: 1,
    reduction: "mean",
    loss: 1,
    values: {},
    deltas: {},
    grads: {},
  },
  arrows_result: {
    ...base,
    type: "arrows_result",
    cursor: { branch: 0, iteration: 0, step: 0 },
    name: "w",
    first: [0],
    second: null,
    reduction: "mean",
    losses: [1],
    samples: [[1]],
    together: [1],
    penalty: [0],
    batch: [1],
  },
  unfolded: {
    ...base,
    type: "unfolded",
    cursor: { branch: 0, iteration: 0, step: 0 },
    layer: "hidden1",
    unit: 0,
    source: null,
    row: 0,
    count: 1,
    graph: (graph as Extract<Action, { type: "graph" }>).graph,
    frame: frames[0]! as Extract<Action, { type: "frame" }>,
    cells: [],
    parts: [],
  },
  map_result: {
    ...base,
    type: "map_result",
    low: [0, 0],
    high: [1, 1],
    count: 2,
    heights: [0, 1, 2, 3],
    arrows: 1,
    field: [[1, 2]],
  },
  scene_result: {
    ...base,
    type: "scene_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    picture: "batch",
    row: 0,
    count: 1,
    side: 1,
    pixels: "AAAA",
    true: [],
    thumbnail: 1,
    thumbnails: ["AAAA"],
  },
  detect_result: {
    ...base,
    type: "detect_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    picture: "batch",
    row: 0,
    count: 1,
    threshold: 0.5,
    true: [],
    found: [],
    terms: [],
    map50: null,
    layers: [],
    dragged: null,
    against: null,
    pulls: [],
    traced: null,
  },
  precision_result: {
    ...base,
    type: "precision_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    part: "test",
    iou: 0.5,
    scenes: 1,
    curves: [],
    mean: null,
  },
  filter_result: {
    ...base,
    type: "filter_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    name: "conv1.conv2d#0",
    channel: 0,
    channels: 8,
    count: 360,
    rows: 8,
    columns: 8,
    best: [],
    excited_place: [0, 0],
    excited: [],
  },
  numbers_result: {
    ...base,
    type: "numbers_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    tensors: [],
  },
  uses_result: {
    ...base,
    type: "uses_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    name: "conv1.weight",
    index: [0, 0, 1, 1],
    row: 0,
    node: "conv1.conv2d#0",
    source: "x",
    rows: 1,
    columns: 1,
    pixels: [0.5],
    slopes: [2],
    products: [1],
    sums: [1],
    shares: [1],
    total: 1,
  },
  differences_result: {
    ...base,
    type: "differences_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    runs: [],
    backward_passes: 1,
    largest: 0,
  },
  token_result: {
    ...base,
    type: "token_result",
    cursor: { branch: 0, iteration: 0, step: 3 },
    row: 0,
    position: 1,
    count: 2,
    reduction: "mean",
    target: 1,
    loss: 0.7,
    probabilities: [0.5, 0.5],
    stages: [],
    attention: [],
  },
  written: {
    ...base,
    type: "written",
    cursor: { branch: 0, iteration: 0, step: 3 },
    text: "a",
    seen: "a",
    probabilities: [0.5, 0.5],
    tempered: [0.5, 0.5],
    continued: "b",
  },
  nudge_result: {
    ...base,
    type: "nudge_result",
    cursor: { branch: 0, iteration: 0, step: 0 },
    name: "w",
    index: [],
    h: 0.1,
    value: 2,
    loss: 16,
    nudged: 13.7,
    slope: -23.1,
    gradient: -24,
  },
  sweep_result: {
    ...base,
    type: "sweep_result",
    name: "w",
    cursor: { branch: 0, iteration: 0, step: 0 },
    xs: [0],
    losses: [100],
  },
  fired: { ...base, type: "fired", name: "c", fired: false, arrived: 1, expected: 2, missing: ["exp#0"] },
  prediction: {
    ...base,
    type: "prediction",
    on: true,
    guess: 1,
    actual: 2,
    relative_error: 0.5,
    verdict: "wrong",
  },
  error: {
    ...base,
    type: "error",
    code: "unknown_name",
    status: 404,
    title: "",
    detail: "",
    hint: "",
    place: null,
    reason: null,
    params: {},
  },
};

describe("the store", () => {
  it("takes in every message of the protocol: each but those that are for one asker changes something", () => {
    const answers = [
      "done",
      "sample_result",
      "arrows_result",
      "unfolded",
      "map_result",
      "scene_result",
      "detect_result",
      "precision_result",
      "filter_result",
      "uses_result",
      "numbers_result",
      "differences_result",
      "nudge_result",
      "token_result",
      "written",
    ];
    for (const message of Object.values(each)) {
      const after = reduce(initialState, message);
      if (answers.includes(message.type)) expect(after).toBe(initialState);
      else expect(after, message.type).not.toEqual(initialState);
    }
  });

  it("ignores messages that it does not know", () => {
    expect(reduce(initialState, { type: "telepathy", seq: 1 } as unknown as Action)).toBe(initialState);
  });

  it("never changes a state in place", () => {
    const freeze = (state: State) => Object.freeze(state);
    let state = freeze(initialState);
    for (const message of [...Object.values(each), ...trace]) state = freeze(reduce(state, message));
    expect(initialState.frame).toBeNull();
  });

  it("moves cursor, phase and picture together, with the frame", () => {
    const before = run(welcome, graph, frames[0]!);
    const told = reduce(before, each.moved);
    expect(told.cursor).toEqual(before.cursor);
    const after = reduce(told, frames[5]!);
    expect(after.cursor?.step).toBe(5);
    expect(after.phase).toBe("backward");
    expect(after.previous).toBe(before.frame);
  });

  it("shows a frame only with the graph that it belongs to", () => {
    const other = { ...frames[2]!, topology: 2 };
    expect(run(welcome, graph, other).graph).toBeNull();
    const second = { ...graph, graph: { ...(graph as typeof each.graph).graph, topology: 2 } } as Action;
    expect(run(welcome, graph, other, second).graph?.topology).toBe(2);
    expect(run(welcome, graph, second, frames[2]!).graph?.topology).toBe(1);
  });

  it("shows a companion with the frame that it belongs to, and no longer", () => {
    const { seq } = frames[4]!;
    const before = run(welcome, graph, frames[3]!, { ...each.companion, seq });
    expect(before.companion, "its frame is not here yet").toBeNull();
    const after = reduce(before, frames[4]!);
    expect(after.companion?.header).toMatchObject({ name: "adam", loss: 3 });
    expect(after.companion?.value("w")?.data?.[0]).toBe(2.5);
    expect(after.companion?.grad("w")).toBeNull();
    expect(after.companion?.value("b")).toBeNull();
    expect(reduce(after, frames[5]!).companion).toBeNull();
    expect(reduce(before, frames[5]!).companion, "of another frame").toBeNull();
    expect(run(welcome, { ...each.branches, companion: 3 }).companionBranch).toBe(3);
  });

  it("does not go back to a frame that was overtaken", () => {
    const state = run(welcome, graph, frames[5]!, frames[3]!);
    expect(state.cursor?.step).toBe(5);
  });

  it("follows a session that the server has made again, and that counts anew", () => {
    const old = run(welcome, graph, ...frames.slice(0, 9));
    expect(old.newest).toBeGreaterThan(3);
    const again = [{ ...welcome, seq: 0 } as Action, { ...frames[2]!, seq: 0 }].reduce(reduce, old);
    expect(again.cursor?.step).toBe(2);
    expect(reduce(again, { ...frames[3]!, seq: 1 }).cursor?.step).toBe(3);
  });

  it("starts anew when the session does, although its revisions are lower", () => {
    const old = run(welcome, graph, frames[9]!);
    const again = [{ ...welcome, seq: 0 } as Action, graph, { ...frames[0]!, seq: 0 } as Action].reduce(
      reduce,
      reduce(old, { type: "local/session", lesson: "one-weight", config: {}, seed: 7 }),
    );
    expect(again.cursor?.step).toBe(0);
    expect(again.previous).toBeNull();
  });

  it("keeps metrics by branch, and lets those of branches go that are gone", () => {
    const more = { ...each.metrics, start: 1, columns: { loss: [4, 1], w: [2] } } as Action;
    const child = { ...each.metrics, branch: 1, start: 2, columns: { loss: [9] } } as Action;
    const state = run(each.metrics, more, child);
    const columns = state.metrics.get(0)!.columns;
    expect([0, 1, 2, 3].map((k) => columns["loss"]!.at(k))).toEqual([16, 4, 1, null]);
    expect([0, 1, 2].map((k) => columns["w"]!.at(k))).toEqual([null, 2, null]);
    expect(run(each.metrics).metrics.get(0)!.columns["loss"]!.at(1)).toBeNaN();
    expect(state.metrics.get(1)).toMatchObject({ first: 2, end: 3 });
    expect([...reduce(state, each.branches).metrics.keys()]).toEqual([1]);
  });

  it("forgets checks when the cursor leaves them, and progress when it ends", () => {
    const state = run(welcome, graph, frames[8]!, each.gradcheck_result, each.pytorch_result);
    expect(state.gradchecks.get("w")?.passed).toBe(true);
    const moved = reduce(state, frames[9]!);
    expect(moved.gradchecks.size).toBe(0);
    expect(moved.pytorch).toBeNull();
    expect(run(each.progress, { ...each.done, id: "b" }).progress?.done).toBe(3);
    expect(run(each.progress, each.done).progress).toBeNull();
  });

  it("tells subscribers of changes, and only of changes", () => {
    const store = createStore();
    const seen: string[] = [];
    const stop = store.subscribe((state, old) => seen.push(`${old.status}>${state.status}`));
    store.dispatch({ type: "local/status", status: "connecting" });
    store.dispatch({ type: "local/status", status: "open" });
    stop();
    store.dispatch({ type: "local/status", status: "lost" });
    expect(seen).toEqual(["connecting>open"]);
  });
});
