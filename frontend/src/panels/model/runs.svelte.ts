// The runs of a session: the current branch's history, those beside it, and travelling along them.
import { departure, historyOf, type History } from "../../store/histories";
import type { Branch, CompanionView, State } from "../../store/types";
import { isFlatOut } from "../../store/playback";
import type { Link, Refused } from "./link";
import { PACE } from "./pace";
import { Travel, type Destination } from "./travel";
import { settingInWords } from "./words";

/** A branch beside the current one, from where it departs. */
export interface Other {
  branch: Branch;
  history: History;
}

/** The run that is held beside the current one. */
export interface Beside {
  view: CompanionView;
  history: History;
  /** What the current one and the other are called, by what tells them apart. */
  here: string;
  there: string;
}

export interface Runs {
  /** The metrics of the current branch, from its first iteration on. */
  readonly history: History;
  /** The other branches whose metrics are known, the newest first. */
  readonly others: Other[];
  /** What curves are drawn of: `history` and `others`, while it trains flat out as they were a moment ago. */
  readonly drawn: { readonly history: History; readonly others: Other[] };
  readonly beside: Beside | null;
  /** Holds another run beside the current one; rejects with `Refused`. */
  compare(other: { config: Record<string, unknown> } | { branch: number }): Promise<void>;
  /** Goes on without it. */
  alone(): void;
  /** Makes it the current one, and the current one the other. */
  swap(): void;
  /** To a place that may change again before one is there, as in a drag. */
  travel(to: Destination): void;
}

export function createRuns(
  page: { readonly state: State; readonly calm: boolean },
  link: Pick<Link, "ask" | "send">,
  onRefused: (why: Refused) => void,
): Runs {
  const travel = new Travel(link, onRefused);
  // By identity: a frame that brings none of these changes no history.
  const metrics = $derived(page.state.metrics);
  const branches = $derived(page.state.branches);
  const current = $derived(page.state.currentBranch);
  const history = $derived(historyOf(metrics, branches, current));
  const others = $derived(
    branches
      .filter(({ id }) => id !== current && metrics.has(id))
      .map((branch) => ({ branch, history: departure(metrics, branches, branch.id) }))
      .filter((one) => one.history.length > 0)
      .reverse(),
  );
  const flatOut = $derived(isFlatOut(page.state.playback));
  let last: { history: History; others: Other[]; branch: number; at: number } | null = null;
  const drawn = $derived.by(() => {
    const now = { history, others, branch: current, at: performance.now() };
    const late = page.calm || last === null || now.at - last.at >= PACE;
    return last === null || !flatOut || current !== last.branch || late ? (last = now) : last;
  });
  const companion = $derived(page.state.companion);
  const beside = $derived.by((): Beside | null => {
    if (!companion) return null;
    const { cursor, config, differs, name } = companion.header;
    const field = differs.includes("optimizer") ? "optimizer" : differs[0];
    return {
      view: companion,
      history: historyOf(metrics, branches, cursor.branch),
      here: field ? settingInWords(page.state, field, page.state.config) : companion.header.beside,
      there: field ? settingInWords(page.state, field, config) : name,
    };
  });
  return {
    get beside() {
      return beside;
    },
    async compare(other) {
      await link.ask({ type: "compare", ...other }, "branches");
    },
    alone() {
      link.send({ type: "compare" });
    },
    swap() {
      if (companion) travel.to(companion.header.cursor);
    },
    get history() {
      return history;
    },
    get others() {
      return others;
    },
    get drawn() {
      return drawn;
    },
    travel: (to) => {
      travel.to(to);
    },
  };
}
