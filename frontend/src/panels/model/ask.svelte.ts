// A question to the server that is asked again whenever it changes. The last answer stays until the next is there.
import type { ClientMessage } from "../../store/types";
import type { Answer, Link, Refused } from "./link";

export class Ask<T extends Answer["type"]> {
  value: Extract<Answer, { type: T }> | null = $state.raw(null);
  error: Refused | null = $state.raw(null);
  pending = $state(false);
  #turn = 0;

  /** Call while a component is set up. `question` gives a command and a key; null: nothing to ask. */
  constructor(
    link: Link,
    readonly type: T,
    question: () => { key: string; command: ClientMessage } | null,
  ) {
    let asked: string | null = null;
    $effect(() => {
      const next = question();
      if (next?.key === asked) return;
      asked = next?.key ?? null;
      if (next) this.put(link, next.command);
      else this.clear();
    });
  }

  put(link: Link, command: ClientMessage): void {
    const turn = ++this.#turn;
    this.pending = true;
    link.ask(command).then(
      (answer) => {
        if (turn !== this.#turn) return;
        this.pending = false;
        this.error = null;
        this.value = answer.type === this.type ? (answer as Extract<Answer, { type: T }>) : null;
      },
      (why: unknown) => {
        if (turn !== this.#turn) return;
        this.pending = false;
        this.error = why as Refused;
        this.value = null;
      },
    );
  }

  clear(): void {
    this.#turn++;
    this.pending = false;
    this.error = null;
    this.value = null;
  }
}
