import { describe, expect, it } from "vitest";
import { foldsOf } from "../../src/layout/folds";
import { rowsOf, stepsTo } from "../../src/layout/blocks";
import { arrangeColumns, columnSpotAt } from "../../src/render/columns/arrangement";
import { COLUMNS_KIND } from "../../src/render/columns/picture";
import type { ColumnsInput } from "../../src/render/columns/input";
import { acrossOf } from "../../src/render/columns/marks";
import { gainText, productText } from "../../src/render/columns/ratios";
import { activeRow, readColumns } from "../../src/render/columns/reading";
import { columnsList, columnsScene } from "../../src/render/columns/scene";
import { estimate, overlaps, textsOf, type Item } from "../../src/render/display";
import { markOfRun } from "../../src/render/runs";
import { wayOf } from "../../src/render/showing";
import { lightTheme } from "../../src/render/theme";
import { hasColumns, levelsOf } from "../../src/store/zoom";
import { hasOutput } from "../../src/store/tab";
import type { FrameView, RunState, TensorView } from "../../src/store/types";
import { golden } from "../support/golden";
import { recordingOf } from "../support/pictures";

const { graph, frames } = recordingOf(golden("vanishing-and-exploding"));
const kinds = graph.steps.map(({ kind }) => kind);
const total = graph.steps.length;
const lastBackward = kinds.lastIndexOf("backward");

function rms(tensor: TensorView | null): number | null {
  if (!tensor?.data) return null;
  let sum = 0;
  for (const x of tensor.data) sum += x * x;
  return Math.sqrt(sum / tensor.data.length);
}

/** A recording has no subscription: sizes are worked out here, from the tensors. */
function statesOf(frame: FrameView): RunState[] {
  return graph.runs.map((run) => {
    const layers = run.layers.map(({ output, weight }) => ({
      activation: rms(frame.value(output)),
      grad: rms(frame.grad(output)),
      complete: frame.header.arrived[output] === graph.nodes[output]!.expected,
      weight_grad: rms(frame.grad(weight)),
    }));
    return {
      name: run.name,
      rate: 0.01,
      numbers: [],
      verdict: null,
      because: {},
      layers: layers.map((layer, k) => {
        const before = layers[k - 1];
        const known = k > 0 && layer.complete && before?.complete;
        return { ...layer, gain: known ? before!.grad! / layer.grad! : null };
      }),
      columns: null,
      norm: null,
      product: layers[0]!.complete ? layers[0]!.grad! / layers.at(-1)!.grad! : null,
    };
  });
}

function frameAt(step: number, change: (states: RunState[]) => RunState[] = (states) => states): FrameView {
  const frame = frames[step]!;
  return { ...frame, header: { ...frame.header, runs: change(statesOf(frame)) } };
}

const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 500 }, phone: { w: 390, h: 330 } };
const insets = { top: 66, right: 16, bottom: 64, left: 16 };

function inputAt(
  frame: FrameView,
  size = SIZES.desk,
  beside: RunState[] = [],
  present = false,
): ColumnsInput {
  return {
    reading: readColumns(graph, frame, beside),
    places: arrangeColumns(graph.runs.length, graph.runs[0]!.layers.length, { size, insets, present }),
    phase: frame.header.phase,
    theme: lightTheme,
    measure: estimate,
    view: {
      told: graph.runs.map(({ title }) => ({ title, accuracy: "50%" })),
      words: { loss: "loss", out: "out", product: "product", ratio: "now ÷ before" },
      pointed: null,
      looked: null,
      skips: true,
    },
  };
}

describe("a network in columns", () => {
  it("is seen as layers first, and has something to say beside the picture", () => {
    expect(hasColumns(graph)).toBe(true);
    expect(levelsOf(graph)[0]).toBe("layers");
    expect(hasOutput(graph)).toBe(true);
    const other = recordingOf(golden("map-and-hiker")).graph;
    expect(hasColumns(other)).toBe(false);
    expect(graph.runs.map(({ layers }) => layers.map(({ skip }) => skip))).toEqual([
      [false, true, false, false],
      [false, true, true, false],
    ]);
  });

  it("is stepped through row by row, all columns at once", () => {
    const rows = rowsOf(graph);
    const stops: (string | null)[] = [];
    for (let at = 1; at < total - 1;) {
      at += stepsTo(graph, rows, at, 1);
      stops.push(rows[at] ?? kinds[at]!);
    }
    const down = ["layer1", "layer2", "layer3", "output"];
    expect(stops).toEqual([...down, "loss", "seed", "loss", ...down.toReversed(), ...down]);
    const folds = foldsOf(graph, null, true, rows);
    expect(folds.filter(({ closed }) => closed).map(({ name }) => name)).toEqual(
      stops.filter((name) => name !== "seed"),
    );
    const cursor = (step: number) => ({ branch: 0, iteration: 0, step });
    const first = 1 + stepsTo(graph, rows, 1, 1);
    expect(wayOf(graph, rows, cursor(1), cursor(first))).toBe("next");
    expect(wayOf(graph, rows, cursor(first), cursor(1))).toBe("previous");
    expect(wayOf(graph, rows, cursor(1), cursor(first - 1))).toBe("jump");
  });

  it("knows nothing before the cursor, and comes to gradients from below", () => {
    const known = (step: number, what: "activation" | "grad") =>
      readColumns(graph, frameAt(step), []).columns[1]!.rows.map((row) => row[what] !== null);
    expect(known(1, "activation")).toEqual([false, false, false, false]);
    expect(known(kinds.indexOf("seed"), "activation")).toEqual([true, true, true, true]);
    for (let step = 0; step < total; step++) {
      const grads = known(step, "grad");
      expect(grads).toEqual(grads.toSorted());
    }
    expect(known(lastBackward, "grad")).toEqual([true, true, true, true]);
    expect(activeRow(graph, 0)).toBeNull();
    expect(activeRow(graph, 2)).toBe(0);
    expect(activeRow(graph, kinds.indexOf("seed"))).toBe(4);
    expect(activeRow(graph, lastBackward)).toBe(0);
  });

  it("marks a gradient that lacks a contribution as not complete", () => {
    const partly = frames.findIndex((_, step) => {
      const rows = readColumns(graph, frameAt(step), []).columns[1]!.rows;
      return rows.some(({ grad, complete }) => grad !== null && !complete);
    });
    expect(kinds[partly]).toBe("backward");
    const shapes = (step: number) =>
      columnsList(inputAt(frameAt(step)), 1)
        .flatMap((item) => (item.kind === "group" ? [...item.items] : [item]))
        .filter((item) => item.kind === "path" && item.fill === lightTheme.card);
    expect(shapes(partly).length).toBeGreaterThan(shapes(lastBackward).length);
  });
});

describe("the axis", () => {
  const place = { x0: 100, x1: 200 };
  it("is of decades, the same for all columns, and holds all sizes", () => {
    const { decades } = readColumns(graph, frameAt(lastBackward), []);
    expect(decades.high).toBe(1);
    expect(Math.abs(decades.low % 2)).toBe(0);
    expect(10 ** decades.low).toBeLessThan(1e-3);
    const small = frameAt(lastBackward, (states) =>
      states.map((state) => ({ ...state, layers: state.layers.map((one) => ({ ...one, grad: 3e-15 })) })),
    );
    expect(readColumns(graph, small, []).decades).toEqual({ low: -16, high: 1 });
    expect(acrossOf(place, { low: -4, high: 0 }, 1e-2, 4)).toEqual({ x: 150, odd: null });
  });

  it("has what is zero, infinite or no number at its rims", () => {
    const decades = { low: -4, high: 0 };
    expect(acrossOf(place, decades, 0, 4)).toMatchObject({ odd: "zero" });
    expect(acrossOf(place, decades, 0, 4).x).toBeLessThan(100);
    for (const [size, odd] of [
      [Infinity, "infinite"],
      [NaN, "nan"],
    ] as const) {
      expect(acrossOf(place, decades, size, 4).odd).toBe(odd);
      expect(acrossOf(place, decades, size, 4).x).toBeGreaterThan(200);
    }
    const odd = frameAt(lastBackward, (states) =>
      states.map((state) => ({
        ...state,
        product: "Infinity" as const,
        layers: state.layers.map((one, k) => ({ ...one, grad: k === 0 ? "Infinity" : k === 1 ? "NaN" : 0 })),
      })),
    );
    const texts = textsOf(columnsList(inputAt(odd), 1), estimate).map(({ item }) => item.text);
    expect(texts).toContain("∞");
    expect(texts).toContain("NaN");
    expect(texts).toContain("×∞");
  });

  it("tells gains and their product shortly", () => {
    expect(gainText(0.2345)).toBe("×0.23");
    expect(gainText(12.3)).toBe("×12");
    expect(gainText(4e-5)).toBe("×4e−5");
    expect(gainText(Infinity)).toBe("×∞");
    expect(gainText(null)).toBe("");
    expect(productText(1.7e-13)).toBe("1.7e−13");
    expect(productText(null)).toBe("—");
    expect(productText(NaN)).toBe("NaN");
  });
});

function gainsOf({ reading }: ColumnsInput, column: number): string[] {
  return reading.columns[column]!.rows.flatMap(({ gain }) => (gain === null ? [] : gainText(gain)));
}

describe("the picture", () => {
  const ghosts = (items: readonly Item[]) =>
    items.filter((item) => item.kind === "path" && item.opacity === 0.6 && item.fill === lightTheme.card);

  it.each(Object.entries(SIZES))("has no text over another on a %s", (_, size) => {
    for (const step of [0, kinds.indexOf("seed"), lastBackward, total - 1])
      for (const present of [false, true]) {
        if (present && size === SIZES.phone) continue;
        const texts = textsOf(columnsList(inputAt(frameAt(step), size, [], present), 1), estimate);
        texts.forEach((a, i) => {
          for (const b of texts.slice(i + 1))
            expect(overlaps(a.box, b.box, -1), `${a.item.text} over ${b.item.text} at ${step}`).toBe(false);
        });
      }
  });

  it("moves what arrives from the layer that it comes from", () => {
    const rows = rowsOf(graph);
    const step = rows.lastIndexOf("layer3", lastBackward);
    const scene = columnsScene(inputAt(frameAt(step)));
    const at = (t: number) =>
      scene.moving(t).map((item) => (item.kind === "group" ? item.at! : { x: 0, y: 0 }));
    const { places } = inputAt(frameAt(step));
    for (const { y } of at(0)) expect(y).toBeCloseTo(places.pitch);
    for (const { x, y } of at(1)) expect(Math.hypot(x, y)).toBeCloseTo(0);
    expect(at(1)).toHaveLength(2);
    expect(columnsScene(inputAt(frameAt(0))).moving(0.5)).toEqual([]);
  });

  it("on a narrow card tells a column's name in full, and of its gains the last that came until their product is known", () => {
    const narrow = { w: 218, h: 330 };
    const seen = (step: number) => {
      const input = inputAt(frameAt(step), narrow);
      const told = input.view.told.map((one) => ({ ...one, title: "batch norm" }));
      const texts = textsOf(columnsList({ ...input, view: { ...input.view, told } }, 1), estimate);
      expect(texts.filter(({ item }) => item.text === "batch norm")).toHaveLength(2);
      return { input, gains: texts.map(({ item }) => item.text).filter((one) => one.startsWith("×")) };
    };
    const half = seen(rowsOf(graph).lastIndexOf("layer3", lastBackward));
    const last = half.input.reading.columns.map(({ rows }) => rows.find(({ gain }) => gain !== null)!.gain!);
    expect(half.gains.filter((one) => last.map(gainText).includes(one))).toHaveLength(2);
    const all = seen(lastBackward);
    expect(all.gains).toEqual(all.input.reading.columns.map(({ product }) => `×${productText(product)}`));
  });

  /** In the first column the gradients of the first two layers were a tenth. */
  const was = statesOf(frames[lastBackward]!).map((state, k) => ({
    ...state,
    layers: state.layers.map((one, at) => ({
      ...one,
      grad: k === 0 && at < 2 ? Number(one.grad) / 10 : one.grad,
    })),
  }));

  it("tells how many times as large gradients have become, in the place of gains, where one has", () => {
    const input = inputAt(frameAt(lastBackward), SIZES.desk, was);
    const texts = textsOf(columnsList(input, 1), estimate);
    const [first, second] = input.places.columns.map(({ gains }) =>
      texts.filter(({ item }) => item.x === gains && item.text.startsWith("×")).map(({ item }) => item.text),
    );
    expect(first).toEqual(["×10", "×10", "×1.0", "×1.0"]);
    expect(second).toEqual(gainsOf(input, 1));
    expect(texts.map(({ item }) => item.text)).toContain("now ÷ before");
    texts.forEach((a, i) => {
      for (const b of texts.slice(i + 1)) expect(overlaps(a.box, b.box, -1)).toBe(false);
    });
    // Before the gradients have come there is nothing to compare.
    const early = columnsList(inputAt(frameAt(kinds.indexOf("seed")), SIZES.desk, was), 1);
    expect(textsOf(early, estimate).map(({ item }) => item.text)).not.toContain("now ÷ before");
  });

  it("tells them at the rim of a narrow card, as many as there is room for", () => {
    for (const [h, expected] of [
      [330, ["×10", "×10"]],
      [200, ["×10"]],
    ] as const) {
      const input = inputAt(frameAt(lastBackward), { w: 218, h }, was);
      const { box } = input.places.columns[0]!;
      const texts = textsOf(columnsList(input, 1), estimate);
      const told = texts.filter(
        ({ item }) => item.x === box.x + box.w - 4 && item.y < input.places.decades - 12,
      );
      expect(told.map(({ item }) => item.text).filter((one) => one.startsWith("×"))).toEqual(expected);
      texts.forEach((a, i) => {
        for (const b of texts.slice(i + 1)) expect(overlaps(a.box, b.box, -1)).toBe(false);
      });
    }
  });

  it("shows what was there before, where it was another", () => {
    const now = frameAt(lastBackward);
    expect(ghosts(columnsList(inputAt(now), 1))).toHaveLength(0);
    expect(ghosts(columnsList(inputAt(now, SIZES.desk, was), 1))).toHaveLength(2);
    expect(readColumns(graph, now, was).columns[1]!.rows.every(({ ghost }) => ghost === null)).toBe(true);
  });

  it("finds the layer under a pointer, and the side where a skip connection goes", () => {
    const { places } = inputAt(frameAt(0));
    const column = places.columns[1]!;
    const y = places.rows[2]!;
    expect(columnSpotAt(places, { x: column.x0 + 30, y: y + 2 })).toEqual({ column: 1, row: 2, rail: false });
    expect(columnSpotAt(places, { x: column.rail - 4, y })).toEqual({ column: 1, row: 2, rail: true });
    expect(columnSpotAt(places, { x: 2, y })).toBeNull();
    expect(columnSpotAt(places, { x: column.x0, y: 2 })).toBeNull();
  });

  it("is nothing where the graph is another", () => {
    const other = recordingOf(golden("one-weight")).graph;
    const view = {
      ...inputAt(frameAt(0)).view,
      theme: lightTheme,
      reducedMotion: true,
      present: false,
      insets,
    };
    expect(COLUMNS_KIND.arrange(other, SIZES.desk, view)).toBeNull();
    expect(COLUMNS_KIND.arrange(graph, SIZES.desk, view)?.columns).toHaveLength(2);
  });

  it("gives each column the colour that it has wherever it is seen", () => {
    expect(markOfRun("both", 1)).toBe(markOfRun("both", 3));
    expect(new Set(["plain", "batchnorm", "residual", "both"].map((name) => markOfRun(name, 0))).size).toBe(
      4,
    );
    expect(markOfRun("adam", 0)).toBe(4);
    expect(markOfRun("other", 2)).toBe(2);
  });
});

describe("a scale", () => {
  it.each(Object.entries(SIZES))("has two numbers at least, whatever its range, on a %s", (_, size) => {
    for (const grad of [3e-3, 3e-8, 3e-17, 3e-40, 3e30]) {
      const frame = frameAt(lastBackward, (states) =>
        states.map((state) => ({ ...state, layers: state.layers.map((one) => ({ ...one, grad })) })),
      );
      const input = inputAt(frame, size);
      const labels = columnsList(input, 1).filter(
        (item) => item.kind === "text" && item.y === input.places.decades,
      );
      expect(labels.length, `${grad}`).toBeGreaterThanOrEqual(2 * graph.runs.length);
    }
  });
});
