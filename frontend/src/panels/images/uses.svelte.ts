// The places where the filter's weight that is looked at was used: shared by the picture and the panel beside it.
import { untrack } from "svelte";
import type { Uses } from "../../render/image-view/uses";
import { toNumber } from "../../store/reduce";
import type { UsesResult } from "../../store/types";
import { Ask } from "../model/ask.svelte";
import type { Page } from "../model/page.svelte";

export class Walk {
  /** What the server says of the weight; null: no weight's gradient is looked at, or it has not come. */
  found: UsesResult | null = $state.raw(null);

  constructor(readonly page: Page) {}

  /** The place that one stands on, row by row: in the address once one has gone to it, else where most is added. */
  get place(): number {
    const { found } = this;
    const chosen = /^\d{1,6}$/.exec(this.page.scene ?? "")?.[0];
    if (chosen !== undefined) return Math.min(Number(chosen), Math.max(0, (found?.products.length ?? 1) - 1));
    return found ? mostOf(found.products.map((x) => Math.abs(toNumber(x) ?? 0))) : 0;
  }
  set place(place: number) {
    this.page.scene = String(place);
  }

  /** Goes to the place `by` further on, round and round. */
  go(by: number): void {
    const count = this.found?.products.length ?? 1;
    this.place = (this.place + by + count) % count;
  }

  /** For the picture. */
  get drawn(): Uses | null {
    const { found, place } = this;
    return (
      found && {
        products: found.products.map((x) => toNumber(x) ?? NaN),
        shares: found.shares.map((x) => toNumber(x) ?? NaN),
        columns: found.columns,
        place,
      }
    );
  }
}

const walks = new WeakMap<Page, Walk>();

export function walkOf(page: Page): Walk {
  let walk = walks.get(page);
  if (!walk) walks.set(page, (walk = new Walk(page)));
  return walk;
}

/** Keeps the walk up to date with what is explained. Call while a component is set up. */
export function followUses(page: Page, walk: Walk, sample: () => number): void {
  const asked = new Ask(page.link, "uses_result", () => {
    const source = page.trail.at(-1);
    const node = source && page.named(source.name);
    if (!source || node?.kind !== "parameter" || source.place || source.own || page.player.playing) return null;
    if (source.what !== "grad" || source.index?.length !== 4 || !page.frame?.grad(node.index)) return null;
    const { name, index } = source;
    const row = sample();
    return {
      key: JSON.stringify([page.frame.header.seq, name, index, row]),
      command: { type: "uses", name, index, row },
    };
  });
  /** The weight whose places one has walked through. */
  let known: string | null = null;
  $effect(() => {
    const found = asked.value;
    const weight = found && found.name + String(found.index);
    untrack(() => {
      // Of another weight one begins anew.
      if (known !== null && (weight === null ? page.trail.length === 0 : weight !== known)) page.scene = null;
      known = weight ?? (page.trail.length === 0 ? null : known);
      walk.found = found;
    });
  });
  $effect(() => () => {
    walk.found = null;
  });
}

function mostOf(sizes: readonly number[]): number {
  return Math.max(0, sizes.indexOf(Math.max(...sizes)));
}
