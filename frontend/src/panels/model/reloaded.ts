// A page that is loaded again goes on with its own session: that has changes which the address does not say yet.
import { again, tab } from "./tab";
import { warm } from "./warm";

const KEY = "chainrule.session";

let held: string | null = null;

/** This tab shows that session of a lesson. */
export function keepSession(id: string): void {
  tab((storage) => {
    storage.setItem(KEY, JSON.stringify({ id, path: location.pathname }));
    return null;
  });
  if (id === held) return;
  held = id;
  warm(async () => (await import("./held")).hold(id));
}

/** Another one is being opened, by what the address says. */
export function forgetSession(): void {
  tab((storage) => {
    storage.removeItem(KEY);
    return null;
  });
}

/** The session that this tab showed before it was loaded again: the address may be older than the last change of it. */
export function keptSession(): string | null {
  if (!again()) return null;
  try {
    const text = tab((storage) => storage.getItem(KEY));
    const { id, path } = JSON.parse(text ?? "{}") as { id?: string; path?: string };
    return id !== undefined && path === location.pathname ? id : null;
  } catch {
    return null;
  }
}
