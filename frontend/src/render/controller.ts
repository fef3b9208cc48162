/** The picture on the page: owns its canvases, follows the store, and turns pointers into selections and edits. */
import { createLayouter, type Layouter } from "../layout/layout";
import type { Box, Point } from "../layout/types";
import type { Store } from "../store/store";
import type { Graph, State } from "../store/types";
import type { Selection } from "../store/view";
import { allScalars, shownZoom } from "../store/zoom";
import { Arranger } from "./arranger";
import { revealing, toPicture, toScreen, zoomed, type Camera } from "./camera";
import { canvasMeasure } from "./canvas";
import type { Measure } from "./display";
import { following, framed, type Screen } from "./framing";
import type { Geometry } from "./geometry";
import { listenToGestures } from "./gestures";
import { groupsOf, type Chosen } from "../layout/groups";
import { hit, numberAt } from "./hit";
import { Layers } from "./layers";
import { legendOf, type Legend } from "./legend";
import type { Level } from "./metrics";
import { boxesOf, editOf, sameSelection, selectionOf, spotOf } from "./mirror";
import type * as Opening from "./opening";
import { ease, startMotion, tweenAt, type Motion } from "./motion";
import {
  defaultPictureView,
  type PictureBox,
  type PictureCallbacks,
  type PictureSpot,
  type PictureView,
} from "./picture-view";
import { scene, sceneList, type Scene, type SceneInput, type Spot } from "./scene";
import { showingOf, type Shown } from "./showing";
import type { Drawn, StagePicture } from "./stage-picture";

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
  #camera: Camera = { x: 0, y: 0, k: 1 };
  #auto = true;
  #hovered: Spot | null = null;
  #motion: Motion | null = null;
  #frozen: number | null = null;
  #shown: Shown | null = null;
  #scene: { input: SceneInput; scene: Scene } | null = null;
  #dirty = { base: true, over: true };
  #request = 0;
  #paintedSeq = -1;
  #dragFrom: Camera | null = null;
  /** The camera follows what is active during the movement. */
  #glide: { from: Camera; to: Camera } | null = null;
  /** Groups that open or close: the arrangement before, and the movement away from it. */
  #morph: { from: Geometry; motion: Motion } | null = null;
  /** Comes with the first graph that has groups. */
  #opening: typeof Opening | null = null;
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
    layouter.warm();
    this.#stop.push(store.subscribe((state, old) => this.#changed(state, old)));
    this.#stop.push(
      listenToGestures(host, {
        pan: (dx, dy) => this.#moveTo({ ...this.#camera, x: this.#camera.x + dx, y: this.#camera.y + dy }),
        zoom: (by, around) => this.#moveTo(zoomed(this.#camera, by, around)),
        end: () => this.#settle(),
        tap: (at) => this.#tap(at),
        doubleTap: (at) => this.#doubleTap(at),
        hover: (at) => this.#hover(at),
      }),
    );
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
    this.#layout();
    if (fit && this.#auto) this.#fit(false);
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
    this.#fit(this.#auto && this.#cut());
  }

  #cut(): boolean {
    const { w, h } = this.#layers.size;
    const box = this.#geometry && toScreen(this.#camera, this.#geometry.bounds);
    return !!box && (box.x < 0 || box.y < 0 || box.x + box.w > w || box.y + box.h > h);
  }

  #fit(whole: boolean): void {
    this.#auto = !whole;
    this.#dragFrom = null;
    this.#glide = null;
    if (!this.#geometry) return;
    const camera = framed(this.#geometry, this.#screen, whole);
    this.#camera = whole ? camera : this.#following(camera);
    this.#moved();
  }

  zoomBy(by: number): void {
    const { w, h } = this.#layers.size;
    this.#moveTo(zoomed(this.#camera, by, { x: w / 2, y: h / 2 }));
    this.#settle();
  }

  /** Brings a card or wire into view, for a selection made by keyboard. */
  reveal(selection: Selection): void {
    const box = this.boxes().find((b) => sameSelection(b.selection, selection));
    if (!box) return;
    const camera = revealing(this.#camera, box.rect, this.#layers.size, this.#view.insets);
    if (camera.x === this.#camera.x && camera.y === this.#camera.y) return;
    this.#camera = camera;
    this.#auto = false;
    this.#moved();
  }

  get camera(): Camera {
    return this.#camera;
  }

  /** Where cards and wires are: for the focusable mirror. In tape order; the same list for the same arrangement. */
  boxes(): readonly PictureBox[] {
    if (this.#boxes?.of !== this.#geometry)
      this.#boxes = this.#geometry && { of: this.#geometry, list: boxesOf(this.#geometry) };
    return this.#boxes?.list ?? [];
  }

  /** Starts the editing of a node's value, as a double click does. */
  requestEdit(name: string): void {
    const edit = this.#geometry && editOf(this.#geometry, this.#camera, name);
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
    if (this.#auto) {
      const to = this.#following(this.#camera);
      if (to.x !== this.#camera.x || to.y !== this.#camera.y) {
        this.#glide = this.#motion ? { from: this.#camera, to } : null;
        if (!this.#motion) this.#camera = to;
        this.callbacks.placed?.();
      }
    }
    this.#invalidate();
  }

  #glideTo(to: Camera): void {
    this.#glide = this.#morph ? { from: this.#camera, to } : null;
    if (!this.#glide) this.#camera = to;
  }

  #following(camera: Camera): Camera {
    const step = this.store.state.frame?.header.step;
    return this.#geometry && step ? following(this.#geometry, camera, step, this.#screen) : camera;
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
        if (fresh || (this.#auto && !from)) this.#fit(false);
        // What stays does not move, unless there is no room for what is new.
        else if (this.#geometry?.drawing.apart) this.#lookAtOpened(from);
        else if (this.#auto && this.#cut())
          this.#glideTo(this.#following(framed(this.#geometry as Geometry, this.#screen, false)));
        this.#invalidate();
        this.callbacks.placed?.();
      },
    );
  }

  #lookAtOpened(from: Geometry | null): void {
    const to =
      this.#geometry && this.#opening?.showingOpened(this.#geometry, from, this.#camera, this.#screen);
    if (to) this.#glideTo(to);
  }

  async #drawGroups(): Promise<void> {
    this.#opening ??= await import("./opening");
    this.#invalidate();
  }

  get #geometry(): Geometry | null {
    return this.#arranger.geometry;
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
    const { scale, theme, words, selected, parts, editing, pointed, stops, fired } = this.#view;
    const rate = this.store.state.config["lr"];
    const lookup = (name: string | null) =>
      name === null ? null : (geometry.drawing.nodes.find((n) => n.node.name === name)?.index ?? null);
    return {
      geometry,
      frame: shown.frame,
      previous: shown.previous,
      theme,
      words,
      measure: this.#measure,
      view: {
        scale,
        selected: selected ? spotOf(geometry, selected) : null,
        parts,
        groups: this.#opening,
        hovered: this.#hovered,
        editing: lookup(editing),
        pointed: lookup(pointed),
        stops: new Set(stops.flatMap((name) => lookup(name) ?? [])),
        fired: fired && {
          ...fired,
          node: lookup(fired.name) ?? -1,
          missing: new Set(fired.missing.flatMap((name) => lookup(name) ?? [])),
        },
        rate: typeof rate === "number" ? rate : null,
        far: this.#camera.k < FAR,
        visible: this.#heavy() ? this.#around() : null,
        fresh: null,
        lit: this.#view.lit,
      },
    };
  }

  /** The picture while groups open or close. */
  #morphed(input: SceneInput, now: number): SceneInput {
    if (!this.#morph || !this.#opening) return input;
    const { from, motion } = this.#morph;
    const { t, done } = tweenAt(motion, now);
    this.#gliding(done ? 1 : t);
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
    const { x, y } = toPicture(this.#camera, { x: -w, y: -h });
    return { x, y, w: (3 * w) / this.#camera.k, h: (3 * h) / this.#camera.k };
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
      this.#gliding(tween.done ? 1 : this.#motion.backwards ? 1 - t : t);
      if (tween.done) this.#rest();
      t = tween.done ? 1 : t;
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
    if (this.#dragFrom && this.#heavy()) {
      this.#layers.drag(this.#dragFrom, this.#camera, this.#view.theme);
      return;
    }
    if (this.#dirty.base)
      this.#layers.paintBase(this.#scene?.scene.base ?? [], this.#camera, this.#view.theme);
    if (this.#dirty.over || this.#dirty.base)
      this.#layers.paintOver(this.#scene?.scene.moving(t) ?? [], this.#camera, this.#view.theme);
    this.#dirty = { base: false, over: false };
    const seq = this.store.state.frame?.header.seq;
    if (this.#scene && seq !== undefined && seq !== this.#paintedSeq) {
      this.#paintedSeq = seq;
      this.callbacks.painted?.(seq);
    }
    if (this.#motion || this.#morph) this.#schedule();
  }

  #gliding(p: number): void {
    if (!this.#glide) return;
    const { from, to } = this.#glide;
    const f = ease(p);
    this.#camera = {
      k: from.k + (to.k - from.k) * f,
      x: from.x + (to.x - from.x) * f,
      y: from.y + (to.y - from.y) * f,
    };
    this.#dirty.base = true;
    if (p >= 1) this.#glide = null;
    this.callbacks.placed?.();
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

  #moveTo(camera: Camera): void {
    if (!this.#dragFrom) this.#dragFrom = this.#camera;
    this.#glide = null;
    this.#auto = false;
    const far = this.#camera.k < FAR;
    this.#camera = camera;
    if (far !== camera.k < FAR && !this.#heavy()) this.#scene = null;
    this.#dirty.base = true;
    this.#schedule();
    this.callbacks.placed?.();
  }

  #settle(): void {
    this.#dragFrom = null;
    this.#moved();
  }

  #moved(): void {
    this.#invalidate();
    this.callbacks.placed?.();
  }

  #resized(): void {
    if (!this.#layers.resize(this.host.clientWidth, this.host.clientHeight)) return;
    this.#layout();
    if (this.#auto) this.#fit(false);
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

  #spotAt(at: Point): PictureSpot | null {
    const geometry = this.#geometry;
    if (!geometry) return null;
    const spot = hit(geometry, toPicture(this.#camera, at), 8 / this.#camera.k);
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
    const frame = this.store.state.frame;
    if (spot?.kind !== "node" || !this.#geometry || !frame) return;
    const number = numberAt(this.#geometry, frame, spot.index, toPicture(this.#camera, at), this.#measure);
    if (number) this.callbacks.explain?.({ name: spot.selection.name, ...number });
  }

  #doubleTap(at: Point): void {
    const spot = this.#spotAt(at);
    if (!spot) this.fit();
    else if (spot.kind === "node") this.requestEdit(spot.selection.name);
  }

  #hover(at: Point | null): void {
    const spot = at ? this.#spotAt(at) : null;
    if (spot?.kind === this.#hovered?.kind && spot?.index === this.#hovered?.index) return;
    this.#hovered = spot ? { kind: spot.kind, index: spot.index } : null;
    this.host.style.cursor = spot ? "pointer" : "";
    this.#invalidate();
  }
}
