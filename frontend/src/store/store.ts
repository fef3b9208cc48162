/** The one place where the page's state lives. Framework-free: adapters subscribe. */
import { initialState, reduce } from "./reduce";
import type { Action, State } from "./types";

export interface Store {
  readonly state: State;
  dispatch(action: Action): void;
  /** Called after each change, with the new and the old state. Returns what ends the subscription. */
  subscribe(listener: (state: State, old: State) => void): () => void;
}

export function createStore(initial: State = initialState): Store {
  let state = initial;
  const listeners = new Set<(state: State, old: State) => void>();
  return {
    get state() {
      return state;
    },
    dispatch(action) {
      const old = state;
      state = reduce(old, action);
      if (state !== old) for (const listener of [...listeners]) listener(state, old);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
