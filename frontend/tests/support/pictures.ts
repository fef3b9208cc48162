/** Pictures of recordings, laid out as the page does, by ELK in this process. */
import Elk from "elkjs/lib/elk.bundled.js";
import { actsOf } from "../../src/layout/blocks";
import { layCircuit } from "../../src/layout/circuit";
import { drawingOf, type Drawing } from "../../src/layout/drawing";
import type { Solver } from "../../src/layout/level";
import { solve } from "../../src/layout/nested";
import type { Flow, Positions } from "../../src/layout/types";
import { estimate } from "../../src/render/display";
import { makeGeometry, type Geometry } from "../../src/render/geometry";
import type { Level } from "../../src/render/metrics";
import * as groups from "../../src/render/opening";
import { layoutRequest, planFor, type Plan } from "../../src/render/plan";
import { restingView, type SceneInput } from "../../src/render/scene";
import { lightTheme } from "../../src/render/theme";
import { englishWords } from "../../src/render/words";
import type { FrameView, Graph, Incoming } from "../../src/store/types";
import { frameView } from "../../src/transport/frames";

const elk = new Elk();
export const solver: Solver = (graph) => elk.layout(graph);

export interface Recording {
  graph: Graph;
  drawing: Drawing;
  frames: FrameView[];
}

export function recordingOf(messages: Incoming[]): Recording {
  const message = messages.find((m) => m.type === "graph");
  if (message?.type !== "graph") throw new Error("the recording has no graph");
  const { graph } = message;
  const frames = messages.flatMap((m) =>
    m.type === "frame" && m.topology === graph.topology ? [frameView(m)] : [],
  );
  return { graph, drawing: drawingOf(graph), frames };
}

export async function positionsOf(
  drawing: Drawing,
  plan: Flow | Plan = "right",
  level: Level = "scalars",
  previous: Positions | null = null,
): Promise<Positions> {
  const request = layoutRequest(drawing, level, plan, englishWords, estimate);
  return actsOf(drawing.graph) ? layCircuit(request) : solve(request, solver, previous);
}

export async function geometryOf(
  drawing: Drawing,
  plan: Flow | Plan = "right",
  level: Level = "scalars",
): Promise<Geometry> {
  return makeGeometry(drawing, await positionsOf(drawing, plan, level), level);
}

/** The stage of a window of 1440×900 without what lies over its edges, and the same of a phone. */
export const STAGE = { w: 750, h: 518 };
export const PHONE = { w: 362, h: 380 };

/** As the page plans it for a screen. */
export function planOn(drawing: Drawing, screen: { w: number; h: number }, least = 0.64): Plan {
  return planFor(drawing, "scalars", screen, englishWords, estimate, least);
}

export function inputOf(geometry: Geometry, frames: FrameView[], step: number): SceneInput {
  return {
    geometry,
    frame: frames[step]!,
    previous: frames[step - 1] ?? null,
    view: { ...restingView, rate: 0.01, groups },
    theme: lightTheme,
    words: englishWords,
    measure: estimate,
  };
}
