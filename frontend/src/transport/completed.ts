/**
 * A room's frames leave out what would make them large. Of that, what the page looks at is asked for, and the frame is
 * shown when it has come: a picture is whole, or it is the one before.
 */
import type { ClientMessage, Frame, FrameMessage, FrameTensor, Incoming, RunState } from "../store/types";
import { Emitter, type Transport } from "./transport";

type What = FrameTensor["what"];

/** Frames for which something is asked for, that has not been looked at since. */
const REMEMBERED = 8;
/** Frames that an answer may belong to. */
const KEPT = 8;
/** Milliseconds until it is asked again, where the room is asked too much at once; and how often. */
const AGAIN = 250;
const MOST_TRIES = 8;

export class Completed {
  /** Which sample of the batch the page looks at by itself. */
  row = 0;
  readonly #out = new Emitter<Incoming>();
  readonly #stop: () => void;
  /** What is looked at and does not come by itself → how many frames had been shown then. */
  readonly #looked = new Map<string, number>();
  #count = 0;
  /** The newest frame, where it has not been shown. */
  #held: FrameMessage | null = null;
  #shown: FrameMessage | null = null;
  #kept: FrameMessage[] = [];
  #asked: { id: string; keys: readonly string[] } | null = null;
  /** What was asked for of the frame that is shown. */
  #given = new Set<string>();
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly line: Pick<Transport, "send" | "onMessage" | "onStatus">) {
    const stop = [
      line.onMessage((message) => {
        this.#take(message);
      }),
      line.onStatus((status) => {
        // What was asked over a line that broke is asked anew, of the frame that comes then.
        if (status !== "open") this.#asked = null;
      }),
    ];
    this.#stop = () => {
      for (const one of stop) one();
    };
  }

  onMessage(listener: (message: Incoming) => void): () => void {
    return this.#out.on(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  #take(message: Incoming): void {
    if (message.type === "frame") {
      const frame = { ...message, runs: message.runs?.map(byLayer) ?? [] };
      this.#kept = [...this.#kept.slice(1 - KEPT), frame];
      this.#held = frame;
      this.#go();
    } else if (this.#asked && message.id === this.#asked.id) {
      this.#answered(message);
    } else {
      if (message.type === "welcome") this.#forget();
      this.#out.emit(message);
    }
  }

  /** Another session: what is left of the old one is nothing to it. */
  #forget(): void {
    this.#looked.clear();
    this.#kept = [];
    this.#held = this.#shown = this.#asked = null;
  }

  #go(): void {
    if (!this.#held || this.#asked) return;
    const keys = this.#missing(this.#held);
    if (keys.length === 0) this.#show(this.#held, []);
    else this.#ask(keys);
  }

  #missing(frame: FrameMessage): string[] {
    const left = leftOf(frame);
    return [...this.#looked.keys()].filter((key) => {
      const [what, place] = parted(key);
      return isWithin(left.get(what), place);
    });
  }

  #ask(keys: readonly string[]): void {
    const id = this.line.send({ type: "numbers", of: placesOf(keys), row: this.row } as ClientMessage);
    this.#asked = { id, keys };
  }

  #answered(message: Incoming): void {
    const asked = this.#asked;
    this.#asked = null;
    if (message.type === "numbers_result") {
      this.#tries = 0;
      const frame = this.#kept.find(({ seq }) => seq === message.seq);
      if (!frame || (this.#shown && frame.seq < this.#shown.seq)) this.#go();
      else this.#show(frame, message.tensors, asked?.keys);
      return;
    }
    this.#tries += 1;
    clearTimeout(this.#timer);
    if (this.#tries < MOST_TRIES) this.#timer = setTimeout(() => this.#go(), AGAIN);
    else if (this.#held) this.#show(this.#held, []);
  }

  #show(frame: FrameMessage, tensors: readonly FrameTensor[], keys: readonly string[] = []): void {
    const again = this.#shown?.seq === frame.seq;
    if (!again) {
      this.#count += 1;
      this.#given.clear();
      for (const [key, count] of this.#looked) if (this.#count - count > REMEMBERED) this.#looked.delete(key);
    }
    for (const key of keys) this.#given.add(key);
    if (this.#held?.seq === frame.seq) this.#held = null;
    const more = again ? [...(this.#shown?.more ?? []), ...tensors] : tensors;
    const left = leftOf(frame);
    const shown: FrameMessage = {
      ...frame,
      more,
      wanted: (what, place) => {
        const ranges = left.get(what);
        if (place === null) return ranges?.[0];
        if (isWithin(ranges, place)) this.#look(shown, what, place);
        return undefined;
      },
    };
    this.#shown = shown;
    this.#out.emit(shown);
    this.#go();
  }

  /** Something is looked at that was left out: with the next frames it is asked for at once. */
  #look(frame: FrameMessage, what: What, place: number): void {
    const key = `${what}:${place}`;
    this.#looked.set(key, this.#count);
    if (frame !== this.#shown || this.#given.has(key) || this.#asked) return;
    // All that is looked at together is asked for together.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#asked || frame !== this.#shown) return;
      const keys = this.#missing(frame).filter((one) => !this.#given.has(one));
      if (keys.length > 0) this.#ask(keys);
    });
  }
}

/** A run whose layers' sizes were told by kind, as it is told elsewhere. */
function byLayer(run: RunState): RunState {
  const { columns } = run;
  if (!columns) return run;
  const layers = columns.complete.map((complete, k) => ({
    activation: columns.activation[k] ?? null,
    grad: columns.grad[k] ?? null,
    complete,
    weight_grad: columns.weight_grad[k] ?? null,
    gain: columns.gain[k] ?? null,
  }));
  return { ...run, layers, columns: null };
}

/** What a frame has left out, by kind: recordings have all. */
function leftOf({ left }: Partial<Pick<Frame, "left">>): ReadonlyMap<string, readonly number[]> {
  return new Map(left?.map(({ what, ranges }) => [what, ranges]));
}

/** Whether a place is in ranges that are told by their first and last places. */
function isWithin(ranges: readonly number[] | undefined, place: number): boolean {
  if (!ranges) return false;
  for (let i = 0; i < ranges.length; i += 2)
    if ((ranges[i] ?? 0) <= place && place <= (ranges[i + 1] ?? -1)) return true;
  return false;
}

function parted(key: string): [What, number] {
  const at = key.indexOf(":");
  return [key.slice(0, at) as What, Number(key.slice(at + 1))];
}

/** Keys as ranges of places, by kind. */
function placesOf(keys: readonly string[]): { what: What; ranges: number[] }[] {
  const found = new Map<What, number[]>();
  const sorted = keys.map(parted).sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
  for (const [what, place] of sorted) {
    const ranges = found.get(what) ?? [];
    found.set(what, ranges);
    if (ranges.at(-1) === place - 1) ranges[ranges.length - 1] = place;
    else ranges.push(place, place);
  }
  return [...found].map(([what, ranges]) => ({ what, ranges }));
}
