/** Plays a recorded trace (JSON lines of server messages) as if it were a session: for tests and demonstrations. */
import { relation, stops } from "../store/timeline";
import type { ClientMessage, Cursor, FrameMessage, Graph, Incoming, Status, Unit } from "../store/types";
import { Emitter, nextId, type Transport } from "./transport";

/** The messages of a recording. Throws where a line is not one. */
export function parseTrace(text: string): Incoming[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i) => {
      try {
        return JSON.parse(line) as Incoming;
      } catch {
        throw new Error(`line ${i + 1} of the trace is not JSON`);
      }
    });
}

export interface Replay extends Transport {
  readonly frames: readonly FrameMessage[];
  readonly graphs: ReadonlyMap<number, Graph>;
}

type Reached = "start" | "end" | null;

export interface ReplayOptions {
  /** Where to stand at first: there, or at the last place before it that there is. */
  from?: Pick<Cursor, "iteration" | "step">;
  /** Answers to what is asked where one stands and moves nothing, where they are known. */
  answer?: (message: ClientMessage, cursor: Cursor) => Incoming | null;
}

export function replay(trace: string | readonly Incoming[], options: ReplayOptions = {}): Replay {
  const recorded = typeof trace === "string" ? parseTrace(trace) : trace;
  const messages = new Emitter<Incoming>();
  const statuses = new Emitter<Status>();
  const frames: FrameMessage[] = [];
  const graphs = new Map<number, Graph>();
  const opening: Incoming[] = [];
  for (const message of recorded) {
    if (message.type === "frame") frames.push(message);
    else if (message.type === "graph") graphs.set(message.graph.topology, message.graph);
    else if (message.type === "welcome" || message.type === "metrics" || message.type === "branches")
      opening.push(message);
  }
  const { from } = options;
  const before = ({ cursor }: FrameMessage) =>
    !from ||
    cursor.iteration < from.iteration ||
    (cursor.iteration === from.iteration && cursor.step <= from.step);
  let at = from ? Math.max(0, frames.findLastIndex(before)) : 0;
  let seq = 0;
  let sent = -1;
  let timer: ReturnType<typeof setInterval> | undefined;

  const emit = (message: Incoming) => messages.emit({ ...message, seq });

  const show = (id: string | null) => {
    const frame = frames[at];
    if (!frame) return;
    const graph = graphs.get(frame.topology);
    if (graph && sent !== frame.topology) emit({ type: "graph", seq, id: null, graph });
    sent = frame.topology;
    emit({ ...frame, id });
  };

  const go = (target: number, id: string | null, reached: Reached) => {
    seq += 1;
    at = target;
    const frame = frames[at];
    if (!frame) return;
    const { cursor, phase } = frame;
    emit({ type: "moved", seq, id, cursor, phase, reached, breakpoint: null, because: null });
    show(id);
  };

  const refuse = (id: string, code: string, detail: string) =>
    emit({
      type: "error",
      seq,
      id,
      code,
      status: 409,
      title: "Not in a recording",
      detail,
      hint: "",
      place: null,
      reason: null,
      params: {},
    });

  const stopIndices = (unit: Unit): number[] =>
    frames.flatMap((frame, i) => {
      const steps = graphs.get(frame.topology)?.steps ?? [];
      const first = frame.cursor.iteration === 0 && frame.cursor.step === 0;
      return first || stops(steps, unit, 1, frame.cursor.iteration).includes(frame.cursor.step) ? [i] : [];
    });

  const step = (unit: Unit, count: number, id: string | null): Reached => {
    const all = stopIndices(unit);
    const ahead = count < 0 ? all.filter((i) => i < at).reverse() : all.filter((i) => i > at);
    const wanted = Math.abs(count);
    const reached = wanted > ahead.length ? (count < 0 ? "start" : "end") : null;
    go(wanted === 0 ? at : (ahead[Math.min(wanted, ahead.length) - 1] ?? at), id, reached);
    return reached;
  };

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  const playback = (id: string | null, unit: Unit, rate: number | null) =>
    emit({ type: "playback", seq, id, playing: timer !== undefined, unit, rate });

  const handle = (message: ClientMessage, id: string) => {
    switch (message.type) {
      case "step":
        step(message.unit ?? "step", message.count ?? 1, id);
        break;
      case "seek": {
        const wanted = { iteration: message.iteration, step: message.step ?? 0 };
        const found = frames.findIndex(
          ({ cursor }) => cursor.iteration === wanted.iteration && cursor.step === wanted.step,
        );
        if (found < 0) refuse(id, "not_in_replay", "The recording does not have this step.");
        else go(found, id, null);
        break;
      }
      case "play": {
        stop();
        const unit = message.unit ?? "step";
        timer = setInterval(
          () => {
            if (step(unit, 1, null) === null) return;
            stop();
            playback(null, unit, message.rate ?? null);
          },
          1000 / (message.rate ?? 60),
        );
        playback(id, unit, message.rate ?? null);
        break;
      }
      case "pause":
        stop();
        playback(id, "step", null);
        break;
      case "subscribe":
        emit({ type: "done", seq, id });
        break;
      case "ack":
        break;
      default: {
        const here = frames[at]?.cursor;
        const known = here && options.answer?.(message, here);
        if (known) emit({ ...known, id });
        else if (message.type === "explain" && options.answer)
          refuse(id, "not_explained_in_replay", "The recording does not explain this number here.");
        else refuse(id, "not_in_replay", "A recording can only be stepped through.");
      }
    }
  };

  queueMicrotask(() => {
    statuses.emit("open");
    for (const message of opening) emit(message);
    show(null);
  });

  return {
    frames,
    graphs,
    send(message) {
      const id = message.id ?? nextId();
      queueMicrotask(() => handle(message, id));
      return id;
    },
    onMessage: (listener) => messages.on(listener),
    onStatus: (listener) => statuses.on(listener),
    onWaiting: () => () => undefined,
    pending: () => [],
    close: stop,
  };
}

/** Whether a recording is whole: each frame one step after the one before it. */
export function isContiguous(frames: readonly FrameMessage[], graphs: ReadonlyMap<number, Graph>): boolean {
  return frames.every((frame, i) => {
    const before: Cursor | undefined = frames[i - 1]?.cursor;
    if (!before) return true;
    const steps = graphs.get(frames[i - 1]?.topology ?? -1)?.steps.length ?? 0;
    return relation(before, frame.cursor, steps) === "next";
  });
}
