// Parts of the page that the first picture does not need.
import type { Component } from "svelte";
import { standing, warm } from "./warm";

/** A component that is fetched when the first picture stands, or when it is asked for before that. */
export class Later<Props extends Record<string, unknown> = Record<string, never>> {
  #fetched = $state.raw<Component<Props> | null>(null);
  #loading: Promise<void> | null = null;

  /** What stands below the rest is not needed for the first picture, even where it is asked for. */
  constructor(
    private readonly fetch: () => Promise<{ default: Component<Props> }>,
    private readonly where: "here" | "below" = "here",
  ) {
    warm(() => this.load());
  }

  /** The component, where it is here: what reads this is drawn again when it arrives. */
  get fetched(): Component<Props> | null {
    return this.#fetched;
  }

  /** Fetch it, where that has not been done. What fails can be tried again. */
  load(): Promise<void> {
    const time = this.where === "below" ? standing : Promise.resolve();
    this.#loading ??= time.then(this.fetch).then(
      (module) => {
        this.#fetched = module.default;
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }
}
