// The lecture as a recording, for when the network fails: made ahead by a session of its own, and played in its place.
import type { Cursor, Incoming, State, Status } from "../../store/types";
import { createStore, type Store } from "../../store/store";
import { createRest } from "../../transport/rest";
import { replay } from "../../transport/replay";
import type { Transport } from "../../transport/transport";
import { connect } from "../../transport/websocket";
import { placeOf } from "../model/beats.svelte";
import { Link } from "../model/link";
import type { Page } from "../model/page.svelte";
import { bytes, inOrder } from "./record";

/** Up to this many steps all of them are recorded; of more, those at which the beats stand. */
const MOST_STEPS = 160;
/** Bytes of numbers that a recording may hold. */
const MOST_BYTES = 64e6;
/** Milliseconds without a connection before the recording is offered. */
const LOST = 3000;
/** Milliseconds within which a frame has come, however long it took to compute. */
const MOST_PATIENT = 60_000;
/** Milliseconds for which a lesson has stood before it is recorded. */
const STOOD = 1500;

type Place = Pick<Cursor, "iteration" | "step">;

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

/** Comes true when the frame of a place is there, which comes after the answer to the command. */
function standsAt(store: Store, { iteration, step }: Place): Promise<void> {
  const there = ({ frame }: State) =>
    frame?.header.cursor.iteration === iteration && frame.header.cursor.step === step;
  if (there(store.state)) return Promise.resolve();
  return new Promise((done, failed) => {
    const timer = setTimeout(() => {
      stop();
      failed(new Error("the frame did not come"));
    }, MOST_PATIENT);
    const stop = store.subscribe((state) => {
      if (!there(state)) return;
      clearTimeout(timer);
      stop();
      done();
    });
  });
}

export class Recording {
  /** What was recorded; null until it is. */
  messages: readonly Incoming[] | null = $state.raw(null);
  playing = $state(false);
  /** Whether the connection has been away for a while. */
  lost = $state(false);
  /** While it plays: whether the session can be had again. */
  live = $state(false);
  #turn = 0;
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
        void of;
        if (!page.ready || this.playing || page.state.status !== "open") return;
        const timer = setTimeout(() => void this.#make(), STOOD);
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
      this.#turn += 1;
      stop();
      if (this.playing) this.backToLive();
    };
  }

  async #make(): Promise<void> {
    const turn = ++this.#turn;
    const id = this.page.link.session;
    if (!id) return;
    const rest = createRest();
    const said: Incoming[] = [];
    const store = createStore();
    const link = new Link(store, rest, (url) => {
      const line = connect({ url });
      line.onMessage((message) => said.push(message));
      return line;
    });
    try {
      const { lesson, initial_config: config, seed, journal } = await rest.session(id);
      await link.open({ lesson, config, seed, journal });
      link.subscribe(this.page.link.subscribed);
      for (const place of this.#places(store.state.graph)) {
        if (turn !== this.#turn || bytes(said) > MOST_BYTES) break;
        await link.ask({ type: "seek", ...place });
        await standsAt(store, place);
      }
      if (turn === this.#turn) this.messages = inOrder(said);
    } catch {
      // Without a recording the lesson waits for the connection, as it always does.
    } finally {
      if (link.session) rest.deleteSession(link.session);
      link.close();
    }
  }

  #places(graph: Page["graph"]): Place[] {
    if (!graph) return [];
    const beats = this.page.beats.flatMap((beat) => placeOf(beat, graph) ?? []);
    const last = Math.max(1, ...beats.map(({ iteration }) => iteration));
    const all = graph.steps.length * (last + 1);
    if (all > MOST_STEPS) return beats;
    return Array.from({ length: all }, (_, k) => ({
      iteration: Math.floor(k / graph.steps.length),
      step: k % graph.steps.length,
    }));
  }

  goOn(): void {
    const { state } = this.page;
    if (!this.messages || this.playing) return;
    const line = replay(this.messages, {
      ...(state.cursor && { from: state.cursor }),
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
