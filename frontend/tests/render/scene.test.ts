import { existsSync, readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Box } from "../../src/layout/types";
import { estimate, overlaps, textsOf, type DisplayList, type Item } from "../../src/render/display";
import { fitted } from "../../src/render/camera";
import type { Geometry } from "../../src/render/geometry";
import { LABEL_W, labelBox } from "../../src/render/labels";
import { LABEL_H } from "../../src/render/metrics";
import { sceneList } from "../../src/render/scene";
import { toSvg } from "../../src/render/svg";
import { lightTheme } from "../../src/render/theme";
import { parseTrace } from "../../src/transport/replay";
import { geometryOf, inputOf, planOn, recordingOf, STAGE, type Recording } from "../support/pictures";
import { large, PROGRAMS, record } from "../support/trace";

const golden = resolve(__dirname, "../../../tests/golden");
const recordings = new Map<string, Recording>(
  Object.entries(PROGRAMS).map(([name, program]) => [name, recordingOf(record(program))]),
);
if (existsSync(golden))
  for (const file of readdirSync(golden).filter((f) => f.endsWith(".jsonl")))
    recordings.set(`golden/${file}`, recordingOf(parseTrace(readFileSync(resolve(golden, file), "utf8"))));

const geometries = new Map<string, Geometry>();
beforeAll(async () => {
  for (const [name, { drawing }] of recordings)
    for (const flow of ["right", "down"] as const)
      geometries.set(`${name} ${flow}`, await geometryOf(drawing, flow));
  for (const [name, { drawing }] of recordings)
    geometries.set(`${name} planned`, await geometryOf(drawing, planOn(drawing, STAGE)));
}, 60_000);

const cases = [...recordings.keys()].flatMap((name) => [`${name} right`, `${name} down`, `${name} planned`]);
const recordingFor = (key: string) => recordings.get(key.slice(0, key.lastIndexOf(" ")))!;

/** Each number of the picture by whose it is, as far as it can be seen. */
function numbers(list: DisplayList): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const { item, opacity } of textsOf(list, estimate))
    if (item.number && opacity > 0.05 && /^(value|grad|edge)/.test(item.id ?? "")) seen[item.id!] = item.text;
  return seen;
}

const TIMES = [0, 0.1, 0.2, 0.3, 0.42, 0.55, 0.68, 0.8, 0.92, 1];

describe.each(cases)("the picture of %s", (key) => {
  it("is a pure function: the same input gives the same list", () => {
    const { frames } = recordingFor(key);
    const geometry = geometries.get(key)!;
    for (const t of [0, 0.5, 1])
      expect(sceneList(inputOf(geometry, frames, 4), t)).toEqual(sceneList(inputOf(geometry, frames, 4), t));
  });

  it("begins each step with the numbers with which the step before ended", () => {
    const { frames } = recordingFor(key);
    const geometry = geometries.get(key)!;
    for (let s = 1; s < frames.length; s++) {
      const before = numbers(sceneList(inputOf(geometry, frames, s - 1), 1));
      const after = numbers(sceneList(inputOf(geometry, frames, s), 0));
      // While a token rests on a wire it carries the wire's number; the label takes over with the next step.
      const token = `edge-grad:${frames[s - 1]!.header.step.edge}`;
      const rest = Object.fromEntries(Object.entries(after).filter(([id]) => id !== token));
      expect(rest, `step ${s}`).toEqual(before);
    }
  });

  it("never lets a number be covered: by another, by a card, or by a token", () => {
    const { frames } = recordingFor(key);
    const geometry = geometries.get(key)!;
    const found: string[] = [];
    const steps = Math.min(frames.length, geometry.drawing.graph.steps.length + 2);
    for (let s = 0; s < steps; s++)
      // Where there are many steps, neighbours that move alike share the times.
      for (const t of TIMES.filter((_, k) => steps < 40 || k % 2 === s % 2)) {
        const list = sceneList(inputOf(geometry, frames, s), t);
        const texts = textsOf(list, estimate).filter(({ opacity }) => opacity > 0.3);
        const tokens = tokenBoxes(list);
        const numbers = texts.filter(({ item }) => item.number && !item.id?.startsWith("token"));
        numbers.forEach((a, i) => {
          const id = a.item.id ?? "";
          const report = (what: string) => found.push(`step ${s}, t ${t}: ${what} over ${id}`);
          if (id.startsWith("edge-")) {
            // Tokens slide under cards, but never over the number of a wire.
            if (tokens.some((token) => overlaps(a.box, token))) report("token");
            if ([...geometry.cards.values()].some((card) => overlaps(a.box, card))) report("card");
          }
          for (const b of numbers.slice(i + 1))
            if (b.item.id !== id && overlaps(a.box, b.box)) report(b.item.id ?? "?");
        });
      }
    expect(found).toEqual([]);
  });

  it("keeps the numbers of wires clear of all wires", () => {
    const geometry = geometries.get(key)!;
    const found: string[] = [];
    for (const [edge, { value, contribution }] of geometry.labels)
      for (const place of [value, contribution]) {
        if (!place) continue;
        const box = labelBox(place);
        for (const wire of geometry.wires.values())
          for (const p of wire.curve.samples)
            if (p.x > box.x && p.x < box.x + box.w && p.y > box.y && p.y < box.y + box.h)
              found.push(`edge ${edge} under wire ${wire.edge}`);
      }
    expect(found).toEqual([]);
  });

  it("finds room for the numbers of nearly all wires", () => {
    const geometry = geometries.get(key)!;
    const places = [...geometry.labels.values()];
    const missing = places.filter((p) => !p.value).length;
    // The second of two parallel wires (x·x) shares the number of the first.
    const parallel =
      geometry.wires.size - new Set([...geometry.wires.values()].map((w) => `${w.source} ${w.target}`)).size;
    expect(missing - parallel).toBeLessThanOrEqual(places.length * 0.1);
  });
});

describe.each(cases)("the numbers on the wires of %s", (key) => {
  it("belong to the picture's bounds, and no contribution stands right above its value", () => {
    const { bounds, labels, flow } = geometries.get(key)!;
    for (const { value, contribution } of labels.values()) {
      for (const at of [value, contribution])
        if (at) expect(at.y + LABEL_H / 2).toBeLessThanOrEqual(bounds.y + bounds.h + 1e-6);
      if (flow === "right" && value && contribution && Math.abs(value.x - contribution.x) < LABEL_W)
        expect(contribution.y).toBeGreaterThan(value.y);
    }
  });
});

// A network of matrices may be larger than the stage: then the camera follows the step.
const circuits = [...recordings].filter(([, { graph }]) =>
  graph.nodes.every((node) => node.shape.length < 2),
);

describe.each(circuits.map(([name]) => name))("at 1440×900 the whole of %s", (name) => {
  it("is on the stage, and can be read", () => {
    const { bounds } = geometries.get(`${name} planned`)!;
    const { k } = fitted(bounds, STAGE, { top: 0, right: 0, bottom: 0, left: 0 }, 1.25);
    // Numbers of wires are set in 13 px at zoom 1.
    expect(k).toBeGreaterThan(0.64);
  });
});

describe("what is withheld", () => {
  const open = recordingOf(record(PROGRAMS["one-weight"]!));
  const closed = recordingOf(record({ ...PROGRAMS["one-weight"]!, withhold: true }));
  const flipped = recordingOf(
    record({
      ...PROGRAMS["one-weight"]!,
      leaves: PROGRAMS["one-weight"]!.leaves.map((l) => (l.name === "x" ? { ...l, value: -5 } : l)),
      withhold: true,
    }),
  );

  it("is a question mark, and no number, sign, width or colour gives it away", async () => {
    const geometry = await geometryOf(closed.drawing);
    const step = closed.graph.steps.findIndex((s) => s.label.endsWith("→ w"));
    for (const t of TIMES) {
      const list = sceneList(inputOf(geometry, closed.frames, step), t);
      for (const { item } of textsOf(list, estimate)) expect(item.text).not.toContain("24");
      // The wire into w is painted alike whatever the answer would be.
      const other = await geometryOf(flipped.drawing);
      const paths = (l: DisplayList) => wiresOf(l, geometry, closed, "w");
      expect(paths(list)).toEqual(
        wiresOf(sceneList(inputOf(other, flipped.frames, step), t), other, flipped, "w"),
      );
    }
    const last = sceneList(inputOf(geometry, closed.frames, step), 1);
    expect(textsOf(last, estimate).filter(({ item }) => item.text === "?").length).toBeGreaterThanOrEqual(2);
    const shown = sceneList(inputOf(await geometryOf(open.drawing), open.frames, step), 1);
    expect(textsOf(shown, estimate).some(({ item }) => item.text === "−24.0")).toBe(true);
  });
});

describe("encodings", () => {
  it("dashes mean negative and nothing else; wires are grey before their contribution", async () => {
    for (const [name, { frames, drawing }] of recordings) {
      const geometry = geometries.get(`${name} right`)!;
      frames.forEach((frame, s) => {
        // A matrix has no sign.
        const negatives = drawing.edges.filter((e) => {
          const data = frame.contribution(e.index)?.data;
          return data?.length === 1 && (data[0] ?? 0) < 0;
        });
        const dashed = flat(sceneList(inputOf(geometry, frames, s), 1)).filter((i) => "dash" in i && i.dash);
        const infinite = negatives.filter((e) => frame.contribution(e.index)?.data?.[0] === -Infinity);
        expect(dashed.length, `${name} step ${s}`).toBe(negatives.length - infinite.length);
        for (const item of dashed) expect((item as { stroke: string }).stroke).toBe(lightTheme.negative);
      });
    }
  });

  it("marks numbers that are not finite, the first cause filled", async () => {
    const { frames } = recordings.get("not-finite")!;
    const geometry = geometries.get("not-finite right")!;
    const last = groups(sceneList(inputOf(geometry, frames, frames.length - 1), 1)).map((g) => g.id);
    expect(last.filter((id) => id === "warning:first")).toHaveLength(1);
    expect(last.filter((id) => id === "warning").length).toBeGreaterThan(0);
    const first = groups(sceneList(inputOf(geometry, frames, 1), 1)).map((g) => g.id);
    expect(first.filter((id) => id?.startsWith("warning"))).toHaveLength(0);
  });

  it("shows a zero gradient as a printed 0", async () => {
    const { frames, drawing } = recordings.get("max")!;
    const loser = drawing.nodes.find((n) => n.node.name === "w")!.index;
    const list = sceneList(inputOf(geometries.get("max right")!, frames, frames.length - 1), 1);
    expect(numbers(list)[`grad:${loser}`]).toBe("0.0");
  });

  it("counts what has arrived where several contributions are expected", async () => {
    const { frames, drawing } = recordings.get("fan-out")!;
    const a = drawing.nodes.find((n) => n.node.name === "a")!;
    const texts = frames
      .slice(0, frames.length / 2)
      .map((_, s) => textsOf(sceneList(inputOf(geometries.get("fan-out right")!, frames, s), 1), estimate))
      .map((list) => list.filter(({ item }) => item.id === "arrivals").map(({ item }) => item.text));
    expect(a.node.expected).toBe(2);
    expect(texts.flat()).toEqual(expect.arrayContaining(["0/2", "1/2", "2/2", "3/3"]));
  });
});

describe("an SVG", () => {
  it("is made from the same list: well-formed, with every number, and nothing from elsewhere", () => {
    const { frames } = recordings.get("one-weight")!;
    const geometry = geometries.get("one-weight right")!;
    const list = sceneList(inputOf(geometry, frames, 8), 1);
    const svg = toSvg({ list, view: geometry.bounds, theme: lightTheme, measure: estimate }, "a < b");
    const document = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(document.querySelector("parsererror")).toBeNull();
    const texts = [...document.querySelectorAll("text")].map((t) => t.textContent);
    for (const { item } of textsOf(list, estimate)) expect(texts).toContain(item.text);
    expect(svg.match(/https?:[^"]*/g)).toEqual(["http://www.w3.org/2000/svg"]);
  });
});

it("paints 500 nodes: all that rests is left out of what moves", async () => {
  const recording = recordingOf(record(large(500)));
  const geometry = await geometryOf(recording.drawing);
  const input = inputOf(geometry, recording.frames, 40);
  const { scene } = await import("../../src/render/scene");
  const { base, moving } = scene(input);
  expect(base.length).toBeGreaterThan(1500);
  expect(moving(0.5).length).toBeLessThan(120);
}, 60_000);

function flat(list: DisplayList): Item[] {
  return list.flatMap((item) => (item.kind === "group" ? flat(item.items) : [item]));
}

function groups(list: DisplayList): Extract<Item, { kind: "group" }>[] {
  return list.flatMap((item) => (item.kind === "group" ? [item, ...groups(item.items)] : []));
}

function tokenBoxes(list: DisplayList): Box[] {
  return groups(list)
    .filter((g) => g.id?.startsWith("token:") && (g.opacity ?? 1) > 0.3)
    .map((g) => {
      const [body] = g.items;
      if (body?.kind === "rect") return body;
      const points =
        body?.kind === "path"
          ? body.d.flatMap((s) => (s[0] === "M" || s[0] === "L" ? [[s[1], s[2]]] : []))
          : [];
      const [xs, ys] = [points.map((p) => p[0]!), points.map((p) => p[1]!)];
      const [x, y] = [Math.min(...xs), Math.min(...ys)];
      return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
    });
}

/** Colour, width and dashes of all that is painted along the wire out of a node. */
function wiresOf(list: DisplayList, geometry: Geometry, { drawing }: Recording, name: string): unknown[] {
  const node = drawing.nodes.find((n) => n.node.name === name)!;
  const wire = geometry.wires.get(node.outs[0]!.index)!;
  const [start] = wire.curve.samples;
  return list.flatMap((item) => {
    if (item.kind !== "path" || !item.stroke) return [];
    const [m] = item.d;
    if (m?.[0] !== "M" || Math.hypot(m[1] - start!.x, m[2] - start!.y) > 1) return [];
    return [{ stroke: item.stroke, width: item.width, dash: item.dash, opacity: item.opacity }];
  });
}
