// One number of a tensor, changed by typing or dragging. A drag is one edit, however many values it passes.
import type { ClientMessage } from "../../store/types";
import { inJson } from "./json";
import type { Refused } from "./link";
import type { Page } from "./page.svelte";

export interface Cell {
  name: string;
  index: number[];
}

/** Sets one element; the cursor keeps its step. With `coalesce` it takes the place of the edit just made of it. */
export async function editCell(page: Page, cell: Cell, value: number, coalesce: boolean): Promise<boolean> {
  const index = cell.index.length > 0 ? { index: cell.index } : {};
  const command: ClientMessage = {
    type: "edit",
    name: cell.name,
    value: inJson(value),
    ...index,
    coalesce,
  };
  try {
    await page.link.ask(command, "moved");
    page.visit.changed(command);
    return true;
  } catch (why) {
    page.tell(why as Refused);
    return false;
  }
}

/** Sends the latest of many values, never two at once. */
export class Scrub {
  #wanted: number | null = null;
  busy = false;
  #begun = false;

  constructor(private readonly send: (value: number, coalesce: boolean) => Promise<boolean>) {}

  /** The next value begins an edit of its own. */
  begin(): void {
    this.#begun = false;
  }

  put(value: number): void {
    this.#wanted = value;
    if (!this.busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.busy = true;
    while (this.#wanted !== null) {
      const value = this.#wanted;
      this.#wanted = null;
      const coalesce = this.#begun;
      this.#begun = true;
      if (!(await this.send(value, coalesce))) {
        this.#wanted = null;
        this.#begun = false;
      }
    }
    this.busy = false;
  }
}

/** How much a pixel, or a key, changes a number: a hundredth of its size, or of 0.1 where it is smaller. */
export function scrubStep(value: number): number {
  const size = Math.max(Math.abs(value), 0.1);
  return 10 ** Math.floor(Math.log10(size)) / 100;
}

/** A number that was dragged to, without the digits that nobody chose. */
export function scrubbed(from: number, steps: number): number {
  const step = scrubStep(from);
  const digits = Math.max(0, Math.min(12, -Math.round(Math.log10(step))));
  return Number((from + steps * step).toFixed(digits));
}
