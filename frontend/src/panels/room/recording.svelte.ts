// The lecture as a recording, for when the network fails: made ahead by a session of its own, and played in its place.
import type { Status } from "../../store/types";
import { received, recording, type Recorded } from "../../transport/recorded";
import { createRest } from "../../transport/rest";
import type { Transport } from "../../transport/transport";
import type { Page } from "../model/page.svelte";

/** Milliseconds without a connection before the recording is offered. */
const LOST = 3000;
/** Milliseconds for which a lesson has stood before it is recorded. */
const STOOD = 1500;
/** Milliseconds for which the session of a recording that was given up is left. */
const GIVEN_UP = 1000;

/** Shows what comes over another line; the session's own goes on, and `told` hears how it is. Returns the way back. */
function standIn({ link, store }: Page, other: Transport, told: (status: Status) => void): () => void {
  const live = link.line;
  let gone = false;
  let { welcome } = store.state;
  const stop = [
    live?.onStatus((status) => {
      gone = status === "gone";
      told(status);
    }),
    live?.onMessage((message) => {
      if (message.type === "welcome") welcome = message;
    }),
  ];
  void link.watch(other).catch(() => undefined);
  return () => {
    for (const one of stop) one?.();
    other.close();
    link.line = live;
    // The other line had revisions of its own.
    if (welcome) store.dispatch(welcome);
    if (gone) link.onGone();
  };
}

export class Recording {
  /** What was recorded; null until it is. */
  made: Recorded | null = $state.raw(null);
  playing = $state(false);
  /** Whether the connection has been away for a while. */
  lost = $state(false);
  /** While it plays: whether the session can be had again. */
  live = $state(false);
  #making: AbortController | null = null;
  /** Of what it was made, or is. */
  #of = "";
  #back: (() => void) | null = null;

  constructor(private readonly page: Page) {}

  /** Follows the page for as long as it presents. Returns what ends that. */
  follow(): () => void {
    const { page } = this;
    const of = $derived(
      JSON.stringify([page.state.lesson?.slug, page.state.config, page.state.seed, page.ready]),
    );
    const stop = $effect.root(() => {
      $effect(() => {
        if (!page.ready || this.playing || page.state.status !== "open") return;
        const now = of;
        if (now === this.#of && this.made) return;
        const timer = setTimeout(() => {
          if (now !== this.#of) this.made = null;
          this.#of = now;
          void this.#make();
        }, STOOD);
        return () => {
          clearTimeout(timer);
        };
      });
      $effect(() => {
        if (this.playing || page.state.status === "open") {
          this.lost = false;
          return;
        }
        const timer = setTimeout(() => (this.lost = true), LOST);
        return () => {
          clearTimeout(timer);
        };
      });
    });
    return () => {
      this.#making?.abort();
      stop();
      if (this.playing) this.backToLive();
    };
  }

  async #make(): Promise<void> {
    this.#making?.abort();
    const { signal } = (this.#making = new AbortController());
    const id = this.page.link.session;
    if (!id) return;
    const rest = createRest();
    let own: string | null = null;
    try {
      const { lesson, initial_config: config, seed, journal } = await rest.session(id);
      // One in which nothing is withheld.
      own = (await rest.createSession({ lesson, config, seed, journal })).id ?? null;
      if (own === null) return;
      const answer = await recording(own, "application/x-ndjson", signal);
      this.made = await received(answer, signal);
    } catch {
      // Without a recording the lesson waits for the connection, as it always does.
    } finally {
      const of = own;
      // Where it was given up the browser may still be ending the request, which the server must not break off first.
      if (of !== null) setTimeout(() => rest.deleteSession(of), signal.aborted ? GIVEN_UP : 0);
    }
  }

  goOn(): void {
    if (!this.made || this.playing) return;
    const { cursor } = this.page.state;
    const line = this.made.play({
      ...(cursor && { from: cursor }),
      // The curve of the loss is as it was.
      answer: (message) => (message.type === "sweep" ? this.page.state.sweep : null),
    });
    this.live = false;
    this.#back = standIn(this.page, line, (status) => (this.live = status !== "lost"));
    this.playing = true;
  }

  /** To the session again, at the place to which the recording has come. */
  backToLive(): void {
    const { link } = this.page;
    const { cursor } = this.page.state;
    this.#back?.();
    this.#back = null;
    this.playing = false;
    if (cursor && link.session) link.send({ type: "seek", iteration: cursor.iteration, step: cursor.step });
  }
}
