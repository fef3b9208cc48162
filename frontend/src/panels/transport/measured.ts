/** What is measured of a run, as it is told above its curve. */
import { percent } from "../../i18n/numbers";
import { m } from "../../i18n/paraglide/messages.js";
import { short } from "../../render/format";
import { toNumber } from "../../store/reduce";
import type { Page } from "../model/page.svelte";

export interface Figure {
  readonly word: string;
  readonly text: string;
  readonly title: string | undefined;
}

/** What is measured every so many iterations: as it was last known here. Of numbers none is right or wrong. */
export function measuredOf(page: Page): Figure[] {
  const { history } = page.runs;
  const known = page.state.dataset?.classes === 0 ? [] : ["accuracy", "test_accuracy"];
  const [loss = null, ...shown] = ["test_loss", ...known].map((name) => history.latest(name, page.iteration));
  const shares = shown.flatMap((share) => (share === null ? [] : percent(share, 0)));
  const when = history.measured("test_loss", page.iteration);
  const since = when === null ? undefined : m.measured_in({ n: when + 1 });
  const over = [m.accuracy_of(), since].filter(Boolean).join("; ");
  return [
    ...(loss === null ? [] : [{ word: m.test_loss(), text: short(loss), title: since }]),
    ...(shares.length ? [{ word: m.accuracy(), text: shares.join(" / "), title: over }] : []),
  ];
}

/** The run and the one that is held beside it, with the numbers of both. */
export function bothOf(page: Page): { name: string; loss: string; accuracy: string | null }[] {
  const { beside, history } = page.runs;
  if (!beside) return [];
  return [
    { name: beside.here, loss: history.at("loss", page.iteration), line: history },
    { name: beside.there, loss: toNumber(beside.view.header.loss), line: beside.history },
  ].map(({ name, loss, line }) => {
    const share = line.latest(line.has("test_accuracy") ? "test_accuracy" : "accuracy", page.iteration);
    return { name, loss: short(loss), accuracy: share === null ? null : percent(share, 0) };
  });
}
