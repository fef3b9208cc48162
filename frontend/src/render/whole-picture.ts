/** A picture that is always seen whole: owns its canvases, follows the store, and turns pointers into places of it. */
import type { Point, Size } from "../layout/types";
import { relation } from "../store/timeline";
import type { Store } from "../store/store";
import type { State } from "../store/types";
import type { Selection } from "../store/view";
import type { Insets } from "./camera";
import { canvasMeasure } from "./canvas";
import type { DisplayList, Measure } from "./display";
import { Layers } from "./layers";
import { durationFor, startMotion, tweenAt, type Motion } from "./motion";
import { wayOf } from "./showing";
import type { Drawn, StagePicture } from "./stage-picture";
import type { Theme } from "./theme";

export interface WholeView {
  readonly theme: Theme;
  readonly reducedMotion: boolean;
  readonly present: boolean;
  readonly insets: Insets;
}

/** What rests while a step moves, and what does not. */
export interface WholeScene {
  /** What rests from frame to frame, below all else: it is painted when it is another one. */
  readonly ground?: DisplayList;
  readonly base: DisplayList;
  moving(t: number): DisplayList;
}

export interface WholeCallbacks<Places, Spot> {
  /** What the pointer is over, and where, in pixels within the host. */
  point(spot: Spot | null, at: Point | null): void;
  tap(spot: Spot | null): void;
  /** Places have changed. */
  placed(places: Places | null): void;
}

/** One kind of such a picture. */
export interface WholeKind<View, Places, Spot, Input> {
  arrange(graph: NonNullable<State["graph"]>, size: Size, view: View): Places | null;
  /** Whether another view has other places. */
  moved(old: View, view: View): boolean;
  spotAt(places: Places, graph: NonNullable<State["graph"]>, at: Point): Spot | null;
  /** Steps that are seen as one; by default each is by itself. */
  blocks?(graph: NonNullable<State["graph"]>): readonly (string | null)[];
  /** What is drawn; null while there is nothing to see. */
  input(state: State, places: Places, view: View, measure: Measure): Input | null;
  scene(input: Input): WholeScene;
  list(input: Input, t: number): DisplayList;
}

const STILL = { x: 0, y: 0, k: 1 };

export class WholePicture<
  View extends WholeView,
  Places extends { readonly size: Size },
  Spot,
  Input,
> implements StagePicture {
  readonly #layers: Layers;
  readonly #stop: (() => void)[] = [];
  #measure: Measure;
  #places: Places | null = null;
  #scene: WholeScene | null = null;
  /** Whether what moves was painted with what rests, as it does not move. */
  #together = false;
  #motion: Motion | null = null;
  #frozen: number | null = null;
  /** While a step back moves, the later frame is on the screen. */
  #shown: State | null = null;
  #request = 0;
  #destroyed = false;

  constructor(
    readonly kind: WholeKind<View, Places, Spot, Input>,
    readonly host: HTMLElement,
    readonly store: Store,
    readonly callbacks: WholeCallbacks<Places, Spot>,
    private view: View,
  ) {
    this.#layers = new Layers(host);
    this.#measure = canvasMeasure(view.theme.fonts);
    this.#stop.push(
      store.subscribe((state, old) => {
        if (state.frame !== old.frame || state.graph !== old.graph) this.#show(state, old);
      }),
    );
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(host);
    this.#stop.push(() => observer.disconnect());
    this.#listen();
    const { sans, mono } = view.theme.fonts;
    void Promise.allSettled(
      [`600 14px ${sans}`, `500 14px ${mono}`].map((font) => document.fonts.load(font, "∂L/∂h₁")),
    ).then(() => {
      if (this.#destroyed) return;
      this.#measure = canvasMeasure(this.view.theme.fonts);
      this.#invalidate();
    });
    // Parts of a font come when a letter needs them.
    const fresh = () => {
      this.#layers.refresh();
      this.#invalidate();
    };
    document.fonts.addEventListener("loadingdone", fresh);
    this.#stop.push(() => {
      document.fonts.removeEventListener("loadingdone", fresh);
    });
    this.#resized();
    this.#show(store.state, null);
  }

  setView(view: View): void {
    const old = this.view;
    this.view = view;
    if (old.theme.fonts !== view.theme.fonts) this.#measure = canvasMeasure(view.theme.fonts);
    if (old.insets !== view.insets || old.present !== view.present || this.kind.moved(old, view))
      this.#arrange();
    this.#invalidate();
  }

  drawn(): Drawn | null {
    const input = this.#input();
    if (!input || !this.#places) return null;
    const { w, h } = this.#places.size;
    return {
      list: this.kind.list(input, this.#frozen ?? 1),
      view: { x: 0, y: 0, w, h },
      theme: this.view.theme,
      measure: this.#measure,
    };
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

  destroy(): void {
    this.#destroyed = true;
    cancelAnimationFrame(this.#request);
    for (const stop of this.#stop) stop();
    this.#layers.remove();
  }

  #listen(): void {
    const { host } = this;
    const at = (event: MouseEvent): Point => {
      const box = host.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const spot = (event: MouseEvent) => {
      const { graph } = this.store.state;
      return this.#places && graph ? this.kind.spotAt(this.#places, graph, at(event)) : null;
    };
    const move = (event: MouseEvent) => {
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

  #show(state: State, old: State | null): void {
    const { frame, graph } = state;
    if (!frame || !graph) return;
    const was = old?.frame?.header.cursor ?? null;
    const blocks = this.kind.blocks?.(graph);
    const to = frame.header.cursor;
    const way =
      old?.graph === graph && old.frame && old.frame !== frame
        ? blocks
          ? wayOf(graph, blocks, was, to)
          : relation(was, to, graph.steps.length)
        : "jump";
    const duration = this.view.reducedMotion
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
    if (this.#motion) this.#invalidate();
    else this.#paintNow();
  }

  /**
   * A frame without a movement is painted when it comes, before the page around it changes: a canvas asks for the style
   * of the whole document whenever a font is set, and then it is still known.
   */
  #paintNow(): void {
    if (this.#destroyed) return;
    this.#scene = null;
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#paint(performance.now());
  }

  #arrange(): void {
    const { graph } = this.store.state;
    const { size } = this.#layers;
    this.#places = graph && size.w > 0 ? this.kind.arrange(graph, size, this.view) : null;
    this.callbacks.placed(this.#places);
  }

  #resized(): void {
    if (!this.#layers.resize(this.host.clientWidth, this.host.clientHeight)) return;
    this.#arrange();
    this.#invalidate();
  }

  #input(): Input | null {
    return this.#shown && this.#places
      ? this.kind.input(this.#shown, this.#places, this.view, this.#measure)
      : null;
  }

  #invalidate(): void {
    this.#scene = null;
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
      if (tween.done) this.#rest();
    }
    const { theme } = this.view;
    if (!this.#scene) {
      const input = this.#input();
      if (!input) return;
      this.#scene = this.kind.scene(input);
      this.#together = !this.#motion;
      const { ground, base } = this.#scene;
      const list = this.#together ? [...base, ...this.#scene.moving(t)] : base;
      this.#layers.paintBase(list, STILL, theme, ground);
    }
    this.#layers.paintOver(this.#together ? [] : this.#scene.moving(t), STILL, theme);
    if (this.#motion) this.#schedule();
  }

  /** After a step back the earlier frame takes over. */
  #rest(): void {
    const backwards = this.#motion?.backwards;
    this.#motion = null;
    if (!backwards) return;
    this.#shown = this.store.state;
    this.#scene = null;
  }
}
