/** What a pointer does with the picture: it moves and zooms it, points at what is there, selects, opens and edits. */
import type { Point } from "../layout/types";
import type { FrameView } from "../store/types";
import { toPicture, type Camera } from "./camera";
import type { Measure } from "./display";
import type { Geometry } from "./geometry";
import { listenToGestures } from "./gestures";
import { hit, numberAt } from "./hit";
import { selectionOf } from "./mirror";
import type { PictureCallbacks, PictureSpot } from "./picture-view";
import type { Spot } from "./scene-input";
import type { Viewfinder } from "./viewfinder";

/** What a hand has hold of. */
export interface Handled {
  readonly camera: Camera;
  geometry(): Geometry | null;
  frame(): FrameView | null;
  measure(): Measure;
  move(act: (finder: Viewfinder) => void): void;
  settle(): void;
  fit(): void;
  requestEdit(name: string): void;
  /** It points at something else. */
  pointed(): void;
}

export class Hand {
  #hovered: Spot | null = null;
  readonly #stop: () => void;

  constructor(
    private readonly host: HTMLElement,
    private readonly picture: Handled,
    private readonly callbacks: PictureCallbacks,
  ) {
    this.#stop = listenToGestures(host, {
      pan: (dx, dy) => {
        picture.move((finder) => finder.pan(dx, dy));
      },
      zoom: (by, around) => {
        picture.move((finder) => finder.zoom(by, around));
      },
      end: () => {
        picture.settle();
      },
      tap: (at) => {
        this.#tap(at);
      },
      doubleTap: (at) => {
        this.#doubleTap(at);
      },
      hover: (at) => {
        this.#hover(at);
      },
    });
  }

  /** What the pointer is over. */
  get hovered(): Spot | null {
    return this.#hovered;
  }

  close(): void {
    this.#stop();
  }

  #spotAt(at: Point): PictureSpot | null {
    const { camera } = this.picture;
    const geometry = this.picture.geometry();
    if (!geometry) return null;
    const spot = hit(geometry, toPicture(camera, at), 8 / camera.k);
    const selection = spot && selectionOf(geometry, spot);
    return spot && selection ? { ...spot, selection } : null;
  }

  #tap(at: Point): void {
    const spot = this.#spotAt(at);
    if (spot?.kind === "group") {
      this.callbacks.toggle?.(spot.selection.name);
      return;
    }
    this.callbacks.select(spot);
    const [geometry, frame] = [this.picture.geometry(), this.picture.frame()];
    if (spot?.kind !== "node" || !geometry || !frame) return;
    const place = toPicture(this.picture.camera, at);
    const number = numberAt(geometry, frame, spot.index, place, this.picture.measure());
    if (number) this.callbacks.explain?.({ name: spot.selection.name, ...number });
  }

  #doubleTap(at: Point): void {
    const spot = this.#spotAt(at);
    if (!spot) this.picture.fit();
    else if (spot.kind === "node") this.picture.requestEdit(spot.selection.name);
  }

  #hover(at: Point | null): void {
    const spot = at ? this.#spotAt(at) : null;
    if (spot?.kind === this.#hovered?.kind && spot?.index === this.#hovered?.index) return;
    this.#hovered = spot ? { kind: spot.kind, index: spot.index } : null;
    this.host.style.cursor = spot ? "pointer" : "";
    this.picture.pointed();
  }
}
