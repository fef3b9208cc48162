// The controls that only lessons of networks have.
import type { ConfigField } from "../../../store/types";
import { Later } from "../../model/later.svelte";
import type { ControlProps } from "./control.svelte";

export const networkControl = new Later<ControlProps>(
  () => import("./NetworkControl.svelte"),
  "some lessons",
);

export function isPictured(field: ConfigField): boolean {
  return Object.keys(field.pictures).length > 0;
}

export function ofNetwork(field: ConfigField): boolean {
  return isPictured(field) || field.control === "layers" || field.control === "several";
}
