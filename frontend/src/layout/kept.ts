/** Layouts that are kept in the browser from one visit to the next: what was laid out once stands at once. */
import type { LayoutRequest, Positions } from "./types";

const MOST = 60;
const PREFIX = "layouts ";

export interface Kept {
  /** Whether anything is there. */
  any(): Promise<boolean>;
  find(request: LayoutRequest): Promise<Positions | null>;
  keep(request: LayoutRequest, positions: Positions): Promise<void>;
}

/** `version` changes with all that a layout depends on beside its request. Throws nothing: without room, nothing is kept. */
export function createKept(version: string, storage: CacheStorage | undefined): Kept {
  const name = PREFIX + version;
  const opened = open();

  async function open(): Promise<Cache | null> {
    if (!storage) return null;
    try {
      const old = (await storage.keys()).filter((one) => one.startsWith(PREFIX) && one !== name);
      await Promise.all(old.map((one) => storage.delete(one)));
      return await storage.open(name);
    } catch {
      return null;
    }
  }

  return {
    async any() {
      const keys = await (await opened)?.keys().catch(() => []);
      return (keys?.length ?? 0) > 0;
    },
    async find(request) {
      try {
        const found = await (await opened)?.match(await address(request));
        return found ? (JSON.parse(await found.text(), revive) as Positions) : null;
      } catch {
        return null;
      }
    },
    async keep(request, positions) {
      try {
        const cache = await opened;
        if (!cache) return;
        await cache.put(await address(request), new Response(JSON.stringify(positions, replace)));
        const keys = await cache.keys();
        await Promise.all(keys.slice(0, -MOST).map((key) => cache.delete(key)));
      } catch {
        // No room, or none allowed.
      }
    },
  };
}

/** Under what a request is kept: a request may be longer than an address. */
async function address(request: LayoutRequest): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `/layout/${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

const replace = (_: string, value: unknown): unknown =>
  value instanceof Map ? { map: [...(value as ReadonlyMap<unknown, unknown>)] } : value;

const revive = (_: string, value: unknown): unknown =>
  value !== null && typeof value === "object" && Object.hasOwn(value, "map")
    ? new Map((value as { map: [unknown, unknown][] }).map)
    : value;
