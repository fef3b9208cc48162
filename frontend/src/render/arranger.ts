/** Has graphs laid out as the screen asks for, once for each that differs. */
import { drawingOf, type Drawing } from "../layout/drawing";
import type { Layouter } from "../layout/layout";
import type { Positions } from "../layout/types";
import type { Graph } from "../store/types";
import type { Measure } from "./display";
import { leastFor, roomOf, wholeFor, type Screen } from "./framing";
import { layoutRequest, makeGeometry, planFor, type Geometry, type Plan } from "./geometry";
import type { Level } from "./metrics";
import type { Words } from "./words";

export interface Arrangement {
  readonly geometry: Geometry;
  /** Whether it is another circuit, or another way to lay it out, rather than the same one with a change. */
  readonly fresh: boolean;
}

export class Arranger {
  #geometry: Geometry | null = null;
  #positions: Positions | null = null;
  #asked = "";
  #latest: Drawing | null = null;
  #plan: { key: string; plan: Plan } | null = null;

  constructor(private readonly layouter: Layouter) {}

  get geometry(): Geometry | null {
    return this.#geometry;
  }

  /** Calls `done` when a new arrangement is there; never where nothing has changed or a later call was made. */
  arrange(
    graph: Graph,
    level: Level,
    screen: Screen,
    words: Words,
    measure: Measure,
    done: (arrangement: Arrangement) => void,
  ): void {
    const drawing = (this.#latest = drawingOf(graph));
    const plan = this.#planned(drawing, level, screen, words, measure);
    const request = layoutRequest(drawing, level, plan, words, measure);
    const key = JSON.stringify(request);
    if (key === this.#asked) {
      if (this.#positions && this.#geometry && this.#geometry.drawing !== drawing)
        this.#geometry = makeGeometry(drawing, this.#positions, level);
      return;
    }
    this.#asked = key;
    const old = this.#geometry;
    const previous = old?.level === level ? this.#positions : null;
    this.layouter.lay(request, previous).then(
      (positions) => {
        if (!positions || this.#asked !== key) return;
        const same = previous?.flow === positions.flow && old !== null && sameCircuit(old.drawing, drawing);
        this.#positions = positions;
        this.#geometry = makeGeometry(this.#latest ?? drawing, positions, level);
        done({ geometry: this.#geometry, fresh: !same });
      },
      () => {
        this.#asked = ""; // the worker could not be loaded: tried again with the next change
      },
    );
  }

  close(): void {
    this.#asked = "";
    this.layouter.close();
  }

  #planned(drawing: Drawing, level: Level, screen: Screen, words: Words, measure: Measure): Plan {
    const room = roomOf(screen);
    const key = [drawing.key, level, room.w, room.h, screen.present, JSON.stringify(words)].join("|");
    if (this.#plan?.key !== key) {
      const whole = wholeFor(screen, "planned");
      const plan = planFor(drawing, level, room, words, measure, leastFor(screen), screen.present, whole);
      this.#plan = { key, plan };
    }
    return this.#plan.plan;
  }
}

/** Whether two drawings differ by no more than edited activations, which are nodes of their own. */
function sameCircuit(a: Drawing, b: Drawing): boolean {
  const names = (drawing: Drawing) =>
    drawing.nodes
      .map(({ node }) => node.name)
      .filter((name) => !/\.(edit|delta)$/.test(name))
      .join();
  return names(a) === names(b);
}
