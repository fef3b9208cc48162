/** The page's state as a pure function of what has arrived. Nothing here knows of sockets, time or the DOM. */
import { companionView, frameView, mapsOf } from "../transport/frames";
import { withMetrics, withoutGone } from "./histories";
import { withReadableLabels } from "./names";
import type { Action, FrameMessage, JsonNumber, State } from "./types";
import type { Graph, Moved, Welcome } from "../protocol.gen";

export const initialState: State = {
  status: "connecting",
  waiting: 0,
  lesson: null,
  welcome: null,
  config: {},
  seed: 0,
  graph: null,
  graphs: new Map(),
  frame: null,
  previous: null,
  companion: null,
  arriving: null,
  newest: -1,
  companionBranch: null,
  dataset: null,
  maps: [],
  cursor: null,
  phase: "forward",
  branches: [],
  currentBranch: 0,
  canUndo: false,
  breakpoints: [],
  predict: { on: false, last: null },
  playback: { playing: false, unit: "step", rate: 1 },
  metrics: new Map(),
  progress: null,
  explanations: new Map(),
  gradchecks: new Map(),
  pytorch: null,
  sweep: null,
  fired: null,
  error: null,
  lastMoved: null,
};

/** How many explanations are kept: enough for a chain of clicks and the way back. */
const KEPT_EXPLANATIONS = 64;

export function reduce(state: State, action: Action): State {
  const next = apply(state, action);
  // Whatever answers a long command ends its progress.
  return "id" in action && action.id !== null && action.type !== "progress"
    ? clearProgress(next, action.id)
    : next;
}

function apply(state: State, action: Action): State {
  switch (action.type) {
    case "welcome":
      return welcome(state, action);
    case "graph":
      return withGraph(state, withReadableLabels(action.graph));
    case "frame":
      return withFrame(state, action);
    case "dataset":
      return { ...state, dataset: action };
    case "companion":
      return { ...state, arriving: action };
    case "moved":
      return moved(state, action);
    case "done":
      return clearProgress(state, action.id);
    case "progress":
      return { ...state, progress: { id: action.id, done: action.done, total: action.total } };
    case "playback":
      return {
        ...state,
        playback: { playing: action.playing, unit: action.unit, rate: action.rate },
        progress: action.playing ? state.progress : null,
      };
    case "configured":
      return { ...state, config: action.config, canUndo: action.can_undo, error: null };
    case "branches":
      return {
        ...state,
        branches: action.branches,
        metrics: withoutGone(state.metrics, action.branches),
        currentBranch: action.current,
        canUndo: action.can_undo,
        companionBranch: action.companion,
      };
    case "metrics":
      return { ...state, metrics: withMetrics(state.metrics, action) };
    case "breakpoints":
      return { ...state, breakpoints: action.breakpoints };
    case "explanation":
      return { ...state, explanations: remember(state.explanations, action.id ?? "", action) };
    case "gradcheck_result":
      return { ...state, gradchecks: remember(state.gradchecks, action.name, action) };
    case "pytorch_result":
      return { ...state, pytorch: action };
    case "sweep_result":
      return { ...state, sweep: action };
    case "sample_result":
    case "arrows_result":
    case "unfolded":
    case "map_result":
    case "scene_result":
    case "detect_result":
    case "precision_result":
    case "filter_result":
    case "uses_result":
    case "numbers_result":
    case "differences_result":
    case "token_result":
    case "written":
    case "nudge_result":
      // For whoever asked.
      return state;
    case "fired":
      return { ...state, fired: action };
    case "prediction":
      return { ...state, predict: { on: action.on, last: action.verdict === null ? null : action } };
    case "error":
      return { ...clearProgress(state, action.id), error: action };
    case "local/status":
      return state.status === action.status ? state : { ...state, status: action.status };
    case "local/waiting":
      return { ...state, waiting: action.count };
    case "local/lesson":
      return { ...state, lesson: action.lesson };
    case "local/session":
      // Another session: nothing of the old one may shine through. The lesson's texts may be the same.
      return {
        ...initialState,
        lesson: state.lesson?.slug === action.lesson ? state.lesson : null,
        config: action.config,
        seed: action.seed,
      };
    case "local/dismiss":
      return { ...state, error: null, fired: null };
    default:
      return unknown(state, action);
  }
}

/** A message this page does not know: a newer server's. Clients ignore these. */
function unknown(state: State, _action: never): State {
  return state;
}

function welcome(state: State, action: Welcome): State {
  return {
    ...state,
    status: "open",
    welcome: action,
    newest: -1,
    config: action.config,
    seed: action.seed,
    cursor: action.cursor,
    metrics: withoutGone(state.metrics, action.branches),
    branches: action.branches,
    currentBranch: action.cursor.branch,
    canUndo: action.can_undo,
    companionBranch: action.companion,
    breakpoints: action.breakpoints,
    predict: { ...state.predict, on: action.predict },
    playback: { ...state.playback, playing: action.playing },
    progress: null,
  };
}

function withGraph(state: State, graph: Graph): State {
  const graphs = new Map(state.graphs).set(graph.topology, graph);
  const current = state.frame ? (graphs.get(state.frame.header.topology) ?? null) : graph;
  return { ...state, graphs, graph: current };
}

function withFrame(state: State, message: FrameMessage): State {
  // Answers to commands are never coalesced, but a snapshot may be overtaken by one: the newest revision stays.
  if (message.seq < state.newest) return state;
  const frame = frameView(message);
  const same = sameCursor(state, message);
  return {
    ...state,
    frame,
    newest: message.seq,
    previous: state.frame,
    companion: state.arriving?.seq === message.seq ? companionView(state.arriving) : null,
    arriving: null,
    maps: withMaps(state, message),
    cursor: message.cursor,
    phase: message.phase,
    currentBranch: message.cursor.branch,
    graph: state.graphs.get(message.topology) ?? null,
    fired: null,
    gradchecks: same || state.gradchecks.size === 0 ? state.gradchecks : new Map(),
    pytorch: same ? state.pytorch : null,
  };
}

/** Thumbnails come when they have changed; those of another topology mean other units. */
function withMaps(state: State, message: FrameMessage): State["maps"] {
  const same = state.frame?.header.topology === message.topology;
  const sent = mapsOf(message, same ? state.maps : []);
  if (sent.length === 0) return same ? state.maps : [];
  const maps = same ? [...state.maps] : [];
  for (const [layer, map] of sent) maps[layer] = map;
  return maps;
}

function sameCursor(state: State, message: FrameMessage): boolean {
  const was = state.frame?.header.cursor;
  const is = message.cursor;
  return was?.branch === is.branch && was.iteration === is.iteration && was.step === is.step;
}

function moved(state: State, action: Moved): State {
  // The cursor itself moves with its frame, so that place and picture never disagree.
  return { ...clearProgress(state, action.id), lastMoved: action, error: null };
}

function clearProgress(state: State, id: string | null): State {
  return state.progress && (state.progress.id === null || state.progress.id === id)
    ? { ...state, progress: null }
    : state;
}

/** A number of the protocol: NaN and the infinities come as strings. */
export function toNumber(value: JsonNumber): number;
export function toNumber(value: JsonNumber | null | undefined): number | null;
export function toNumber(value: JsonNumber | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function remember<T>(map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  const next = new Map(map);
  next.delete(key); // the newest last
  next.set(key, value);
  while (next.size > KEPT_EXPLANATIONS) next.delete(next.keys().next().value as string);
  return next;
}
