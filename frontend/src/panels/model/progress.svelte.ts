// How far somebody has come in each lesson, and where they were last. It stays in this browser.
import { read, write } from "./preferences.svelte";

const KEY = "chainrule.progress";

/** The furthest beat that was read, of so many. Both count from 1. */
export interface Reached {
  beat: number;
  of: number;
}

interface Kept {
  lessons: Record<string, Reached>;
  /** The lesson that was looked at last, and the address of its state. */
  last: { lesson: string; address: string } | null;
}

function isReached(value: unknown): value is Reached {
  const { beat, of } = (value ?? {}) as Partial<Reached>;
  return Number.isInteger(beat) && Number.isInteger(of) && 1 <= Number(beat) && Number(beat) <= Number(of);
}

/** Reads what was kept; what makes no sense counts as nothing. */
export function keptFrom(text: string | null): Kept {
  let found: Partial<Record<keyof Kept, unknown>> = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value === "object" && value !== null) found = value;
  } catch {
    // Somebody else wrote there.
  }
  const lessons = Object.entries((found.lessons ?? {}) as Record<string, unknown>);
  const last = (found.last ?? {}) as Partial<NonNullable<Kept["last"]>>;
  const inside = typeof last.address === "string" && /^\/[^/\\]/.test(last.address);
  return {
    lessons: Object.fromEntries(lessons.filter((entry): entry is [string, Reached] => isReached(entry[1]))),
    last: typeof last.lesson === "string" && inside ? (last as NonNullable<Kept["last"]>) : null,
  };
}

/** A lesson that was read again in another preset may have fewer beats: the larger part counts. */
export function further(old: Reached | undefined, now: Reached): Reached {
  return old && old.beat / old.of > now.beat / now.of ? old : now;
}

class Progress {
  #kept: Kept = $state.raw(keptFrom(read(KEY)));

  of(lesson: string): Reached | null {
    return this.#kept.lessons[lesson] ?? null;
  }

  get last(): Kept["last"] {
    return this.#kept.last;
  }

  /** A beat was read. */
  note(lesson: string, now: Reached, address: string): void {
    // Another tab may have gone on meanwhile.
    const { lessons } = keptFrom(read(KEY));
    this.#kept = {
      lessons: { ...lessons, [lesson]: further(lessons[lesson], now) },
      last: { lesson, address },
    };
    write(KEY, JSON.stringify(this.#kept));
  }
}

export const progress = new Progress();
