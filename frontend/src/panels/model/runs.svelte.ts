// The runs of a session: the current branch's history, those beside it, and travelling along them.
import { departure, historyOf, type History } from "../../store/histories";
import type { Branch, State } from "../../store/types";
import type { Link, Refused } from "./link";
import { Travel, type Destination } from "./travel";

/** A branch beside the current one, from where it departs. */
export interface Other {
  branch: Branch;
  history: History;
}

export interface Runs {
  /** The metrics of the current branch, from its first iteration on. */
  readonly history: History;
  /** The other branches whose metrics are known, the newest first. */
  readonly others: Other[];
  /** To a place that may change again before one is there, as in a drag. */
  travel(to: Destination): void;
}

export function createRuns(
  page: { readonly state: State },
  link: Pick<Link, "ask">,
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
  return {
    get history() {
      return history;
    },
    get others() {
      return others;
    },
    travel: (to) => {
      travel.to(to);
    },
  };
}
