/** Lays graphs out apart from the thread of the page. ELK has a worker of its own, as it takes over the one it is in. */
import Elk from "elkjs/lib/elk-api.js";
import type { Answer, Order } from "./layout";
import { solve } from "./nested";

const elk = new Elk({
  workerFactory: () => {
    const worker = new Worker(new URL("./elk.worker.ts", import.meta.url), { type: "module", name: "elk" });
    worker.onerror = () => {
      throw new Error("ELK could not be loaded.");
    };
    return worker;
  },
});

onmessage = ({ data: { id, request, previous } }: MessageEvent<Order>) => {
  solve(request, (graph) => elk.layout(graph), previous).then(
    (positions) => {
      postMessage({ id, positions } satisfies Answer);
    },
    (error: unknown) => {
      postMessage({ id, error: String(error) } satisfies Answer);
    },
  );
};
