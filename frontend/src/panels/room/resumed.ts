// Who loads the page again finds all as it is: the session that there is, not one made from an address.
import type { SessionInfo } from "../../store/types";
import type { Rest } from "../../transport/rest";
import { createRooms } from "../../transport/rooms";
import type { Kept } from "./kept";

/** The page before is gone by then, and with it what it holds. */
const LEAVING = 3000;

let holding: string | null = null;
let release: (() => void) | null = null;

/** The session that a room shows; null where it cannot be had. */
export async function sessionOf({ code, secret }: Kept, rest: Rest): Promise<SessionInfo | null> {
  try {
    const { session } = await createRooms().find(code, secret);
    return session ? await rest.session(session) : null;
  } catch {
    // The address then leads to the same lesson; the room says itself why it cannot be reached.
    return null;
  }
}

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
