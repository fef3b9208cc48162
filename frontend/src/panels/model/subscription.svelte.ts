// What the page shows, of pictures of a network over the plane and of numbers: the server sends this, and nothing else.
import { untrack } from "svelte";
import type { PictureOf } from "../../store/types";
import type { Link } from "./link";

const PICTURES: readonly PictureOf[] = ["units", "surface", "evaluation", "runs", "sample"];

export class Subscription {
  /** What each of those who look wants; several may want the same. */
  #wants: readonly (readonly PictureOf[])[] = $state.raw([]);
  /** The nodes of which numbers are seen; null: all, whatever opens next. */
  names: readonly string[] | null = $state.raw(null);
  /** The sample that is looked at by itself: then other numbers are seen beside those named. */
  row: number | null = $state(null);

  /** `layers`: whether the graph is shown as layers, with a thumbnail of each unit and whether it still learns. */
  constructor(link: Link, layers: () => boolean) {
    $effect.root(() => {
      $effect(() => (layers() ? this.want("units", "evaluation") : undefined));
      // Runs after all that changed together has changed: another tab in the place of one is one message.
      $effect(() => {
        const pictures = PICTURES.filter((one) => this.#wants.some((wanted) => wanted.includes(one)));
        const { names, row } = this;
        link.subscribe({ pictures, names, only: names !== null && row === null, row: row ?? 0 });
      });
    });
  }

  /** To be called in an effect of what shows them, which returns what this returns: wanted until then. */
  want(...pictures: PictureOf[]): () => void {
    untrack(() => (this.#wants = [...this.#wants, pictures]));
    return () => {
      this.#wants = this.#wants.filter((one) => one !== pictures);
    };
  }
}
