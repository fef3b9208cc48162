/** Lays graphs out in a worker, which is loaded with the first call of `warm` or `lay`. */
import type { ElkNode } from "elkjs/lib/elk-api.js";
import type { Solver } from "./level";
import { solve } from "./nested";
import type { LayoutRequest, Positions } from "./types";

export interface Layouter {
  /** Loads the worker before it is needed. */
  warm(): void;
  /** Null where a later request has made this one stale. */
  lay(request: LayoutRequest, previous: Positions | null): Promise<Positions | null>;
  close(): void;
}

const KEPT = 24;

/** `makeSolver` is called once, lazily. */
export function createLayouter(makeSolver: () => Promise<Solver> = workerSolver): Layouter {
  let solver: Promise<Solver> | null = null;
  let latest = 0;
  const known = new Map<string, Positions>();
  const warm = () =>
    (solver ??= makeSolver().catch((error: unknown) => {
      solver = null; // tried again when it is needed
      throw error;
    }));
  return {
    warm() {
      warm().catch(() => undefined);
    },
    async lay(request, previous) {
      const ticket = ++latest;
      const key = JSON.stringify(request);
      const ready = known.get(key);
      if (ready) return ready;
      const positions = await solve(request, await warm(), previous);
      known.set(key, positions);
      if (known.size > KEPT) known.delete(known.keys().next().value as string);
      return ticket === latest ? positions : null;
    },
    close() {
      latest += 1;
    },
  };
}

/** ELK in a module worker. */
async function workerSolver(): Promise<Solver> {
  const { default: Elk } = await import("elkjs/lib/elk-api.js");
  const elk = new Elk({
    workerFactory: () =>
      new Worker(new URL("./elk.worker.ts", import.meta.url), { type: "module", name: "layout" }),
  });
  await elk.layout({ id: "warm", children: [], edges: [] });
  return (graph: ElkNode) => elk.layout(graph);
}
