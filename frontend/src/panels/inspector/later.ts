// What the inspector does not begin with.
import type { GraphNode } from "../../store/types";
import { Later } from "../model/later.svelte";

export const trail = new Later(() => import("./Trail.svelte"));
export const updateRule = new Later<{ node: GraphNode }>(() => import("./UpdateRule.svelte"));
export const outputTab = new Later(() => import("../output/Output.svelte"));
export const tensorTab = new Later(() => import("./TensorTab.svelte"));
export const pytorchTab = new Later(() => import("./Pytorch.svelte"));
export const apiTab = new Later(() => import("./Api.svelte"));
export const parameterPart = new Later<{ node: GraphNode; index?: number[] | null; number?: boolean }>(
  () => import("../samples/Parameter.svelte"),
);
