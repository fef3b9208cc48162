/** What carries commands to a session and its messages back; a recording can stand in for a server. */
import type { ClientMessage, Incoming, Status } from "../store/types";

export interface Transport {
  /** Sends a command, now or as soon as there is a connection. Returns the id under which it is answered. */
  send(message: ClientMessage): string;
  onMessage(listener: (message: Incoming) => void): () => void;
  onStatus(listener: (status: Status) => void): () => void;
  /** Told how many commands wait for the connection, whenever that changes. */
  onWaiting(listener: (count: number) => void): () => void;
  /** Commands that have no answer yet, in order. */
  pending(): ClientMessage[];
  close(): void;
}

/** A set of listeners that is told things. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}

let counter = 0;
const page = Math.random().toString(36).slice(2, 8);

/** An id for a command: unique among all pages that share a session. */
export function nextId(): string {
  counter += 1;
  return `${page}-${counter}`;
}
