// What the page shows, of pictures of a network over the plane and of numbers: the server sends this, and nothing else.
import { untrack } from "svelte";
import type { PictureOf } from "../../store/types";
import type { Link } from "./link";

const PICTURES: readonly PictureOf[] = ["units", "surface", "evaluation", "runs", "sample"];

export class Subscription {
  /** What each of those who look wants; several may want the same. */
  #wants: readonly (readonly PictureOf[])[] = $state.raw([]);
  /** Which nodes are wanted in full however large they are, and which row of the batch. */
  #looked: { names: readonly string[] | null; row: number } = $state.raw({ names: null, row: 0 });

  /** The nodes of which numbers are seen; null: all, whatever opens next. */
  names: readonly string[] | null = $state.raw(null);

  /** `layers`: whether the graph is shown as layers, with a thumbnail of each unit and whether it still learns. */
  constructor(link: Link, layers: () => boolean) {
    $effect.root(() => {
      $effect(() => (layers() ? this.want("units", "evaluation") : undefined));
      // Runs after all that changed together has changed: another tab in the place of one is one message.
      $effect(() => {
        const pictures = PICTURES.filter((one) => this.#wants.some((wanted) => wanted.includes(one)));
        const names = this.names ?? this.#looked.names;
        link.subscribe({
          pictures,
          names: names && [...names],
          only: this.names !== null,
          row: this.#looked.row,
        });
      });
    });
  }

  /** Have these nodes sent in full, and this sample. */
  look(names: readonly string[] | null, row: number): void {
    this.#looked = { names, row };
  }

  /** To be called in an effect of what shows them, which returns what this returns: wanted until then. */
  want(...pictures: PictureOf[]): () => void {
    untrack(() => (this.#wants = [...this.#wants, pictures]));
    return () => {
      this.#wants = this.#wants.filter((one) => one !== pictures);
    };
  }
}
