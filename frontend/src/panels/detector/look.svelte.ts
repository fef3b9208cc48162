// What is looked at of a detector, and what the server says of it: shared by the stage and the panel beside it.
import type { ClientMessage, DetectResult, SceneResult } from "../../store/types";
import type { Answer, Link } from "../model/link";
import type { Page } from "../model/page.svelte";
import type { Cell } from "../../render/detector-view/scene";
import { isFast } from "../../store/playback";

export type Picture = DetectResult["picture"];

/** A true box that is looked at, and where it is held; null: where it belongs. */
export interface Target {
  readonly index: number;
  readonly box: readonly number[] | null;
}

/** What the address holds: the picture as chosen (null: what there is to see), a cell, and where a box is held. */
export interface Chosen {
  readonly picture: Picture | null;
  readonly cell: Cell | null;
  readonly held: readonly number[] | null;
  readonly target: Target | null;
}

const PICTURES: readonly Picture[] = ["batch", "original", "held_out"];

/** "held_out:3.4:1,2.5,30,40" or, of a true box, "held_out:3.4::2,1,2.5,30,40"; null where nothing is chosen. */
export function sceneToText({ picture, cell, held, target }: Chosen): string | null {
  if (!picture && !cell && !target) return null;
  const parts = [
    picture ?? "",
    cell ? `${cell.row}.${cell.column}` : "",
    cell && held ? held.join() : "",
    target ? [target.index, ...(target.box ?? [])].join() : "",
  ];
  return parts.join(":").replace(/:+$/, "");
}

/** Reads it kindly: what does not make sense is not chosen. */
export function sceneFrom(text: string | null): Chosen {
  const [named = "", at = "", box = "", aim = ""] = (text ?? "").split(":");
  const place = /^(\d)\.(\d)$/.exec(at);
  const cell = place ? { row: Number(place[1]), column: Number(place[2]) } : null;
  const held = box.split(",").map(Number);
  const [index = -1, ...edges] = aim === "" ? [] : aim.split(",").map(Number);
  return {
    picture: PICTURES.find((one) => one === named) ?? null,
    cell,
    held: cell && box && held.length === 4 && held.every(Number.isFinite) ? held : null,
    target:
      Number.isInteger(index) && index >= 0
        ? { index, box: edges.length === 4 && edges.every(Number.isFinite) ? edges : null }
        : null,
  };
}

export class Look {
  /** How far suppression has come down the list; null: all. */
  passed: number | null = $state(null);
  /** Suppress above this overlap; null: as the set-up has it. */
  threshold: number | null = $state(null);
  /** Whether gradients of the terms by the weights, and of the original, are wanted. */
  wanted = $state(false);
  /** The layer whose weights are looked at one by one. */
  layer: string | null = $state("head.weight");
  scene: SceneResult | null = $state.raw(null);
  /** The scene of the batch as it is trained on, and as it was. */
  trained: SceneResult | null = $state.raw(null);
  plain: SceneResult | null = $state.raw(null);
  found: DetectResult | null = $state.raw(null);

  constructor(readonly page: Page) {}

  get #now(): Chosen {
    return sceneFrom(this.page.scene);
  }

  get chosen(): Picture | null {
    return this.#now.picture;
  }
  set chosen(picture: Picture | null) {
    this.#choose({ ...this.#now, picture });
  }

  get cell(): Cell | null {
    return this.#now.cell;
  }
  set cell(cell: Cell | null) {
    const { cell: old, held } = this.#now;
    const same = old !== null && old.row === cell?.row && old.column === cell.column;
    this.#choose({ ...this.#now, cell, held: same ? held : null });
  }

  /** Where the box of that cell is held, in pixels of the scene. */
  get held(): readonly number[] | null {
    return this.#now.held;
  }
  set held(held: readonly number[] | null) {
    const { target } = this.#now;
    // One box is held at a time.
    this.#choose({ ...this.#now, held, target: held && target ? { ...target, box: null } : target });
  }

  /** The true box that is looked at. */
  get target(): Target | null {
    return this.#now.target;
  }
  set target(target: Target | null) {
    this.#choose({ ...this.#now, target, held: target?.box ? null : this.#now.held });
  }

  /** Whether any box is held elsewhere. */
  get moved(): boolean {
    return Boolean(this.held ?? this.target?.box);
  }

  putBack(): void {
    const { target } = this.#now;
    this.#choose({ ...this.#now, held: null, target: target && { ...target, box: null } });
  }

  #choose(now: Chosen): void {
    this.page.scene = sceneToText(now);
  }
}

const looks = new WeakMap<Page, Look>();

export function lookOf(page: Page): Look {
  let look = looks.get(page);
  if (!look) looks.set(page, (look = new Look(page)));
  return look;
}

/** The batch where it is there and rests long enough to be seen, else what is held out. */
export function pictureOf(page: Page, look: Look): Picture {
  const loaded = (page.state.cursor?.step ?? 0) >= 1;
  if (look.chosen === "held_out" || isFast(page.player) || !loaded) return "held_out";
  return look.chosen ?? "batch";
}

/** A question that waits for its answer before it is asked anew, and then asks only what is wanted by then. */
export class Latest<T extends Answer["type"]> {
  #busy = false;
  #next: ClientMessage | null = null;
  #asked: string | null = null;

  constructor(
    readonly link: Link,
    readonly type: T,
    readonly take: (answer: Extract<Answer, { type: T }>) => void,
  ) {}

  put(key: string, command: ClientMessage): void {
    if (key === this.#asked) return;
    this.#asked = key;
    if (this.#busy) this.#next = command;
    else this.#send(command);
  }

  #send(command: ClientMessage): void {
    this.#busy = true;
    const done = (): void => {
      this.#busy = false;
      const next = this.#next;
      this.#next = null;
      if (next) this.#send(next);
    };
    this.link.ask(command).then(
      (answer) => {
        if (answer.type === this.type) this.take(answer as Extract<Answer, { type: T }>);
        done();
      },
      () => {
        // What is refused now (nothing is loaded yet) may be asked again.
        this.#asked = null;
        done();
      },
    );
  }
}

/** Keeps the scene and what is said of it up to date, while `when` says so. Call while a component is set up. */
export function followDetector(page: Page, look: Look, when: () => boolean): void {
  const scenes = new Latest(page.link, "scene_result", (answer) => (look.scene = answer));
  const trained = new Latest(page.link, "scene_result", (answer) => (look.trained = answer));
  const plain = new Latest(page.link, "scene_result", (answer) => (look.plain = answer));
  const answers = new Latest(page.link, "detect_result", (answer) => (look.found = answer));
  $effect(() => {
    const { frame, graph } = page;
    if (!frame || !graph?.grid || !when()) return;
    const picture = pictureOf(page, look);
    const row = page.unfolding.row ?? 0;
    const { cursor, seq } = frame.header;
    const of = picture === "held_out" ? "" : `${cursor.branch}.${cursor.iteration}`;
    scenes.put(JSON.stringify([picture, row, of, graph.topology]), { type: "scene", picture, row });
    const moved = look.cell && look.held ? { ...look.cell, box: [...look.held] } : null;
    const aim = look.target;
    const target = aim?.box ? { index: aim.index, box: [...aim.box] } : null;
    const more = look.wanted && !isFast(page.player) && !page.withheld;
    if (more && picture !== "held_out")
      for (const [asked, one] of [
        [trained, "batch"],
        [plain, "original"],
      ] as const)
        asked.put(JSON.stringify([row, of, graph.topology]), { type: "scene", picture: one, row });
    const layer = more ? look.layer : null;
    answers.put(JSON.stringify([seq, picture, row, look.threshold, moved, target, more, layer]), {
      type: "detect",
      picture,
      row,
      threshold: look.threshold,
      moved,
      target,
      maps: !page.bare,
      pulls: more,
      layer,
      compare: more && picture !== "held_out",
    });
  });
}
