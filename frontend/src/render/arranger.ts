/** Has graphs laid out as the screen asks for, once for each that differs. */
import { drawingOf, type Drawing } from "../layout/drawing";
import type { Chosen } from "../layout/groups";
import type { Layouter } from "../layout/layout";
import type { Positions } from "../layout/types";
import type { Graph } from "../store/types";
import type { Measure } from "./display";
import { leastFor, roomOf, wholeFor, type Screen } from "./framing";
import { makeGeometry, type Geometry } from "./geometry";
import { layoutRequest, planFor, type Plan } from "./plan";
import type { Level } from "./metrics";
import type { Words } from "./words";

export interface Arrangement {
  readonly geometry: Geometry;
  /** Whether it is another circuit, or another way to lay it out, rather than the same one with a change. */
  readonly fresh: boolean;
  /** Where all was before, where groups were opened or closed; what was there then moves. */
  readonly from: Geometry | null;
}

export class Arranger {
  #geometry: Geometry | null = null;
  #positions: Positions | null = null;
  #asked = "";
  /** What `#positions` are the answer to. */
  #answered = "";
  #latest: Drawing | null = null;
  #plan: { key: string; plan: Plan } | null = null;

  /** `failed` is called where a graph could not be laid out; what stood before stays, and the next change tries again. */
  constructor(
    private readonly layouter: Layouter,
    private readonly failed: () => void = () => undefined,
  ) {}

  get geometry(): Geometry | null {
    return this.#geometry;
  }

  /** Calls `done` when a new arrangement is there; never where nothing has changed or a later call was made. */
  arrange(
    graph: Graph,
    chosen: Chosen,
    level: Level,
    screen: Screen,
    words: Words,
    measure: Measure,
    done: (arrangement: Arrangement) => void,
  ): void {
    const drawing = (this.#latest = drawingOf(graph, chosen));
    const open = allOpen(drawing);
    // Made for what is open at the beginning, it does not depend on what is opened or closed since.
    const plan = this.#planned(drawingOf(graph), level, screen, words, measure);
    const request = layoutRequest(drawing, level, plan, words, measure);
    const key = JSON.stringify(request);
    if (key === this.#asked) {
      // While it is being laid out, the places are still those of another graph.
      if (key === this.#answered && this.#positions && this.#geometry?.drawing !== drawing)
        this.#geometry = makeGeometry(drawing, this.#positions, level);
      return;
    }
    this.#asked = key;
    const old = this.#geometry;
    // Another circuit is laid out for itself, whatever its nodes are called.
    const alike = old?.level === level && sameCircuit(old.drawing, drawing) ? this.#positions : null;
    // On another screen too: what was there before would hold it apart as it stood on that one.
    const previous = old?.drawing === drawing ? null : alike;
    // What is closed from the start leaves as much room free as it needs to be opened: then nothing else moves.
    const roomy =
      open && !previous
        ? this.layouter.lay(layoutRequest(open, level, plan, words, measure), null)
        : Promise.resolve(previous);
    const laid = roomy.then((before) =>
      open && !before ? null : this.#asked === key ? this.layouter.lay(request, before) : null,
    );
    laid.then(
      (positions) => {
        if (!positions || this.#asked !== key) return;
        const same = old !== null && alike?.flow === positions.flow;
        this.#positions = positions;
        this.#answered = key;
        this.#geometry = makeGeometry(this.#latest ?? drawing, positions, level);
        const from =
          same && old.drawing.graph === drawing.graph && old.drawing.key !== drawing.key ? old : null;
        done({ geometry: this.#geometry, fresh: !same, from });
      },
      () => {
        // What was asked for since is still to come.
        if (this.#asked !== key) return;
        this.#asked = "";
        this.failed();
      },
    );
  }

  close(): void {
    this.#asked = "";
    this.layouter.close();
  }

  /** What is opened or closed stays in its row, and the flow as it is: a plan is made for a graph and a screen. */
  #planned(drawing: Drawing, level: Level, screen: Screen, words: Words, measure: Measure): Plan {
    const room = roomOf(screen);
    const { graph, key: own } = drawing;
    const of =
      drawing.nodes.some(({ group }) => group) || drawing.frames.length > 0 ? String(graph.topology) : own;
    const key = [of, level, room.w, room.h, screen.present, JSON.stringify(words)].join("|");
    if (this.#plan?.key !== key) {
      const whole = wholeFor(screen, drawing, "planned");
      const least = leastFor(screen, drawing);
      const plan = planFor(drawing, level, room, words, measure, least, screen.present, whole);
      this.#plan = { key, plan };
    }
    return this.#plan.plan;
  }
}

/** The same with all groups open, where that is how the graph is shown as long as none is closed; else null. */
function allOpen(drawing: Drawing): Drawing | null {
  const open = drawingOf(drawing.graph, {});
  return open.key !== drawing.key && open.nodes.every(({ group }) => !group) ? open : null;
}

/** Whether two drawings differ by no more than open groups, and edited activations, which are nodes of their own. */
function sameCircuit(a: Drawing, b: Drawing): boolean {
  if (a.graph === b.graph) return true;
  const names = (drawing: Drawing) =>
    drawing.graph.nodes
      .map(({ name }) => name)
      .filter((name) => !/\.(edit|delta)$/.test(name))
      .join();
  return names(a) === names(b);
}
