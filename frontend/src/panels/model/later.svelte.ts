// Parts of the page that the first picture does not need.
import type { Component } from "svelte";
import { ahead, standing } from "./warm";

/** A component that is fetched when it is asked for, or before that, once the first picture stands. */
export class Later<Props extends Record<string, unknown> = Record<string, never>> {
  #fetched = $state.raw<Component<Props> | null>(null);
  #loading: Promise<void> | null = null;

  /**
   * What stands below the rest is not needed for the first picture, even where it is asked for. What only some lessons
   * have is not fetched ahead: opening one takes the network in any case.
   */
  constructor(
    private readonly fetch: () => Promise<{ default: Component<Props> }>,
    private readonly where: "here" | "below" | "some lessons" = "here",
  ) {
    if (where !== "some lessons") ahead(() => this.load());
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
