// What the address holds of a session: what makes it, in full where that is short, else the id of a snapshot.
import { untrack } from "svelte";
import type { Breakpoint, CompanionRecipe, JournalEntry } from "../../store/types";
import { defaultView, viewToUrl, type View } from "../../store/view";
import { Problem, type Rest } from "../../transport/rest";
import { backoff } from "../../transport/websocket";
import type { Origin } from "./link";

/** Longer addresses are cut by mail and chat programs. */
export const LONGEST_ADDRESS = 2000;
/** Changes that follow each other faster than this are one snapshot. */
const QUIET = 400;

type Held = Pick<View, "seed" | "config" | "journal" | "breakpoints" | "companion" | "snapshot">;

/** A journal as addresses hold it. Branches are numbered by the session that wrote it, and mean nothing elsewhere. */
export function portable(journal: JournalEntry[]): JournalEntry[] {
  return journal.map((entry) => ({ ...entry, cursor: { ...entry.cursor, branch: 0 } }));
}

/** Likewise what makes the run beside it. */
export function portableCompanion(companion: CompanionRecipe | null | undefined): CompanionRecipe | null {
  return companion ? { ...companion, journal: portable(companion.journal ?? []) } : null;
}

/** Breakpoints likewise: numbered anew, in the order in which they were set. */
function renumbered(breakpoints: readonly Breakpoint[] = []): Breakpoint[] {
  return breakpoints.map((one, k) => ({ ...one, id: k + 1 }));
}

/** Whether an address can hold all of it. */
export function fits(recipe: Origin): boolean {
  if (recipe.predict) return false;
  return viewToUrl({ ...defaultView, ...inFull(recipe), lesson: recipe.lesson }).length <= LONGEST_ADDRESS;
}

function inFull({ seed, config, journal, breakpoints = [], companion = null }: Origin): Held {
  return { seed, config, journal, breakpoints, companion, snapshot: null };
}

/** What makes the timeline; where one stops on it is no part of that. */
function timelineOf({ lesson, config, seed, journal, companion }: Origin): string {
  const beside = portableCompanion(companion);
  return JSON.stringify({ lesson, config, seed, journal: portable(journal), beside });
}

export class Keeper {
  /** What the address may say. Until a snapshot is made, it lacks the last changes. */
  #held: Held = $state.raw(inFull({ ...defaultView }));
  /** What the held stands for; what makes the session now. */
  #of = $state.raw("");
  #recipe: Origin | null = $state.raw(null);
  #text = $state.raw("");
  #timer = 0;
  #attempt = 0;
  #making: Promise<void> | null = null;

  constructor(
    private readonly rest: Rest,
    /** Told when the server refuses to keep a snapshot, and nobody waits for it. */
    private readonly onRefused: (why: Problem) => void,
  ) {}

  get held(): Held {
    return this.#held;
  }

  /** What makes the session, where the address does not say it yet. */
  get lacking(): Origin | null {
    return this.#of === this.#text ? null : this.#recipe;
  }

  /** What makes the timeline that is open: another text, another timeline. */
  get timeline(): string {
    return this.#recipe ? timelineOf(this.#recipe) : "";
  }

  /** Another session is open: `snapshot` is where it came from. */
  opened(recipe: Origin, snapshot: string | null): void {
    this.#held = inFull({
      ...recipe,
      config: fits({ ...recipe, journal: [], breakpoints: [], companion: null }) ? recipe.config : {},
      journal: [],
      breakpoints: [],
      companion: null,
    });
    this.#of = "";
    this.#take(recipe);
    if (snapshot) {
      this.#held = { ...this.#held, snapshot };
      this.#of = this.#text;
    } else this.#hold();
  }

  /** The session has been changed. */
  follow(recipe: Origin): void {
    if (untrack(() => this.#take(recipe))) this.#hold();
  }

  /** Whether an address leads to what is open. */
  leadsHere(view: View, lacking: Origin | null): boolean {
    if (!lacking && view.snapshot) return view.snapshot === this.#held.snapshot && !this.lacking;
    const there = lacking ?? view;
    return Boolean(this.#recipe) && timelineOf(there) === timelineOf(this.#recipe as Origin);
  }

  /** Resolves when the address holds everything; rejects with `Problem` where the server keeps no snapshot. */
  async settle(): Promise<void> {
    while (this.lacking) await (this.#making ?? this.#make());
  }

  /** Whether the recipe is another one. */
  #take({ lesson, config, seed, journal, breakpoints, predict, companion }: Origin): boolean {
    const recipe: Origin = {
      lesson,
      config,
      seed,
      journal: portable(journal),
      ...(breakpoints?.length && { breakpoints: renumbered(breakpoints) }),
      ...(predict && { predict }),
      ...(companion && { companion: portableCompanion(companion) }),
    };
    const text = JSON.stringify(recipe);
    if (text === this.#text) return false;
    this.#text = text;
    this.#recipe = recipe;
    this.#attempt = 0;
    return true;
  }

  #hold(): void {
    clearTimeout(this.#timer);
    if (!this.#recipe) return;
    if (fits(this.#recipe)) {
      this.#held = inFull(this.#recipe);
      this.#of = this.#text;
    } else this.#later(QUIET);
  }

  #later(pause: number): void {
    this.#timer = window.setTimeout(() => {
      this.#make().catch((why: unknown) => {
        if (!this.lacking || !(why instanceof Problem)) return;
        // What is no fault of the recipe may be over soon.
        if (why.status === 0 || why.status >= 500) this.#later(backoff(this.#attempt++));
        if (why.code !== "offline" && this.#attempt <= 1) this.onRefused(why);
      });
    }, pause);
  }

  async #make(): Promise<void> {
    clearTimeout(this.#timer);
    const recipe = this.#recipe;
    const text = this.#text;
    if (!recipe) return;
    const making = this.rest.keep(recipe).then(({ id }) => {
      if (this.#text !== text) return;
      this.#held = {
        ...inFull(recipe),
        journal: [],
        config: {},
        breakpoints: [],
        companion: null,
        snapshot: id,
      };
      this.#of = text;
    });
    this.#making = making;
    try {
      await making;
    } finally {
      if (this.#making === making) this.#making = null;
    }
  }
}
