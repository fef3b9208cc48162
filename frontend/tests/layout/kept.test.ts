import { expect, it } from "vitest";
import { createKept } from "../../src/layout/kept";
import { solve } from "../../src/layout/nested";
import { estimate } from "../../src/render/display";
import { layoutRequest } from "../../src/render/plan";
import { englishWords } from "../../src/render/words";
import { recordingOf, solver } from "../support/pictures";
import { PROGRAMS, record } from "../support/trace";

/** Caches in memory: what browsers have, as far as it is used. */
function memory(): CacheStorage {
  const caches = new Map<string, Cache>();
  const cache = (): Cache => {
    const kept = new Map<string, string>();
    const part: Partial<Cache> = {
      match: (key) => {
        const text = kept.get(key as string);
        return Promise.resolve(text === undefined ? undefined : new Response(text));
      },
      put: async (key, response) => void kept.set(key as string, await response.text()),
      delete: (key) => Promise.resolve(kept.delete(key as string)),
      keys: () => Promise.resolve([...kept.keys()] as unknown as Request[]),
    };
    return part as Cache;
  };
  const storage: Partial<CacheStorage> = {
    open: (name) => {
      const one = caches.get(name) ?? cache();
      caches.set(name, one);
      return Promise.resolve(one);
    },
    keys: () => Promise.resolve([...caches.keys()]),
    delete: (name) => Promise.resolve(caches.delete(name)),
  };
  return storage as CacheStorage;
}

const requestOf = (name: string) =>
  layoutRequest(recordingOf(record(PROGRAMS[name]!)).drawing, "scalars", "right", englishWords, estimate);

it("gives a layout back as it was, on the next visit too", async () => {
  const storage = memory();
  const request = requestOf("one-weight");
  const positions = await solve(request, solver);
  const first = createKept("a", storage);
  expect(await first.any()).toBe(false);
  expect(await first.find(request)).toBeNull();
  await first.keep(request, positions);
  const next = createKept("a", storage);
  expect(await next.any()).toBe(true);
  expect(await next.find(request)).toEqual(positions);
  expect(await next.find(requestOf("fan-out"))).toBeNull();
});

it("forgets what another version has laid out, and leaves what is not its own", async () => {
  const storage = memory();
  const request = requestOf("one-weight");
  await storage.open("something else");
  await createKept("a", storage).keep(request, await solve(request, solver));
  expect(await createKept("b", storage).find(request)).toBeNull();
  expect(await storage.keys()).toEqual(["something else", "layouts b"]);
});

it("keeps the newest, and not without end", async () => {
  const storage = memory();
  const request = requestOf("one-weight");
  const positions = await solve(request, solver);
  const kept = createKept("a", storage);
  const at = (k: number) => ({ ...request, spacing: { layer: k, node: k } });
  for (let k = 0; k < 70; k++) await kept.keep(at(k), positions);
  expect(await kept.find(at(0))).toBeNull();
  expect(await kept.find(at(69))).toEqual(positions);
  expect(await (await storage.open("layouts a")).keys()).toHaveLength(60);
});

it("keeps nothing where a browser has or allows no room, and says nothing", async () => {
  const request = requestOf("one-weight");
  const positions = await solve(request, solver);
  const refuses = () => Promise.reject(new Error("denied"));
  for (const storage of [undefined, { keys: refuses, open: refuses } as unknown as CacheStorage]) {
    const kept = createKept("a", storage);
    await kept.keep(request, positions);
    expect([await kept.any(), await kept.find(request)]).toEqual([false, null]);
  }
});
