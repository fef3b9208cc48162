// The sentences about refusals come after the first picture, or with the first refusal.
import { byKey, type ByKey } from "../../i18n/by-key";
import { warm } from "./warm";

let known = $state.raw<ByKey | null>(null);
let loading: Promise<void> | null = null;

/** Fetch them, where that has not been done. Out of reach, there are only those of the page itself. */
export function fetchSentences(): Promise<void> {
  loading ??= import("../../i18n/refusals").then(
    (module) => {
      known = module.default;
    },
    () => {
      known ??= byKey;
      loading = null;
    },
  );
  return loading;
}

warm(fetchSentences);

/** The sentences, or null until they are here: what reads them is drawn again then. */
export function sentences(): ByKey | null {
  if (known === null || known === byKey) void fetchSentences();
  return known;
}
