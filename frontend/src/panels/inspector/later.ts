// What the inspector does not begin with.
import type { GraphNode, Source } from "../../store/types";
import type { UnitChoice } from "../../store/view";
import { Later } from "../model/later.svelte";
import type { Focus } from "../model/page.svelte";

export const focused = new Later<{ focus: Focus }>(() => import("./Focused.svelte"));
export const began = new Later<{ source: Source }>(() => import("./Began.svelte"));
export const ownLoss = new Later<{ own: NonNullable<Source["own"]> }>(() => import("./OwnLoss.svelte"));
export const trail = new Later(() => import("./Trail.svelte"));
export const uses = new Later(() => import("../images/Uses.svelte"));
export const unfoldRule = new Later(() => import("./UnfoldRule.svelte"));
export const unfoldOffer = new Later<{ choice: UnitChoice }>(() => import("./UnfoldOffer.svelte"));
export const outputTab = new Later(() => import("../output/Output.svelte"));
export const tensorTab = new Later(() => import("./TensorTab.svelte"));
export const pytorchTab = new Later(() => import("./Pytorch.svelte"));
export const apiTab = new Later(() => import("./Api.svelte"));
export const parameterPart = new Later<{ node: GraphNode; index?: number[] | null; number?: boolean }>(
  () => import("../samples/Parameter.svelte"),
  "below",
);
