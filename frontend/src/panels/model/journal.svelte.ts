// What has been changed in a session since it was made: the server tells it after each change.
import { untrack } from "svelte";
import type { ClientMessage, CompanionRecipe, JournalEntry, State } from "../../store/types";
import type { Rest } from "../../transport/rest";
import type { Link } from "./link";
import { recipeOf, standing } from "./origin";

export class Journal {
  /** Of the run that is current, and what makes the one beside it. */
  entries: JournalEntry[] = $state.raw([]);
  companion: CompanionRecipe | null = $state.raw(null);
  /** Resolves when what was asked for last is here. */
  fetching: Promise<void> = Promise.resolve();
  #fetches = 0;
  /** Changes that were answered since it was fetched. */
  #since: JournalEntry[] = [];
  /** What it was fetched for. */
  #shape: unknown[] = [];

  constructor(
    private readonly link: Link,
    private readonly rest: Rest,
  ) {}

  /** Another session is open, with these changes. */
  opened(entries: JournalEntry[], companion: CompanionRecipe | null): void {
    this.entries = entries;
    this.companion = companion;
  }

  /** A change was answered: it counts, even where the server is lost before it has told its journal. */
  changed(command: ClientMessage, state: State): void {
    const cursor = standing(state);
    if (cursor) this.#since.push({ cursor, command: { ...command } });
  }

  /** With the changes that have not been told yet, which then are no news. */
  takeAll(): JournalEntry[] {
    return [...this.entries, ...this.#since.splice(0)];
  }

  /** After an edit or a change of configuration, the journal belongs to the address. */
  follow(state: State): void {
    const { branches, canUndo, companionBranch, config, currentBranch, status } = state;
    const id = this.link.session;
    const shape = [id, branches, config, currentBranch, companionBranch];
    if (status !== "open" || shape.every((one, k) => one === this.#shape[k])) return;
    this.#shape = shape;
    // Untracked: the journal that is fetched here must not ask for itself again.
    const plain = untrack(() => this.entries.length === 0 && this.companion === null);
    if (!id || (!canUndo && plain)) return;
    const known = this.#since.length;
    const fetch = ++this.#fetches;
    this.fetching = this.rest.session(id).then(
      (info) => {
        if (this.link.session !== id || fetch !== this.#fetches) return;
        this.opened(info.journal, recipeOf(info.companion));
        this.#since.splice(0, known);
      },
      () => {
        // The address then lacks the last edit; the line says when the server cannot be reached.
      },
    );
  }
}
