// A unit of the network unfolded into its scalar circuit: which one, for which sample, and the server's latest answer.
import type { Layer, Unfolded } from "../../store/types";
import type { UnitChoice } from "../../store/view";
import type { Refused } from "./link";
import type { Page } from "./page.svelte";

export class Unfolding {
  /** As chosen; where the network has no such unit, the first one that it has. */
  unit: UnitChoice | null = $state.raw(null);
  /** The row of the batch that was chosen to be looked at; null: the batch as a whole, or where one must be, the first. */
  row: number | null = $state(null);
  /** What was clicked on in the view of layers: offered to be unfolded. */
  meant: UnitChoice | null = $state.raw(null);
  answer: Unfolded | null = $state.raw(null);
  error: Refused | null = $state.raw(null);

  /** Whether the unfolded unit is what is on the stage. */
  readonly active: boolean = $derived.by(() => this.page.zoomShown === "scalars" && this.layers.length > 0);
  readonly layers: readonly Layer[] = $derived.by(() => this.page.graph?.layers ?? []);
  /** How many samples the batch has. */
  readonly count: number = $derived.by(() => this.#count());
  readonly shown: UnitChoice | null = $derived.by(() => this.#shown());
  /** The row that is looked at: the one that the pointer is over, else the one that was chosen. */
  readonly looked: number | null = $derived.by(() => {
    const row = this.page.sample ?? this.row ?? (this.page.graph?.text ? 0 : null);
    return row === null ? null : Math.min(row, Math.max(0, this.count - 1));
  });

  constructor(readonly page: Page) {}

  /** Opens the view of a unit, or of its weight for a unit of the layer before. */
  open(unit: UnitChoice): void {
    this.unit = unit;
    this.page.selection = null;
    this.page.trail = [];
    if (this.row === null) this.row = this.page.sample;
    this.page.zoom = "scalars";
  }

  /** From the view of layers to the unit that has the focus, or that was clicked on; and back. */
  toggle(): boolean {
    if (this.layers.length === 0) return false;
    const { shownUnit } = this.page;
    const layer = this.layers[shownUnit?.layer ?? 0];
    const looked =
      shownUnit && shownUnit.layer > 0 && layer
        ? { layer: layer.name, unit: shownUnit.unit, source: null }
        : null;
    const unit = looked ?? this.meant ?? this.shown;
    if (this.active) this.page.zoom = null;
    else if (unit) this.open(unit);
    return true;
  }

  /** To another sample; from the last to the first. */
  turn(by: number): boolean {
    if (this.count === 0) return false;
    const one = this.active || this.layers.length === 0;
    const now = this.row ?? (one ? 0 : by > 0 ? -1 : 0);
    this.row = (now + by + this.count) % this.count;
    return true;
  }

  #shown(): UnitChoice | null {
    const { unit } = this;
    const at = this.layers.findIndex(({ name }) => name === unit?.layer);
    const [layer, before] = [this.layers[at], this.layers[at - 1]];
    if (unit && at > 0 && layer && before && unit.unit < layer.units)
      return { ...unit, source: unit.source !== null && unit.source < before.units ? unit.source : null };
    const first = this.layers[1];
    return first ? { layer: first.name, unit: 0, source: null } : null;
  }

  #count(): number {
    const { frame, nodes } = this.page;
    const { graph } = this.page;
    const given = nodes.filter(({ kind, shape }) => kind === "input" && (graph?.text || shape.length === 4));
    const outputs = [...this.layers.map(({ output }) => output), ...given.map(({ index }) => index)];
    const rows = outputs.flatMap((output) => frame?.value(output)?.shape[0] ?? []);
    // Before a batch is loaded: as many as the last one had.
    const last = this.page.node(outputs[0] ?? -1)?.shape[0];
    return rows[0] ?? (this.active ? this.answer?.count : undefined) ?? last ?? 0;
  }
}
