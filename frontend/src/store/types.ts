/** The words of the protocol, under the names the page uses, and the state of the page's store. */
import type {
  Branch,
  Breakpoint,
  Companion,
  Cursor,
  Dataset,
  ErrorMessage,
  Explanation,
  Fired,
  Frame,
  FrameTensor,
  GradcheckResult,
  Graph,
  GraphEdge,
  GraphNode,
  LessonInfo,
  Moved,
  Prediction,
  PytorchResult,
  ServerMessage,
  Source as SourceOfNumber,
  Step,
  StepCommand,
  SubscribeCommand,
  Summary,
  SweepResult,
  Welcome,
} from "../protocol.gen";
import type { MetricsState } from "./histories";

export type {
  Beat,
  Because,
  Branch,
  Breakpoint,
  ClientMessage,
  Companion,
  CompanionRecipe,
  ConfigField,
  Cursor,
  Dataset,
  DetectResult,
  DifferencesResult,
  ErrorMessage,
  Evaluation,
  Explanation,
  Fired,
  Frame,
  FrameTensor,
  GradcheckResult,
  Graph,
  GraphEdge,
  GraphNode,
  GraphText,
  JournalEntry,
  LessonBrief,
  Layer,
  LessonInfo,
  ListingLine,
  MapResult,
  Metrics,
  Moved,
  Place,
  Prediction,
  Preset,
  PrecisionResult,
  PytorchResult,
  Run,
  RunState,
  SceneResult,
  ServerMessage,
  SessionInfo,
  Step,
  Summary,
  SweepResult,
  Term,
  Text,
  TokenResult,
  Unfolded,
  UnfoldedCell,
  UpdateDetail,
  UsesResult,
  Welcome,
  Written,
} from "../protocol.gen";

/** What the sentence of a refusal speaks of. */
export type Param = ErrorMessage["params"][string];
export type Phase = Frame["phase"];
export type StepKind = Step["kind"];
export type Unit = NonNullable<StepCommand["unit"]>;
export type Dtype = GraphNode["dtype"];
export type NodeKind = GraphNode["kind"];
export type Form = NonNullable<GraphEdge["form"]>;
export type PictureOf = NonNullable<SubscribeCommand["pictures"]>[number];
export type FrameWhat = FrameTensor["what"];
/** What a breakpoint waits for. */
export type Condition = Breakpoint["condition"];
/** A number that can be explained; the page leaves out what it does not need. */
export type Source = Pick<SourceOfNumber, "name" | "what" | "index" | "argument"> &
  Partial<Pick<SourceOfNumber, "symbol" | "place" | "own">>;
/** A number as JSON carries it: NaN and the infinities are strings. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";
/** A number, or nested lists of numbers in row-major order. */
export type Data = JsonNumber | Data[];

/** A tensor of a frame. `data` views the frame's buffer; null where only a summary was sent. Row-major. */
export interface TensorView {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data: Float32Array | Float64Array | null;
  readonly summary: Summary | null;
}

/** Thumbnails of a layer's units over the plane: (units, n, n), row 0 the least y; −128: not a finite number. */
export interface UnitMaps {
  readonly units: number;
  readonly size: number;
  readonly levels: Int8Array;
  /** Per unit, what 127 stands for. */
  readonly scale: readonly number[];
}

/** What moves in a step, or in a part of it: between `from` and `to`, of all its time. */
export interface Act {
  readonly kind: StepKind;
  readonly node: number | null;
  readonly edge: number | null;
  readonly from: number;
  readonly to: number;
}

/** A graph of numbers, of which a step may compute several, one after the other. */
export interface UnfoldedGraph extends Graph {
  readonly acts: ReadonlyMap<number, readonly Act[]>;
}

/** The whole state at a cursor. All look-ups answer null where nothing is known (yet, or withheld). */
export interface FrameView {
  readonly header: Frame;
  value(node: number): TensorView | null;
  grad(node: number): TensorView | null;
  contribution(edge: number): TensorView | null;
  local(edge: number): TensorView | null;
  readonly upstream: TensorView | null;
  readonly before: TensorView | null;
  readonly after: TensorView | null;
  /** The k-th intermediate of an update step. */
  detail(k: number): TensorView | null;
  /** What belongs to a step, of one of several nodes that it changes. */
  of(what: "before" | "after" | "detail", node: number): TensorView | null;
  /** By how much updates have changed a parameter in this iteration. */
  change(node: number): TensorView | null;
  /** Of the sample that was subscribed to, without the axis of samples. */
  ownValue(node: number): TensorView | null;
  ownGrad(node: number): TensorView | null;
  /** What the network says over the plane, (outputs, n, n): where it was subscribed to. */
  readonly surface: TensorView | null;
}

/** What is told of the run beside the current one. Look-ups are by the names of its own nodes, without the run's. */
export interface CompanionView {
  readonly header: Companion;
  value(name: string): TensorView | null;
  grad(name: string): TensorView | null;
  readonly surface: TensorView | null;
}

/** A frame as it comes from a transport: with `payload` where it was binary, else its tensors carry `data`. */
export type FrameMessage = Frame & {
  payload?: ArrayBuffer;
  /** Tensors that it had left out. */
  more?: readonly FrameTensor[];
  /** Told of each tensor that is looked at; of what belongs to the step it says the place where that was left out. */
  wanted?: (what: FrameTensor["what"], place: number | null) => number | undefined;
};
/** The same of a companion. */
export type CompanionMessage = Companion & { payload?: ArrayBuffer };
export type Incoming = Exclude<ServerMessage, Frame | Companion> | FrameMessage | CompanionMessage;

/** connecting: first time; lost: trying again; gone: the server has no such session any more. */
export type Status = "connecting" | "open" | "lost" | "gone";

/** What happens on this side only. */
export type LocalAction =
  | { type: "local/status"; status: Status }
  | { type: "local/waiting"; count: number }
  | { type: "local/lesson"; lesson: LessonInfo }
  | { type: "local/session"; lesson: string; config: Record<string, unknown>; seed: number }
  | { type: "local/dismiss" };

export type Action = Incoming | LocalAction;

export interface State {
  status: Status;
  /** Commands that wait for a connection. */
  waiting: number;
  lesson: LessonInfo | null;
  welcome: Welcome | null;
  config: Record<string, unknown>;
  seed: number;
  /** The graph that `frame` refers to; null until both are known. */
  graph: Graph | null;
  graphs: ReadonlyMap<number, Graph>;
  frame: FrameView | null;
  /** The frame shown before `frame`, whichever way the cursor moved. */
  previous: FrameView | null;
  /** The run beside the current one, as it was when the frame was sent; null where there is none. */
  companion: CompanionView | null;
  /** What came of it before the frame that it belongs to. */
  arriving: CompanionMessage | null;
  /** The revision of the newest frame on this connection; −1 before the first. A session made again counts anew. */
  newest: number;
  /** The branch of the run beside the current one. */
  companionBranch: number | null;
  /** The points of the plane that the cursor's iteration is from. */
  dataset: Dataset | null;
  /** What each layer's units say over the plane, input first; as in the frame, or an earlier one that it still holds of. */
  maps: readonly (UnitMaps | null)[];
  cursor: Cursor | null;
  phase: Phase;
  branches: Branch[];
  currentBranch: number;
  canUndo: boolean;
  breakpoints: Breakpoint[];
  predict: { on: boolean; last: Prediction | null };
  playback: { playing: boolean; unit: Unit; rate: number | null };
  /** Of the current branch, of those that its history needs, and of a few others. */
  metrics: MetricsState;
  progress: { id: string | null; done: number; total: number } | null;
  /** Answers by the id of the request that asked. */
  explanations: ReadonlyMap<string, Explanation>;
  /** Answers by the name of the node. They belong to the cursor at which they were asked. */
  gradchecks: ReadonlyMap<string, GradcheckResult>;
  pytorch: PytorchResult | null;
  sweep: SweepResult | null;
  fired: Fired | null;
  error: ErrorMessage | null;
  lastMoved: Moved | null;
}
