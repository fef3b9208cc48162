/** A lesson as it was recorded: what a session said, and what it answers where it is asked. Lines, as the server writes them. */
import type { ClientMessage, Cursor, Incoming, LessonInfo } from "../store/types";
import { Problem, problem } from "./rest";
import { replay, type Replay, type ReplayOptions } from "./replay";

/** The first line. */
export interface Head {
  lesson: LessonInfo;
  config: Record<string, unknown>;
  seed: number;
  /** Whether every step of the first iterations is there, or the places of the lesson's parts alone. */
  whole: boolean;
}

type Line = Head | Incoming | { asked: string; answer: Incoming };

export class Recorded {
  head: Head | null = null;
  readonly messages: Incoming[] = [];
  readonly #answers = new Map<string, Incoming>();

  take(text: string): void {
    if (text.trim() === "") return;
    const line = JSON.parse(text) as Line;
    if ("asked" in line) this.#answers.set(line.asked, line.answer);
    else if ("type" in line) this.messages.push(line);
    else this.head = line;
  }

  /** The answer to what is asked at a place of the timeline; null where it was not recorded. */
  answer(message: ClientMessage, cursor: Cursor): Incoming | null {
    return this.#answers.get(keyOf(cursor, message)) ?? null;
  }

  /** Plays it; what `options` do not answer is answered as it was recorded. */
  play(options: ReplayOptions = {}): Replay {
    return replay(this.messages, {
      ...options,
      answer: (message, cursor) => options.answer?.(message, cursor) ?? this.answer(message, cursor),
    });
  }
}

/** The recording in a text. */
export function parsed(text: string): Recorded {
  const found = new Recorded();
  for (const line of text.split("\n")) found.take(line);
  return found;
}

/** A session's lesson, recorded by the server: as the page in one file, or as lines. Rejects with `Problem`. */
export async function recording(
  session: string,
  form: "text/html" | "application/x-ndjson",
  signal?: AbortSignal,
): Promise<Response> {
  const address = `/api/sessions/${encodeURIComponent(session)}/recording`;
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { accept: form }, ...(signal && { signal }) });
  } catch (error) {
    throw new Problem("offline", 0, "The server cannot be reached", String(error), "", null);
  }
  if (!answer.ok) throw await problem(answer);
  return answer;
}

/** The recording in an answer, read as it comes: many megabytes at once would stop the page. */
export async function received(answer: Response, signal: AbortSignal): Promise<Recorded> {
  const found = new Recorded();
  const reader = (answer.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    signal.throwIfAborted();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) found.take(line);
  }
  found.take(rest);
  return found;
}

/** Under what an answer was written down: the place, then what was asked. */
export function keyOf({ iteration, step }: Pick<Cursor, "iteration" | "step">, asked: ClientMessage): string {
  if (asked.type === "sweep") return asked.type;
  // What is told of one sample alone is not written down.
  if (asked.type !== "explain" || asked.own) return "";
  const { name, what = "grad", index = [], argument = null, symbol = null, place } = asked;
  const there = place ? [place.branch, place.iteration, place.step] : null;
  return JSON.stringify([iteration, step, name, what, index, argument, symbol, there]);
}
