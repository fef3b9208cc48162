// The page as runes: the store's state, what is looked at, and what one can do. Components read this and nothing else.
import { getContext, setContext, type Component } from "svelte";
import { blocksOf, rowsOf, stepsTo } from "../../layout/blocks";
import { toggled } from "../../layout/groups";
import type { PictureView } from "../../render/picture-view";
import type { StagePicture } from "../../render/stage-picture";
import type { UnitHealth } from "../../render/layers-view/input";
import { initialState } from "../../store/reduce";
import type { Store } from "../../store/store";
import type {
  Beat,
  Because,
  ClientMessage,
  Fired,
  GraphEdge,
  GraphNode,
  LessonBrief,
  Moved,
  Phase,
  Preset,
  Source,
  State,
  Step,
  Unit,
} from "../../store/types";
import { naturalTab, shownTab } from "../../store/tab";
import {
  defaultView,
  type MapLook,
  type Plane,
  type Scale,
  type Selection,
  type Tab,
  type TokenChoice,
  type View,
  type Zoom,
} from "../../store/view";
import { hasColumns, levelsOf, shownZoom } from "../../store/zoom";
import type { Link, Refused } from "./link";
import type { Visit } from "./visit.svelte";
import type { Presenter } from "../room/presenter.svelte";
import { stopsAt } from "./breakpoints";
import { fieldsOf } from "./fields.svelte";
import { inJson } from "./json";
import { translateRefusal } from "./refusals";
import { only, Pace } from "./pace";
import { Player } from "./player.svelte";
import { createRuns, type Runs } from "./runs.svelte";
import { Subscription } from "./subscription.svelte";
import { Unfolding } from "./unfolding.svelte";
import { m } from "../../i18n/paraglide/messages.js";
import { isFlatOut } from "../../store/playback";

export type Dialog = "help" | "link" | "draw" | null;
export type SheetTab = "lesson" | "setup" | Tab;

/** What the inspector speaks of. */
export type Focus = { kind: "node"; node: GraphNode } | { kind: "edge"; edge: GraphEdge };

/** Read when it is shown, so that it follows the language. */
export interface Notice {
  text: () => { title: string; hint: string };
  tone: "quiet" | "stop" | "bad";
}

/** A number that is being typed anew beside its card. */
export interface Editing {
  /** The name of the card. */
  card: string;
  /** What is edited: a node, or one element of it. */
  name: string;
  index: number[] | null;
  label: string;
  dtype: GraphNode["dtype"];
  value: number | null;
  /** The card, in pixels within the stage. */
  rect: { x: number; y: number; w: number; h: number };
  fontSize: number;
}

/** Whether all that a preset sets is in force. */
export function presetHolds(preset: Preset, config: Record<string, unknown>): boolean {
  // Where a field names the preset, what else is set only belongs to it.
  if ("preset" in preset.config) return config["preset"] === preset.config["preset"];
  return Object.entries(preset.config).every(
    ([name, value]) => JSON.stringify(config[name]) === JSON.stringify(value),
  );
}

/** What the answer to a question depends on while gradients wait for a guess; null where none does. */
export function guessing({ place, state, withheld }: Page): unknown {
  return state.predict.on ? [place, withheld] : null;
}

/** Whether a node may fire, and what it waits for. */
export function firedInWords(page: Page, { fired, arrived, expected, missing }: Fired): string {
  const counts = { n: arrived, total: expected };
  if (fired) return m.fired_yes(counts);
  return m.fired_no({
    ...counts,
    missing: missing.map((name) => page.named(name)?.label ?? name).join(", "),
  });
}

export class Page {
  readonly #fields = fieldsOf<State>(initialState);
  /** The store's state field by field: what reads one follows that one alone. Of a calm picture it is told at a pace. */
  readonly state: Readonly<State> = this.#fields.view;
  /** Whether the picture follows the store by itself, so that what stands beside it can be told less often. */
  calm = false;
  /** All lessons there are; empty until somebody asked for the list. */
  lessons: LessonBrief[] = $state.raw([]);
  /** Why there is nothing to show: an unknown lesson, a server that cannot be reached, a refused address. */
  trouble: Refused | null = $state.raw(null);
  /** By name, as the address has it; null follows the step. */
  selection: Selection | null = $state.raw(null);
  /** The card or wire that has the keyboard's focus: what a key means, whatever the step is about. */
  pointed: Selection | null = $state.raw(null);
  /** The last thing done that shows no words: said to those who listen. */
  said = $state("");
  /** As chosen; null: as is natural for the graph. */
  zoom: Zoom | null = $state(null);
  /** Groups of the graph that were opened or closed by hand. */
  groups: View["groups"] = $state.raw({});
  scale: Scale = $state("global");
  /** As chosen; null: as is natural for the graph. */
  tab: Tab | null = $state(null);
  /** How the output over the plane is shown. */
  plane: Plane = $state.raw(defaultView.plane);
  /** How a map with hikers is shown. */
  map: MapLook = $state.raw(defaultView.map);
  /** What is looked at of a picture of its own kind, in its words. */
  scene: string | null = $state(null);
  /** The hiker that is looked at. */
  hiker: string | null = $state(null);
  sheet: SheetTab = $state("lesson");
  /** What stands on the left where not both the lesson and the set-up do. */
  left: "setup" | "lesson" = $state("lesson");
  /** The chain of numbers that were clicked, the last one open. */
  trail: readonly Source[] = $state.raw([]);
  presenting = $state(false);
  blank = $state(false);
  /** The stop of the tour that is shown, from 1. */
  tour: number | null = $state(null);
  dialog: Dialog = $state(null);
  notice: Notice | null = $state.raw(null);
  editing: Editing | null = $state.raw(null);
  /** From which iteration on the last change of a field holds; shown beside that field. */
  applied: { field: string; from: number } | null = $state.raw(null);
  /** A refusal that belongs to a field of the set-up. */
  fieldError: { field: string; why: Refused } | null = $state.raw(null);
  phone = $state(false);
  /** The token that is looked at, as chosen. */
  token: TokenChoice | null = $state.raw(null);
  /** The room in which this page presents. */
  room: Presenter | null = $state.raw(null);
  /** Goes back to the beat of the lecture; whether one was away from it. */
  comeBack: (() => boolean) | null = null;
  /** Whether a presenter moves this page. */
  led = false;
  /** What lies over the picture: the presenter's pointer. */
  over: Component | null = $state.raw(null);
  /** A picture alone, with nothing to press: on the start page. */
  bare = false;
  /** The row of the batch that is looked at. */
  sample: number | null = $state(null);

  readonly frame = $derived(this.state.frame);
  readonly graph = $derived(this.state.graph);
  readonly steps: Step[] = $derived(this.state.graph?.steps ?? []);
  /** The graph has it with readable labels. */
  readonly step: Step | null = $derived(
    this.steps[this.state.frame?.header.step.index ?? -1] ?? this.state.frame?.header.step ?? null,
  );
  /** The zoom level that is shown, and those that mean something here. */
  readonly zoomShown: Zoom = $derived(shownZoom(this.state.graph, this.zoom));
  readonly zooms: readonly Zoom[] = $derived(levelsOf(this.state.graph));
  /** Of a network in columns the layer that each step is about: the steps of one are passed in one. */
  readonly rows: readonly (string | null)[] | null = $derived(
    this.zoomShown === "layers" && hasColumns(this.state.graph) && this.state.graph
      ? rowsOf(this.state.graph)
      : null,
  );
  readonly tabShown: Tab = $derived(shownTab(this.state.graph, this.tab, this.zoomShown));
  readonly phase: Phase = $derived(this.state.phase);
  readonly withheld: boolean = $derived(this.state.frame?.header.withheld ?? false);
  readonly iteration: number = $derived(this.state.cursor?.iteration ?? 0);
  /** All settings with the values in force. */
  readonly values: Record<string, unknown> = $derived({
    ...this.state.lesson?.defaults,
    ...this.state.config,
  });
  readonly nodes: GraphNode[] = $derived(this.state.graph?.nodes ?? []);
  readonly edges: GraphEdge[] = $derived(this.state.graph?.edges ?? []);
  /** Changes with every move, and only then. */
  readonly place: string = $derived(Object.values(this.state.cursor ?? {}).join("."));
  readonly loss: GraphNode | null = $derived(this.nodes.find((node) => node.loss) ?? null);
  readonly selected: Focus | null = $derived(this.find(this.selection));
  /** The selection, else what the current step is about; null at steps that touch no node. */
  readonly focus: Focus | null = $derived(this.selected ?? this.#ofStep(this.step));
  readonly following: boolean = $derived(this.selected === null);
  /** The narrative: the lesson's, or that of the preset in force. */
  readonly beats: Beat[] = $derived(this.#beats());
  /** The names of nodes at which one stops. */
  readonly stops: string[] = $derived(stopsAt(this.state.breakpoints));
  /** Whether tools and legends lie over the picture. */
  readonly tools: boolean = $derived(!this.phone && !this.presenting && !this.bare && !this.led);
  readonly ready: boolean = $derived(this.state.frame !== null && this.state.graph !== null);

  /** What the server sends of a network over the plane: what shows such pictures says so here. */
  readonly pictures: Subscription;
  readonly runs: Runs;
  /** The unit that is unfolded into scalars, and the sample that is looked at. */
  readonly unfolding: Unfolding;
  readonly player: Player;
  /** The unit that is looked at in the layers' view: shown large beside it. */
  shownUnit: { layer: number; unit: number } | null = $state.raw(null);
  /** The weight whose number is explained, as the layers' view marks it. */
  readonly weight: { layer: number; unit: number; from: number } | null = $derived(this.#weight());
  /** Units that no longer learn, or hardly, by layer. */
  readonly health: readonly (UnitHealth | null)[] = $derived(
    this.state.frame?.header.evaluation?.health ?? [],
  );

  picture: StagePicture | null = null;
  /** What is drawn over the cards when a number is explained. */
  lit: PictureView["lit"] = $state.raw(null);
  /** Set by the composition root. */
  visit!: Pick<
    Visit,
    "busy" | "openLesson" | "reseed" | "openWith" | "list" | "retry" | "changed" | "share" | "address"
  >;

  constructor(
    readonly store: Store,
    readonly link: Link,
  ) {
    let taken = store.state;
    const pace = new Pace(taken, (state) => this.#fields.show(state));
    this.#fields.show(taken);
    this.runs = createRuns(this, link, (why) => {
      this.tell(why);
    });
    this.player = new Player(this, link);
    this.unfolding = new Unfolding(this);
    this.pictures = new Subscription(link, () => this.zoomShown === "layers" && !this.graph?.grid);
    store.subscribe((state) => {
      // While it trains flat out, metrics come just before a frame: both are taken in together.
      const old = taken;
      if (isFlatOut(state.playback) && only(METRICS, state, old)) return;
      const stopped = state.lastMoved === old.lastMoved ? null : state.lastMoved;
      if (state.cursor !== old.cursor || state.playback !== old.playback)
        this.player.follow(state, performance.now());
      pace.take((taken = state), this.calm);
      if (stopped?.because) this.#tellStop(stopped, stopped.because);
    });
    link.onRefused = (why) => {
      this.tell(why);
    };
  }

  node(index: number): GraphNode | null {
    return this.nodes[index]?.index === index
      ? (this.nodes[index] ?? null)
      : (this.nodes.find((node) => node.index === index) ?? null);
  }

  edge(index: number): GraphEdge | null {
    return this.edges[index]?.index === index
      ? (this.edges[index] ?? null)
      : (this.edges.find((edge) => edge.index === index) ?? null);
  }

  /** A node by its name, or by its label where only one has it. */
  named(name: string): GraphNode | null {
    const exact = this.nodes.find((node) => node.name === name);
    if (exact) return exact;
    const alike = this.nodes.filter((node) => node.label === name);
    return alike.length === 1 ? (alike[0] ?? null) : null;
  }

  #beats(): Beat[] {
    const { lesson, config } = this.state;
    const preset = lesson?.presets.find((one) => one.beats.length > 0 && presetHolds(one, config));
    return preset?.beats ?? lesson?.beats ?? [];
  }

  #weight(): Page["weight"] {
    const open = this.trail.at(-1);
    const at = this.state.graph?.layers.findIndex(({ weight }) => {
      return weight !== null && this.nodes[weight]?.name === open?.name;
    });
    const [unit, from] = open?.index ?? [];
    if (at === undefined || at < 0 || unit === undefined || from === undefined) return null;
    return { layer: at, unit, from };
  }

  find(selection: Selection | null): Focus | null {
    const node = selection ? this.named(selection.name) : null;
    if (!selection || !node) return null;
    if (selection.argument === null) return { kind: "node", node };
    const edge = this.edges.find((e) => e.target === node.index && e.argument === selection.argument);
    return edge ? { kind: "edge", edge } : null;
  }

  #ofStep(step: Step | null): Focus | null {
    if (!step) return null;
    const edge = step.edge === null ? null : this.edge(step.edge);
    if (edge) return { kind: "edge", edge };
    const node = step.node === null ? null : this.node(step.node);
    return node ? { kind: "node", node } : null;
  }

  select(focus: Focus | null): void {
    if (focus?.kind === "node") this.selection = { name: focus.node.name, argument: null };
    else if (focus) {
      const name = this.node(focus.edge.target)?.name ?? "";
      this.selection = { name, argument: focus.edge.argument };
    } else this.selection = null;
    this.trail = [];
    if (!focus) return;
    // What comes out is not about what was selected.
    if (this.tabShown === "output") this.showTab("rule");
    if (this.phone && ["lesson", "setup", "output"].includes(this.sheet)) this.sheet = "rule";
  }

  showTab(tab: Tab): void {
    this.tab = tab === naturalTab(this.state.graph, this.zoomShown) ? null : tab;
  }

  selectNamed(selection: Selection | null): void {
    this.select(this.find(selection));
  }

  explain(source: Source): void {
    this.trail = [...this.trail, source];
    this.showTab("rule");
    if (this.phone) this.sheet = "rule";
  }

  // Moving. The server answers with a frame; nothing is moved here.

  move(unit: Unit, count: number): void {
    this.trail = [];
    // A closed group is passed in one.
    const blocks =
      this.rows ?? (this.graph && this.zoomShown === "operations" ? blocksOf(this.graph, this.groups) : null);
    const by =
      unit === "step" && this.graph && this.step && blocks
        ? stepsTo(this.graph, blocks, this.step.index, count)
        : count;
    this.link.send({ type: "step", unit, count: by });
  }

  /** Opens a group of the graph, or closes it. */
  toggleGroup(id: string): void {
    if (this.graph) this.groups = toggled(this.graph, this.groups, id);
  }

  seek(iteration: number, step: number): void {
    this.trail = [];
    this.link.send({ type: "seek", iteration, step });
  }

  /** To the place where a number was made, with its explanation. */
  goTo(source: Source): void {
    if (!source.place) return;
    this.link.send({ type: "seek", ...source.place });
    this.trail = [source];
    this.showTab("rule");
  }

  /** To the last step of all that has been computed. */
  toEnd(): void {
    const last = this.steps.at(-1);
    const tip = this.state.branches.find((branch) => branch.id === this.state.currentBranch)?.tip ?? 0;
    if (last) this.seek(Math.max(tip, this.iteration), last.index);
  }

  /** The node that a key is meant for: under the keyboard's focus, else selected, else of the step. */
  meant(): GraphNode | null {
    const focus = this.find(this.pointed) ?? this.focus;
    return focus?.kind === "edge" ? this.node(focus.edge.target) : (focus?.node ?? null);
  }

  /** Opens the editor beside a card. Without its name: the one that is meant. Whether there was one to edit. */
  startEditing(card: string | null): boolean {
    const focus = this.find(this.pointed) ?? this.focus;
    const at = focus?.kind === "node" ? focus.node : focus ? this.node(focus.edge.source) : null;
    const meant = this.unfolding.active ? (this.pointed ?? this.selection)?.name : at?.name;
    this.picture?.requestEdit(card ?? meant ?? "");
    return this.editing !== null;
  }

  /**
   * Back by one: out of an explanation, then out of a selection, then out of presenting. Who presents and has stepped
   * aside is at once back at the beat.
   */
  escape(): boolean {
    if (this.tour !== null) this.tour = null;
    else if (this.presenting && this.comeBack?.()) {
      this.trail = [];
      this.selection = null;
    } else if (this.trail.length > 0) this.trail = this.trail.slice(0, -1);
    else if (this.selection) this.selection = null;
    else if (this.unfolding.row !== null && !this.unfolding.active) this.unfolding.row = null;
    else if (this.scene !== null) this.scene = null;
    else if (this.notice) this.notice = null;
    else if (this.presenting) this.presenting = false;
    else return false;
    return true;
  }

  cancel(): void {
    // What waits for it is called off too.
    this.link.send({ type: "cancel", command: null });
  }

  undo(): void {
    this.applied = null;
    if (this.state.canUndo) this.link.send({ type: "undo" });
  }

  /** Tries to send on the gradient of the node that is meant; the answer is shown on the graph. */
  async fire(at: GraphNode | null = null): Promise<void> {
    const node = at ?? this.meant();
    if (!node) return;
    if (this.selected?.kind !== "node" || this.selected.node !== node) this.select({ kind: "node", node });
    try {
      const answer = await this.link.ask({ type: "fire", name: node.name });
      if (answer.type === "fired") this.said = firedInWords(this, answer);
    } catch (why) {
      this.tell(why as Refused);
    }
  }

  /** Changes a leaf or an activation; the cursor keeps its step. */
  async edit(
    name: string,
    value: number,
    field: string | null = null,
    index: number[] | null = null,
  ): Promise<boolean> {
    return this.#change({ type: "edit", name, value: inJson(value), ...(index ? { index } : {}) }, field);
  }

  async configure(config: Record<string, unknown>, field: string): Promise<boolean> {
    return this.#change({ type: "configure", config }, field);
  }

  /** From iteration 0, with what is set now and the same first weights; `config` may ask for others. */
  async restart(config: Record<string, unknown> = {}): Promise<void> {
    this.applied = null;
    if (await this.#change({ type: "configure", config, restart: true }, null))
      this.whisper("initial" in config ? m.initialised : m.restarted);
  }

  async #change(command: ClientMessage, field: string | null): Promise<boolean> {
    this.fieldError = null;
    this.notice = null;
    this.trail = [];
    try {
      const answer = await this.link.ask(command, command.type === "configure" ? "configured" : "moved");
      this.visit.changed(command);
      if (field && answer.type === "configured") this.applied = { field, from: answer.from_iteration };
      return true;
    } catch (why) {
      if (field) this.fieldError = { field, why: why as Refused };
      else this.tell(why as Refused);
      return false;
    }
  }

  setPredict(on: boolean): void {
    this.link.send({ type: "predict", on });
  }

  /** What the address holds of the view, apart from the session. */
  looks() {
    const { zoom, groups, selection, trail, token, tab, plane, map, scene, scale, tour } = this;
    const { unit, row: sample } = this.unfolding;
    const present = this.presenting;
    return {
      zoom,
      groups,
      selection,
      trail,
      unit,
      sample,
      token,
      tab,
      plane,
      map,
      scene,
      scale,
      present,
      tour,
    };
  }

  /** What the address says of how the picture is seen. */
  look(view: View): void {
    this.zoom = view.zoom;
    this.groups = view.groups;
    this.unfolding.unit = view.unit;
    this.unfolding.row = view.sample;
    this.unfolding.meant = null;
    this.presenting = view.present;
  }

  /** What the address says of the view, apart from the session. */
  applyView(view: View): void {
    this.look(view);
    this.scale = view.scale;
    this.tab = view.tab;
    this.plane = view.plane;
    this.map = view.map;
    this.scene = view.scene;
    this.selection = view.selection;
    this.token = view.token;
    this.tour = view.tour;
    this.trail = view.trail;
    if (this.phone && view.trail.length > 0) this.sheet = "rule";
  }

  /** One quiet line, at the edge of the picture. */
  tell(why: Refused): void {
    if (why.code === "offline") return;
    this.notice = { text: () => translateRefusal(why), tone: "bad" };
  }

  say(title: () => string, hint: () => string): void {
    this.notice = { text: () => ({ title: title(), hint: hint() }), tone: "bad" };
  }

  /** Why playing or a long move has ended before where it was sent. */
  #tellStop({ cursor, reached }: Moved, because: Because): void {
    const where = { iteration: cursor.iteration + 1, step: cursor.step + 1 };
    const hint = reached === "non_finite" ? m.stopped_non_finite_hint : () => m.because_where(where);
    import("./breakpoint-words").then(
      ({ becauseInWords: why }) => {
        this.notice = {
          text: () => ({ title: m.stopped_because({ why: why(this.graph, because) }), hint: hint() }),
          tone: "stop",
        };
      },
      // Offline: the line says so.
      () => undefined,
    );
  }

  whisper(title: () => string, hint: () => string = () => ""): void {
    this.notice = { text: () => ({ title: title(), hint: hint() }), tone: "quiet" };
  }
}

const METRICS: ReadonlySet<string> = new Set<keyof State>(["metrics"]);

const KEY = Symbol("page");

export function providePage(page: Page): void {
  setContext(KEY, page);
}

export function usePage(): Page {
  return getContext<Page>(KEY);
}
