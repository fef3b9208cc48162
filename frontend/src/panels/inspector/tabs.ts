// The tabs that a visit does not begin with.
import { Later } from "../model/later.svelte";

export const tensorTab = new Later(() => import("./TensorTab.svelte"));
export const pytorchTab = new Later(() => import("./Pytorch.svelte"));
export const apiTab = new Later(() => import("./Api.svelte"));
