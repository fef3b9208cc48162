/** Lays graphs out apart from the thread of the page. ELK has a worker of its own, as it takes over the one it is in. */
import Elk from "elkjs/lib/elk-api.js";
import { createKept } from "./kept";
import type { Answer, Order } from "./layout";
import { solve } from "./nested";
import type { Positions } from "./types";

// The address of this file changes with what is in it, ELK's address included; not while one develops.
const storage = import.meta.env.DEV ? undefined : (self.caches as CacheStorage | undefined);
const kept = createKept(self.location.pathname, storage);

let elk: InstanceType<typeof Elk> | null = null;

/** Takes a fifth of a second of a core: only where something is to be laid out that never was. */
function loaded(): InstanceType<typeof Elk> {
  elk ??= new Elk({
    workerFactory: () => {
      const worker = new Worker(new URL("./elk.worker.ts", import.meta.url), { type: "module", name: "elk" });
      worker.onerror = () => {
        throw new Error("ELK could not be loaded.");
      };
      return worker;
    },
  });
  return elk;
}

async function answer({ request, previous }: Order): Promise<Positions> {
  // What stood before has a say in where things are.
  const fresh = previous === null;
  const known = fresh ? await kept.find(request) : null;
  if (known) return known;
  const positions = await solve(request, (graph) => loaded().layout(graph), previous);
  if (fresh) void kept.keep(request, positions);
  return positions;
}

// On a first visit it is needed soon.
void kept.any().then((any) => any || loaded());

onmessage = ({ data }: MessageEvent<Order>) => {
  const { id } = data;
  answer(data).then(
    (positions) => {
      postMessage({ id, positions } satisfies Answer);
    },
    (error: unknown) => {
      postMessage({ id, error: String(error) } satisfies Answer);
    },
  );
};
