/** The few REST calls that the page makes before it has a socket. Errors are problem documents. */
import type {
  Breakpoint,
  CompanionRecipe,
  Cursor,
  JournalEntry,
  LessonBrief,
  LessonInfo,
  Param,
  Place,
  SessionInfo,
} from "../store/types";
import type { CreateSession, Snapshot } from "../protocol.gen";

export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly code: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint: string,
    readonly place: Place | null,
    readonly reason: string | null = null,
    readonly params: Record<string, Param> = {},
    /** Each thing that is wrong with a body, and where. */
    readonly errors: { location: (string | number)[] }[] = [],
  ) {
    super(detail || title);
  }
}

export interface Rest {
  lessons(): Promise<LessonBrief[]>;
  lesson(slug: string): Promise<LessonInfo>;
  createSession(request: {
    lesson: string;
    config?: Record<string, unknown>;
    seed?: number;
    journal?: JournalEntry[];
    cursor?: Cursor;
    breakpoints?: Breakpoint[];
    companion?: CompanionRecipe | null;
    predict?: boolean;
  }): Promise<SessionInfo>;
  session(id: string): Promise<SessionInfo>;
  /** Keeps what makes a session under a short id. */
  keep(recipe: CreateSession): Promise<Snapshot>;
  snapshot(id: string): Promise<CreateSession>;
  /** Makes no promise: the page may be closing. */
  deleteSession(id: string): void;
  socketUrl(id: string): string;
}

export function createRest(base = "", fetcher: typeof fetch = (...args) => fetch(...args)): Rest {
  const sessions = `${base}/api/sessions`;
  const call = async <T>(path: string, init?: RequestInit): Promise<T> => {
    let response: Response;
    try {
      response = await fetcher(path, init);
    } catch (error) {
      throw new Problem("offline", 0, "The server cannot be reached", String(error), "", null);
    }
    if (!response.ok) throw await problem(response);
    return (await response.json()) as T;
  };
  const post = <T>(path: string, body: unknown) =>
    call<T>(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const leaving = new Map<string, AbortController>();
  return {
    lessons: () => call(`${base}/api/lessons?brief=true`),
    lesson: (slug) => call(`${base}/api/lessons/${encodeURIComponent(slug)}`),
    createSession(request) {
      const body: Partial<CreateSession> & { lesson: string } = request;
      // The socket brings the numbers.
      return post(`${sessions}?brief=true`, body);
    },
    session(id) {
      const left = leaving.get(id) ?? new AbortController();
      leaving.set(id, left);
      return call(`${sessions}/${encodeURIComponent(id)}?brief=true`, { signal: left.signal });
    },
    keep: (recipe) => post(`${base}/api/snapshots`, recipe),
    snapshot: (id) => call(`${base}/api/snapshots/${encodeURIComponent(id)}`),
    deleteSession(id) {
      // What was asked of it and is not answered yet would not be found any more.
      leaving.get(id)?.abort();
      leaving.delete(id);
      fetcher(`${sessions}/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {
        // The server forgets idle sessions by itself.
      });
    },
    socketUrl(id) {
      const url = new URL(`${sessions}/${encodeURIComponent(id)}/ws`, location.href);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      return url.href;
    },
  };
}

/** What a refusal says of itself. */
export async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new Problem(
    body.code ?? `http_${response.status}`,
    response.status,
    body.title ?? response.statusText,
    body.detail ?? "",
    body.hint ?? "",
    body.place ?? null,
    body.reason ?? null,
    body.params ?? {},
    body.errors ?? [],
  );
}
