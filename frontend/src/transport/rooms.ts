/** The addresses of rooms. The secret goes in a header, never in an address. */
import type { HandOver, RoomCreated, RoomInfo, SessionInfo, TakenOver } from "../protocol.gen";
import { Problem, problem } from "./rest";

export interface Rooms {
  open(session: string, view: string): Promise<RoomCreated>;
  /** With the secret, it says how others reach it. */
  find(code: string, secret?: string): Promise<RoomInfo>;
  /** The room shows another session from now on. */
  move(code: string, secret: string, session: string, view: string): Promise<unknown>;
  /** A session of one's own, at the place of the room. */
  copy(code: string): Promise<SessionInfo>;
  handOver(code: string, secret: string): Promise<HandOver>;
  takeOver(code: string, pin: string): Promise<TakenOver>;
  /** All answers of the class as a file. */
  answers(code: string, secret: string, kind: "csv" | "json"): Promise<Blob>;
  end(code: string, secret: string): Promise<unknown>;
}

export function createRooms(fetcher: typeof fetch = (...args) => fetch(...args)): Rooms {
  const call = async (
    path: string,
    method: string,
    secret: string | null,
    body?: unknown,
    accept = "application/json",
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await fetcher(`/api/rooms${path}`, {
        method,
        headers: {
          accept,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(secret ? { authorization: `Bearer ${secret}` } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Problem("offline", 0, "The server cannot be reached", String(error), "", null);
    }
    if (!response.ok) throw await problem(response);
    return response;
  };
  const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;
  const at = (code: string) => `/${encodeURIComponent(code)}`;
  return {
    open: (session, view) => json(call("", "POST", null, { session, view })),
    find: (code, secret) => json(call(at(code), "GET", secret ?? null)),
    move: (code, secret, session, view) =>
      json(call(`${at(code)}/session`, "POST", secret, { session, view })),
    copy: (code) => json(call(`${at(code)}/copy`, "POST", null)),
    handOver: (code, secret) => json(call(`${at(code)}/handover`, "POST", secret)),
    takeOver: (code, pin) => json(call(`${at(code)}/presenter`, "POST", null, { pin })),
    answers: async (code, secret, kind) => {
      const accept = kind === "csv" ? "text/csv" : "application/json";
      return (await call(`${at(code)}/answers`, "GET", secret, undefined, accept)).blob();
    },
    end: (code, secret) => call(at(code), "DELETE", secret),
  };
}
