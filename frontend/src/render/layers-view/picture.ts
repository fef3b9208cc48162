/** The layers' view on the page: owns its canvases, follows the store, and turns pointers into units and weights. */
import type { Box, Point } from "../../layout/types";
import { relation } from "../../store/timeline";
import type { Store } from "../../store/store";
import type { Source, State } from "../../store/types";
import type { Selection } from "../../store/view";
import type { Insets } from "../camera";
import { canvasMeasure } from "../canvas";
import "../cells";
import "../thumbnails";
import type { Measure } from "../display";
import { Layers } from "../layers";
import { durationFor, startMotion, tweenAt, type Motion } from "../motion";
import { lightTheme, type Theme } from "../theme";
import type { Drawn, StagePicture } from "../stage-picture";
import { arrange, type Arrangement } from "./arrangement";
import { spotAt, type NetworkSpot } from "./hit";
import { showsIn } from "./reading";
import type { NetworkInput, NetworkScene, NetworkView, NetworkWords } from "./input";
import { networkList, networkScene } from "./scene";

export interface NetworkPictureView extends NetworkView {
  readonly theme: Theme;
  readonly words: NetworkWords;
  readonly reducedMotion: boolean;
  readonly present: boolean;
  readonly insets: Insets;
}

export interface UnitBox {
  readonly layer: number;
  readonly unit: number;
  readonly rect: Box;
}

export interface NetworkCallbacks {
  /** What the pointer is over, and where, in pixels within the host. */
  point(spot: NetworkSpot | null, at: Point | null): void;
  tap(spot: NetworkSpot | null): void;
  /** Places have changed. */
  placed(places: Arrangement | null): void;
}

const STILL = { x: 0, y: 0, k: 1 };

export class NetworkPicture implements StagePicture {
  #view: NetworkPictureView;
  readonly #layers: Layers;
  readonly #stop: (() => void)[] = [];
  #measure: Measure;
  #places: Arrangement | null = null;
  #scene: NetworkScene | null = null;
  #motion: Motion | null = null;
  #frozen: number | null = null;
  /** While a step back moves, the later frame is on the screen. */
  #shown: State | null = null;
  #request = 0;
  #dirty = { base: true, over: true };
  #destroyed = false;

  constructor(
    readonly host: HTMLElement,
    readonly store: Store,
    readonly callbacks: NetworkCallbacks,
    view: NetworkPictureView,
  ) {
    this.#view = view;
    this.#layers = new Layers(host);
    this.#measure = canvasMeasure(view.theme.fonts);
    this.#stop.push(store.subscribe((state, old) => this.#changed(state, old)));
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(host);
    this.#stop.push(() => observer.disconnect());
    this.#listen();
    const { sans, mono } = (view.theme ?? lightTheme).fonts;
    void Promise.allSettled(
      [`600 14px ${sans}`, `500 14px ${mono}`].map((font) => document.fonts.load(font, "∂L/∂h₁")),
    ).then(() => {
      if (this.#destroyed) return;
      this.#measure = canvasMeasure(this.#view.theme.fonts);
      this.#invalidate();
    });
    this.#resized();
    this.#show(store.state, null);
  }

  setView(view: NetworkPictureView): void {
    const old = this.#view;
    this.#view = view;
    if (old.theme.fonts !== view.theme.fonts) this.#measure = canvasMeasure(view.theme.fonts);
    if (old.insets !== view.insets || old.present !== view.present) this.#arrange();
    this.#invalidate();
  }

  drawn(): Drawn | null {
    const input = this.#input();
    if (!input) return null;
    const { w, h } = input.places.size;
    const { theme, measure } = input;
    return { list: networkList(input, this.#frozen ?? 1), view: { x: 0, y: 0, w, h }, theme, measure };
  }

  freeze(t: number | null): void {
    this.#frozen = t;
    this.#motion = null;
    this.#invalidate();
  }

  /** All of it always is in view, and nothing is typed in place. */
  reveal(_selection: Selection): void {
    return;
  }
  requestEdit(_name: string): void {
    return;
  }
  fit(): void {
    return;
  }

  /** Each unit where it is, for the focusable mirror. */
  boxes(): UnitBox[] {
    return (this.#places?.columns ?? []).flatMap(({ layer, units }) =>
      units.map((rect, unit) => ({ layer, unit, rect })),
    );
  }

  destroy(): void {
    this.#destroyed = true;
    cancelAnimationFrame(this.#request);
    for (const stop of this.#stop) stop();
    this.#layers.remove();
  }

  #listen(): void {
    const { host } = this;
    const at = (event: PointerEvent | MouseEvent): Point => {
      const box = host.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const spot = (event: PointerEvent | MouseEvent) => this.#places && this.#spot(at(event));
    const move = (event: PointerEvent) => {
      const found = spot(event);
      host.style.cursor = found ? "pointer" : "";
      this.callbacks.point(found, found && at(event));
    };
    const leave = () => this.callbacks.point(null, null);
    const click = (event: MouseEvent) => this.callbacks.tap(spot(event));
    host.addEventListener("pointermove", move);
    host.addEventListener("pointerleave", leave);
    host.addEventListener("click", click);
    this.#stop.push(() => {
      host.removeEventListener("pointermove", move);
      host.removeEventListener("pointerleave", leave);
      host.removeEventListener("click", click);
    });
  }

  #spot(at: Point): NetworkSpot | null {
    const { graph } = this.store.state;
    return this.#places && graph ? spotAt(this.#places, graph.layers, at) : null;
  }

  #changed(state: State, old: State): void {
    if (state.frame !== old.frame || state.graph !== old.graph) this.#show(state, old);
  }

  #show(state: State, old: State | null): void {
    const { frame, graph } = state;
    if (!frame || !graph) return;
    const was = old?.frame?.header.cursor ?? null;
    const way =
      old?.graph === graph && old.frame && old.frame !== frame
        ? relation(was, frame.header.cursor, graph.steps.length)
        : "jump";
    const duration = this.#view.reducedMotion
      ? 0
      : durationFor(state.playback.playing ? state.playback.rate : 1);
    this.#motion = null;
    this.#shown = state;
    if (duration > 0 && way === "next") this.#motion = startMotion(performance.now(), false, duration);
    else if (duration > 0 && way === "previous" && old) {
      this.#shown = old;
      this.#motion = startMotion(performance.now(), true, duration);
    }
    if (old?.graph !== graph) this.#arrange();
    this.#invalidate();
  }

  #arrange(): void {
    const { graph } = this.store.state;
    const { insets, present } = this.#view;
    const size = this.#layers.size;
    this.#places =
      graph && graph.layers.length > 0 && size.w > 0
        ? arrange(graph.layers, { size, insets, present })
        : null;
    this.callbacks.placed(this.#places);
  }

  #resized(): void {
    if (!this.#layers.resize(this.host.clientWidth, this.host.clientHeight)) return;
    this.#arrange();
    this.#invalidate();
  }

  #input(): NetworkInput | null {
    const state = this.#shown;
    const places = this.#places;
    if (!state?.graph || !state.frame || !places || places.columns.length !== state.graph.layers.length)
      return null;
    const { theme, words } = this.#view;
    return {
      graph: state.graph,
      frame: state.frame,
      maps: state.maps,
      places,
      theme,
      words,
      measure: this.#measure,
      view: this.#view,
    };
  }

  #invalidate(): void {
    this.#scene = null;
    this.#dirty = { base: true, over: true };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#request || this.#destroyed) return;
    this.#request = requestAnimationFrame((now) => {
      this.#request = 0;
      this.#paint(now);
    });
  }

  #paint(now: number): void {
    let t = this.#frozen ?? 1;
    if (this.#motion && this.#frozen === null) {
      const tween = tweenAt(this.#motion, now);
      t = tween.done ? 1 : tween.t;
      this.#dirty.over = true;
      if (tween.done) this.#rest();
    }
    if (!this.#scene) {
      const input = this.#input();
      if (!input) return;
      this.#scene = networkScene(input);
    }
    if (this.#dirty.base) this.#layers.paintBase(this.#scene.base, STILL, this.#view.theme);
    if (this.#dirty.over || this.#dirty.base)
      this.#layers.paintOver(this.#scene.moving(t), STILL, this.#view.theme);
    this.#dirty = { base: false, over: false };
    if (this.#motion) this.#schedule();
  }

  /** After a step back the earlier frame takes over. */
  #rest(): void {
    const backwards = this.#motion?.backwards;
    this.#motion = null;
    if (!backwards) return;
    this.#shown = this.store.state;
    this.#scene = null;
    this.#dirty = { base: true, over: true };
  }
}

/** What a click on a unit, a weight or a cell asks about: the number that is shown there now. */
export function sourceOf(state: State, spot: NetworkSpot): Source | null {
  const { graph, frame } = state;
  const layer = graph?.layers[spot.layer];
  if (!graph || !frame || !layer) return null;
  const shows = showsIn(frame.header.phase);
  const ask = (node: number | null, index: number[], what: "value" | "grad"): Source | null => {
    const name = node === null ? undefined : graph.nodes[node]?.name;
    return name === undefined ? null : { name, what, index, argument: null };
  };
  const known = (node: number | null) => node !== null && frame.grad(node) !== null;
  switch (spot.kind) {
    case "weight":
      return ask(
        layer.weight,
        [spot.unit, spot.from],
        shows !== "value" && known(layer.weight) ? "grad" : "value",
      );
    case "bias":
      return ask(layer.bias, [spot.unit], shows !== "value" && known(layer.bias) ? "grad" : "value");
    case "unit":
      return null;
  }
}
