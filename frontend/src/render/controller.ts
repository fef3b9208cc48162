/** The picture on the page: owns its canvases, follows the store, and turns pointers into selections and edits. */
import { createLayouter, type Layouter } from "../layout/layout";
import type { Box } from "../layout/types";
import type { Store } from "../store/store";
import type { Graph, State } from "../store/types";
import type { Selection } from "../store/view";
import { allScalars, shownZoom } from "../store/zoom";
import { Arranger } from "./arranger";
import { toPicture, type Camera } from "./camera";
import { canvasMeasure } from "./canvas";
import type { Measure } from "./display";
import type { Screen } from "./framing";
import type { Geometry } from "./geometry";
import { Hand, type Handled } from "./hand";
import { inputOf } from "./input";
import { groupsOf, type Chosen } from "../layout/groups";
import { Layers } from "./layers";
import { legendOf, type Legend } from "./legend";
import type { Level } from "./metrics";
import { boxesOf, editOf, sameSelection } from "./mirror";
import type * as Opening from "./opening";
import type { Beyond } from "./beyond";
import { ease, startMotion, tweenAt, type Motion } from "./motion";
import { defaultPictureView, type PictureBox, type PictureCallbacks, type PictureView } from "./picture-view";
import { scene, sceneList, type Scene, type SceneInput } from "./scene";
import { showingOf, type Shown } from "./showing";
import type { Drawn, StagePicture } from "./stage-picture";
import { Viewfinder } from "./viewfinder";

export * from "./picture-view";

const MANY = 200;
const FAR = 0.42;
/** Milliseconds in which what stays makes room. */
const MORPH = 320;

export class Picture implements StagePicture {
  #view: PictureView;
  readonly #layers: Layers;
  readonly #stop: (() => void)[] = [];
  #measure: Measure;
  readonly #arranger: Arranger;
  readonly #finder: Viewfinder;
  /** Whether the screen has changed since it was last looked through. */
  #unfit = false;
  readonly #hand: Hand;
  #motion: Motion | null = null;
  #frozen: number | null = null;
  #shown: Shown | null = null;
  #scene: { input: SceneInput; scene: Scene } | null = null;
  #dirty = { base: true, over: true };
  #request = 0;
  #paintedSeq = -1;
  /** Groups that open or close: the arrangement before, and the movement away from it. */
  #morph: { from: Geometry; motion: Motion } | null = null;
  /** Comes with the first graph that has groups. */
  #opening: typeof Opening | null = null;
  /** The group that was opened apart last, until its inside has been seen. */
  #opened: string | null = null;
  #boxes: { of: Geometry; list: readonly PictureBox[] } | null = null;
  #destroyed = false;

  constructor(
    readonly host: HTMLElement,
    readonly store: Store,
    readonly callbacks: PictureCallbacks,
    view: Partial<PictureView> = {},
    layouter: Layouter = createLayouter(),
  ) {
    this.#view = { ...defaultPictureView, ...view };
    this.#layers = new Layers(host);
    this.#measure = canvasMeasure(this.#view.theme.fonts);
    this.#arranger = new Arranger(layouter, () => callbacks.failed?.());
    this.#finder = new Viewfinder(
      () => this.#geometry,
      () => this.#screen,
      () => (this.#current ? (this.store.state.frame?.header.step ?? null) : null),
    );
    layouter.warm();
    this.#stop.push(store.subscribe((state, old) => this.#changed(state, old)));
    this.#hand = new Hand(host, this.#handled(), callbacks);
    this.#stop.push(() => this.#hand.close());
    const observer = new ResizeObserver(() => this.#resized());
    observer.observe(host);
    this.#stop.push(() => observer.disconnect());
    this.#loadFonts();
    this.#resized();
    this.#show(store.state, null);
  }

  setView(view: Partial<PictureView>): void {
    const old = this.#view;
    this.#view = { ...old, ...view };
    const fit = old.present !== this.#view.present || old.insets !== this.#view.insets;
    if (old.theme.fonts !== this.#view.theme.fonts) this.#measure = canvasMeasure(this.#view.theme.fonts);
    // The page says at once what a change of size means; the host's own is told later.
    if (fit) this.#layers.resize(this.host.clientWidth, this.host.clientHeight);
    this.#unfit ||= fit;
    this.#layout();
    this.#invalidate();
  }

  legend(): Legend {
    return legendOf(this.#view.theme, this.#view.scale, this.store.state.phase);
  }

  /**
   * Shows the picture no smaller than it can be read, following what is active. Where it is so already and does not
   * fit: all of it, however small.
   */
  fit(): void {
    this.#fit(this.#finder.auto && this.#finder.cut);
  }

  #fit(whole: boolean): void {
    this.#unfit = false;
    this.#finder.fit(whole);
    if (this.#geometry) this.#moved();
  }

  zoomBy(by: number): void {
    this.#move((finder) => finder.zoom(by));
    this.#settle();
  }

  /** Brings a card or wire into view, for a selection made by keyboard. */
  reveal(selection: Selection): void {
    const box = this.boxes().find((b) => sameSelection(b.selection, selection));
    if (box && this.#finder.reveal(box.rect)) this.#moved();
  }

  /** Where beyond the screen a group was opened; null where its inside is seen, or was. */
  beyond(): Beyond | null {
    if (this.#opened === null || !this.#geometry || !this.#opening || this.#finder.gliding) return null;
    const found = this.#opening.beyond(this.#geometry, this.#opened, this.camera, this.#screen);
    if (!found) this.#opened = null;
    return found;
  }

  /** Brings the inside of the group into view that was opened beyond the screen. */
  showOpened(): void {
    if (this.#opened === null || !this.#geometry || !this.#opening) return;
    const to = this.#opening.showingOpened(this.#geometry, this.#opened, this.camera, this.#screen);
    this.#finder.glideTo(to, this.#view.reducedMotion ? null : startMotion(performance.now(), false, MORPH));
    this.#opened = null;
    this.#moved();
  }

  get camera(): Camera {
    return this.#finder.camera;
  }

  /** Where cards and wires are: for the focusable mirror. In tape order; the same list for the same arrangement. */
  boxes(): readonly PictureBox[] {
    if (this.#boxes?.of !== this.#geometry)
      this.#boxes = this.#geometry && { of: this.#geometry, list: boxesOf(this.#geometry) };
    return this.#boxes?.list ?? [];
  }

  /** Starts the editing of a node's value, as a double click does. */
  requestEdit(name: string): void {
    const edit = this.#geometry && editOf(this.#geometry, this.camera, name);
    if (edit) this.callbacks.edit(edit);
  }

  drawn(): Drawn | null {
    const input = this.#input();
    if (!input) return null;
    const { x, y, w, h } = input.geometry.bounds;
    const view = { x: x - 48, y: y - 48, w: w + 96, h: h + 96 };
    const { theme, measure } = input;
    return { list: sceneList(input, this.#frozen ?? 1), view, theme, measure };
  }

  /** Holds the movement of the step on the screen at t; null lets it rest. For films and tests. */
  freeze(t: number | null): void {
    this.#frozen = t;
    this.#motion = null;
    this.#invalidate();
  }

  destroy(): void {
    this.#destroyed = true;
    cancelAnimationFrame(this.#request);
    for (const stop of this.#stop) stop();
    this.#layers.remove();
    this.#arranger.close();
  }

  #changed(state: State, old: State): void {
    if (state.frame !== old.frame || state.graph !== old.graph) this.#show(state, old);
    else if (state.config !== old.config) this.#invalidate();
  }

  #show(state: State, old: State | null): void {
    const showing = showingOf(state, old, this.#chosen, this.#view.reducedMotion, performance.now());
    if (!showing) return;
    this.#shown = showing.shown;
    this.#motion = showing.motion;
    this.#layout();
    if (this.#finder.follow(this.#motion)) this.callbacks.placed?.();
    this.#invalidate();
  }

  #layout(): void {
    const graph = this.store.state.graph;
    if (!graph) return;
    const level = this.#level(graph);
    const { words, reducedMotion } = this.#view;
    if (!this.#opening && groupsOf(graph).list.length > 0) void this.#drawGroups();
    this.#arranger.arrange(
      graph,
      this.#chosen,
      level,
      this.#screen,
      words,
      this.#measure,
      ({ fresh, from }) => {
        if (this.#destroyed) return;
        this.#morph =
          from && this.#opening && !reducedMotion && !this.#heavy()
            ? { from, motion: startMotion(performance.now(), false, MORPH) }
            : null;
        if (fresh || (this.#finder.auto && !from)) this.#fit(false);
        // What stays does not move, unless there is no room for what is new.
        else if (this.#geometry?.drawing.apart) {
          const { frames } = this.#geometry;
          this.#opened = [...frames.keys()].find((id) => from && !from.frames.has(id)) ?? null;
        } else this.#finder.widen(this.#morph?.motion ?? null);
        this.#invalidate();
        this.callbacks.placed?.();
      },
    );
    if (this.#unfit && this.#current) {
      this.#unfit = false;
      if (this.#finder.auto) this.#fit(false);
    }
  }

  async #drawGroups(): Promise<void> {
    this.#opening ??= await import("./opening");
    this.#invalidate();
  }

  get #geometry(): Geometry | null {
    return this.#arranger.geometry;
  }

  /** Whether what is laid out is the graph that there is, and not the one before. */
  get #current(): boolean {
    return this.#geometry?.drawing.graph === this.store.state.graph;
  }

  get #chosen(): Chosen {
    return this.#view.groups;
  }

  get #screen(): Screen {
    const { present, insets } = this.#view;
    return { size: this.#layers.size, present, insets };
  }

  #level(graph: Graph): Level {
    // Between tensors, single numbers need no tile.
    return allScalars(graph) && shownZoom(graph, this.#view.zoom) === "operations" ? "operations" : "scalars";
  }

  #input(): SceneInput | null {
    const geometry = this.#geometry;
    const shown = this.#shown;
    if (!geometry || !shown || shown.frame.header.topology !== geometry.drawing.graph.topology) return null;
    if (!this.#opening && groupsOf(geometry.drawing.graph).list.length > 0) return null;
    const { state } = this.store;
    const rate = state.config["lr"];
    return inputOf(geometry, shown, this.#view, this.#measure, {
      groups: this.#opening,
      hovered: this.#hand.hovered,
      rate: typeof rate === "number" ? rate : null,
      far: this.camera.k < FAR,
      visible: this.#heavy() ? this.#around() : null,
    });
  }

  /** The picture while groups open or close. */
  #morphed(input: SceneInput, now: number): SceneInput {
    if (!this.#morph || !this.#opening) return input;
    const { from, motion } = this.#morph;
    const { t, done } = tweenAt(motion, now);
    if (done) {
      this.#morph = null;
      return input;
    }
    const { geometry, fresh } = this.#opening.between(from, input.geometry, ease(t));
    return { ...input, geometry, view: { ...input.view, fresh: { nodes: fresh, opacity: ease(t) } } };
  }

  /** What is on the screen, and as much again on each side. */
  #around(): Box {
    const { w, h } = this.#layers.size;
    const { x, y } = toPicture(this.camera, { x: -w, y: -h });
    return { x, y, w: (3 * w) / this.camera.k, h: (3 * h) / this.camera.k };
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
    this.#resized();
    let t = this.#frozen ?? 1;
    if (this.#motion && this.#frozen === null) {
      const tween = tweenAt(this.#motion, now);
      t = tween.t;
      this.#dirty.over = true;
      if (tween.done) this.#rest();
      t = tween.done ? 1 : t;
    }
    if (this.#frozen === null && this.#finder.advance(now)) {
      this.#dirty.base = true;
      this.callbacks.placed?.();
    }
    if (this.#morph) {
      this.#scene = null;
      this.#dirty = { base: true, over: true };
    }
    if (!this.#scene) {
      const still = this.#input();
      const input = still && this.#morphed(still, now);
      // While a changed graph is being laid out, the old picture stays.
      if (!input && this.store.state.frame && this.#paintedSeq >= 0) return;
      if (input) this.#scene = { input, scene: scene(input) };
    }
    const { held } = this.#finder;
    if (held && this.#heavy()) {
      this.#layers.drag(held, this.camera, this.#view.theme);
      return;
    }
    if (this.#dirty.base)
      this.#layers.paintBase(this.#scene?.scene.base ?? [], this.camera, this.#view.theme);
    if (this.#dirty.over || this.#dirty.base)
      this.#layers.paintOver(this.#scene?.scene.moving(t) ?? [], this.camera, this.#view.theme);
    this.#dirty = { base: false, over: false };
    const seq = this.store.state.frame?.header.seq;
    if (this.#scene && seq !== undefined && seq !== this.#paintedSeq) {
      this.#paintedSeq = seq;
      this.callbacks.painted?.(seq);
    }
    if (this.#motion || this.#morph || this.#finder.gliding) this.#schedule();
  }

  /** The end of a movement: after a step back, the earlier frame takes over, with the same numbers. */
  #rest(): void {
    const backwards = this.#motion?.backwards;
    this.#motion = null;
    if (!backwards) return;
    const frame = this.store.state.frame;
    if (frame) this.#shown = { frame, previous: null };
    this.#scene = null;
    this.#dirty = { base: true, over: true };
  }

  #heavy(): boolean {
    return (this.#geometry?.cards.size ?? 0) > MANY;
  }

  /** By hand. */
  #move(act: (finder: Viewfinder) => void): void {
    const far = this.camera.k < FAR;
    act(this.#finder);
    if (far !== this.camera.k < FAR && !this.#heavy()) this.#scene = null;
    this.#dirty.base = true;
    this.#schedule();
    this.callbacks.placed?.();
  }

  #settle(): void {
    this.#finder.release();
    this.#moved();
  }

  #moved(): void {
    this.#invalidate();
    this.callbacks.placed?.();
  }

  #resized(): void {
    if (!this.#layers.resize(this.host.clientWidth, this.host.clientHeight)) return;
    this.#unfit = true;
    this.#layout();
    this.#invalidate();
    this.callbacks.placed?.();
  }

  /** A canvas does not ask for fonts by itself. */
  #loadFonts(): void {
    const { sans, mono } = this.#view.theme.fonts;
    const wanted = [`650 16px ${sans}`, `500 16px ${mono}`].map((font) => document.fonts.load(font, "w−2"));
    Promise.allSettled(wanted).then(
      () => this.#fontsLoaded(),
      () => undefined,
    );
  }

  #fontsLoaded(): void {
    if (this.#destroyed) return;
    this.#measure = canvasMeasure(this.#view.theme.fonts);
    this.#layout();
    this.#invalidate();
  }

  #handled(): Handled {
    const camera = () => this.camera;
    return {
      get camera() {
        return camera();
      },
      geometry: () => this.#geometry,
      frame: () => this.store.state.frame,
      measure: () => this.#measure,
      move: (act) => this.#move(act),
      settle: () => this.#settle(),
      fit: () => this.fit(),
      requestEdit: (name) => this.requestEdit(name),
      pointed: () => this.#invalidate(),
    };
  }
}
