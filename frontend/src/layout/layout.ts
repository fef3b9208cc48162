/** Has graphs laid out in a worker, which is loaded with the first call of `warm` or `lay`. */
import type { LayoutRequest, Positions } from "./types";

export interface Layouter {
  /** Loads the worker before it is needed. */
  warm(): void;
  /** Null where a later request has made this one stale. */
  lay(request: LayoutRequest, previous: Positions | null): Promise<Positions | null>;
  close(): void;
}

export type Solve = (request: LayoutRequest, previous: Positions | null) => Promise<Positions>;

/** What the worker is asked, and what it says to that. */
export interface Order {
  readonly id: number;
  readonly request: LayoutRequest;
  readonly previous: Positions | null;
}
export type Answer = { readonly id: number } & (
  { readonly positions: Positions } | { readonly error: string }
);

const KEPT = 24;
const LOST = "The layout could not be loaded.";

/** `make` is called once, lazily, and again where what it made has failed. */
export function createLayouter(make: () => Solve = workerSolve): Layouter {
  let solve: Solve | null = null;
  let latest = 0;
  const known = new Map<string, Positions>();
  return {
    warm() {
      solve ??= make();
    },
    async lay(request, previous) {
      const ticket = ++latest;
      // Where what is open apart has a place already, it keeps that.
      const apart = request.frames.some(({ card }) => card) ? [...(previous?.frames ?? [])] : [];
      const key = JSON.stringify([request, apart]);
      const ready = known.get(key);
      if (ready) return ready;
      const asked = (solve ??= make());
      const positions = await asked(request, previous).catch((error: unknown) => {
        if (solve === asked) solve = null;
        throw error;
      });
      known.set(key, positions);
      if (known.size > KEPT) known.delete(known.keys().next().value as string);
      return ticket === latest ? positions : null;
    },
    close() {
      latest += 1;
    },
  };
}

/** In a module worker, so that neither `blob:` workers nor `eval` are needed. */
function workerSolve(): Solve {
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), {
    type: "module",
    name: "layout",
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  let lost = false;
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  };
  // It, or ELK, could not be loaded.
  worker.onerror = () => {
    worker.terminate();
    lost = true;
    for (const [id, answer] of waiting) answer({ id, error: LOST });
    waiting.clear();
  };
  return (request, previous) =>
    new Promise((done, fail) => {
      // It was lost before this was asked of it.
      if (lost) throw new Error(LOST);
      const id = ++last;
      waiting.set(id, (answer) => {
        if ("positions" in answer) done(answer.positions);
        else fail(new Error(answer.error));
      });
      worker.postMessage({ id, request, previous } satisfies Order);
    });
}
