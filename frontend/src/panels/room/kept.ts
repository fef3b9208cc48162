// What is kept of rooms in this browser: the secret of the one that was opened here, and which tab it is that presents.
import { read, write } from "../model/preferences.svelte";
import { again, tab } from "../model/tab";

const KEY = "chainrule.room";

export interface Kept {
  readonly code: string;
  readonly secret: string;
}

export function keptRoom(): Kept | null {
  try {
    const { code, secret } = JSON.parse(read(KEY) ?? "{}") as Partial<Kept>;
    return code && secret ? { code, secret } : null;
  } catch {
    return null;
  }
}

export function keepRoom(kept: Kept): void {
  write(KEY, JSON.stringify(kept));
  tab((storage) => {
    storage.setItem(KEY, kept.code);
    return null;
  });
}

export function forgetRoom(): void {
  write(KEY, "{}");
  tab((storage) => {
    storage.removeItem(KEY);
    return null;
  });
}

/** Whether this tab was presenting in that room before it was loaded again. */
export function presentedHere({ code }: Kept): boolean {
  return tab((storage) => storage.getItem(KEY)) === code;
}

const RESUMED = "chainrule.resumed";

/** The page that this tab loads next goes on in the room, with the room's own session. */
export function resumeRoom(code: string): void {
  tab((storage) => {
    storage.setItem(RESUMED, code);
    return null;
  });
}

/** The room in which this page goes on: it was loaded again there, or has taken over. Once: it is then a page like others. */
export function resumedRoom(): Kept | null {
  const kept = keptRoom();
  if (!kept || !presentedHere(kept)) return null;
  const taken = tab((storage) => {
    const code = storage.getItem(RESUMED);
    storage.removeItem(RESUMED);
    return code;
  });
  return again() || taken === kept.code ? kept : null;
}

const CLASS = "chainrule.class";

/** The class that one has left for a while, in this tab. */
export function classLeft(): string | null {
  return tab((storage) => storage.getItem(CLASS));
}

export function leaveClass(code: string | null): void {
  tab((storage) => {
    if (code) storage.setItem(CLASS, code);
    else storage.removeItem(CLASS);
    return null;
  });
}

const MEMBER = "chainrule.member";

/** Who one is in a room, for as long as the tab is open: who comes back has the answer given before. */
export function memberHere(): string {
  const known = tab((storage) => storage.getItem(MEMBER));
  if (known) return known;
  const made = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  tab((storage) => {
    storage.setItem(MEMBER, made);
    return null;
  });
  return made;
}
