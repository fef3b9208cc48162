// A session that a page has for itself: who loads the page again goes on with it, and no other page drives it.
import type { SessionInfo } from "../../store/types";
import type { Rest } from "../../transport/rest";

/** The page before is gone by then, and with it what it holds. */
const LEAVING = 3000;

let holding: string | null = null;
let release: (() => void) | null = null;

/** The session that this tab had; null where it is no longer there, or another page has it. */
export async function sessionAlone(id: string, rest: Rest): Promise<SessionInfo | null> {
  try {
    return (await hold(id, AbortSignal.timeout(LEAVING))) ? await rest.session(id) : null;
  } catch {
    return null;
  }
}

/**
 * Makes a session the page's own, until it has another: a tab that is duplicated has a copy of what the first one keeps,
 * and must not drive its session. False where another page has it still when `signal` aborts. On plain http nothing is
 * known of other pages.
 */
export function hold(id: string, signal?: AbortSignal): Promise<boolean> {
  if (id === holding || !("locks" in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`chainrule.session.${id}`, signal ? { signal } : {}, () => {
        release?.();
        holding = id;
        resolve(true);
        return new Promise<void>((end) => (release = end));
      })
      .catch(() => {
        resolve(false);
      });
  });
}
