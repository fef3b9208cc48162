// Breakpoints in words: fetched when one is spoken of.
import { m } from "../../i18n/paraglide/messages.js";
import { short } from "../../render/format";
import { toNumber } from "../../store/reduce";
import type { Because, Condition, Graph, JsonNumber } from "../../store/types";
import type { StepCondition } from "../../protocol.gen";
import { phaseName } from "./words";

/** What a metric is called; a watched leaf by its own name. */
export function metricName(name: string): string {
  switch (name) {
    case "loss":
      return m.loss();
    case "test_loss":
      return m.test_loss();
    case "accuracy":
      return m.metric_accuracy();
    case "test_accuracy":
      return m.metric_test_accuracy();
    case "map50":
      return `${m.detector_map()} · ${m.detector_map_held_out()}`;
    case "train_map50":
      return `${m.detector_map()} · ${m.detector_trained()}`;
    case "map50_95":
      return m.detector_map_all();
    case "test_box_loss":
      return `${m.test_loss()} · ${m.detector_box()}`;
    case "test_objectness_loss":
      return `${m.test_loss()} · ${m.detector_objectness()}`;
    case "test_class_loss":
      return `${m.test_loss()} · ${m.detector_class()}`;
    default:
      return name;
  }
}

export function stepKindName(kind: StepCondition["step_kind"]): string {
  switch (kind) {
    case "forward":
    case "backward":
    case "update":
      return phaseName(kind);
    case "zero_grad":
      return m.step_zero();
    case "load":
      return m.step_load();
    case "seed":
      return m.step_seed();
    case null:
    case undefined:
      return m.breakpoint_any_step();
  }
}

function labelled(graph: Graph | null, name: string): string {
  return graph?.nodes.find((node) => node.name === name)?.label ?? name;
}

/** A number of a condition, as one would type it. */
function plain(x: number): string {
  return short(x, "float64").replace(/\.0(?=e|$)/, "");
}

/** A condition in words: "‖gradient of w‖ < 1e−6". */
export function conditionInWords(graph: Graph | null, condition: Condition): string {
  switch (condition.kind) {
    case "non_finite":
      return m.breakpoint_non_finite();
    case "dead":
      return m.breakpoint_dead();
    case "rising":
      return m.breakpoint_rising({ n: condition.iterations ?? 3 });
    case "stalled":
      return m.breakpoint_stalled({
        metric: metricName(condition.metric ?? "loss"),
        n: condition.iterations ?? 300,
      });
    case "metric":
      return m.breakpoint_metric({
        metric: metricName(condition.metric),
        relation: condition.relation,
        threshold: plain(condition.threshold),
      });
    case "grad":
      return m.breakpoint_grad({
        name: condition.name ? labelled(graph, condition.name) : m.breakpoint_any_parameter(),
        relation: condition.relation,
        threshold: plain(condition.threshold),
      });
    case "step": {
      const kind = condition.step_kind ?? null;
      if (!condition.node) return stepKindName(kind);
      const node = labelled(graph, condition.node);
      return kind === null ? node : `${node}, ${stepKindName(kind)}`;
    }
  }
}

/** Why one has stopped, with the numbers: "‖gradient of w‖ = 3.1e−7 < 1e−6". */
export function becauseInWords(graph: Graph | null, { reason, params }: Because): string {
  const number = (name: string) => toNumber(params[name] as JsonNumber);
  const node = labelled(graph, String(params["node"] ?? ""));
  const value = short(number("value"));
  const threshold = plain(number("threshold"));
  switch (reason) {
    case "step": {
      const kind = stepKindName(params["kind"] as StepCondition["step_kind"]);
      return "node" in params ? `${node}, ${kind}` : kind;
    }
    case "non_finite":
      return params["of"] === "grad"
        ? m.because_non_finite_grad({ node })
        : m.because_non_finite_value({ node });
    case "grad_below":
      return m.because_grad({ node, value, relation: "<", threshold });
    case "grad_above":
      return m.because_grad({ node, value, relation: ">", threshold });
    case "metric_below":
    case "metric_above":
      return m.because_metric({
        metric: metricName(String(params["metric"])),
        value,
        relation: reason === "metric_below" ? "<" : ">",
        threshold,
      });
    case "rising":
      return m.because_rising({ n: number("iterations"), first: short(number("first")), value });
    case "stalled":
      return m.because_stalled({
        metric: metricName(String(params["metric"])),
        best: short(number("best")),
        n: number("iterations"),
      });
    case "dead": {
      const words = { unit: number("unit") + 1, layer: layerOf(graph, String(params["node"])) };
      const more = number("count") - 1;
      return more > 0 ? m.because_dead_more({ ...words, more }) : m.because_dead(words);
    }
  }
}

function layerOf(graph: Graph | null, name: string): string {
  return graph?.nodes.find((node) => node.name === name)?.scope || labelled(graph, name);
}
