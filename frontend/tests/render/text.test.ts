import { describe, expect, it } from "vitest";
import { estimate, overlaps, textsOf, type Item } from "../../src/render/display";
import {
  arrangeText,
  columnX,
  matrixCell,
  textSpotAt,
  type TextShape,
} from "../../src/render/text-view/arrangement";
import { looksOf, lookItems, pullItems, sharesOf } from "../../src/render/text-view/bars";
import { candidatesIn } from "../../src/render/text-view/next";
import {
  candidates,
  chosenIn,
  COVERED,
  matrixOf,
  shownNode,
  stageCells,
  tokensOf,
  tracedAt,
  visible,
  visibleText,
} from "../../src/render/text-view/parts";
import { shapeOf } from "../../src/render/text-view/picture";
import { activePart, textList, type TextInput } from "../../src/render/text-view/scene";
import { darkTheme, lightTheme } from "../../src/render/theme";
import { hasOutput } from "../../src/store/tab";
import type { FrameView, TokenResult } from "../../src/store/types";
import { levelsOf } from "../../src/store/zoom";
import { textRecording, type TextMoment } from "../support/text";

const { graph, moments } = textRecording("window");
const text = graph.text!;
const shape = shapeOf(graph)!;
const [SAMPLE, POSITION] = [1, 3];
const insets = { top: 66, right: 16, bottom: 64, left: 16 };
const SIZES = { desk: { w: 762, h: 690 }, laptop: { w: 690, h: 500 }, phone: { w: 390, h: 330 } };
const WIDEST: TextShape = { context: 32, heads: 4, blocks: 2, stages: 3, width: 64 };

const words = {
  attention: "attention",
  gradient: "gradient",
  block: "block 1",
  embeddings: "at embeddings",
  masked: "not seen: 0",
  next: "after",
  loss: "loss",
  percent: (share: number) => `${(100 * share).toFixed(1)}%`,
  stages: ["embeddings", "after block 1", "after block 2"],
  blocks: ["block 1", "block 2"],
  heads: ["head 1", "head 2"],
};

function inputAt(moment: TextMoment, size = SIZES.desk, position = POSITION): TextInput {
  return {
    graph,
    text,
    frame: moment.frame,
    places: arrangeText(shape, { size, insets, present: false }),
    view: {
      sample: SAMPLE,
      chosen: { position, block: 0 },
      pointed: null,
      traced: tracedAt(graph, moment.frame, moment.answer, SAMPLE, position),
      causal: true,
      passing: false,
      written: null,
      words,
    },
    theme: lightTheme,
    measure: estimate,
  };
}

const last = moments.at(-1)!;
const at = (kind: string, label: string) =>
  moments.find(({ frame }) => frame.header.step.kind === kind && frame.header.step.label === label)!;
const backEnd = moments.filter(({ frame }) => frame.header.phase === "backward").at(-1)!;

describe("what a network that reads text has", () => {
  it("is seen as layers, with what it writes beside it", () => {
    expect(levelsOf(graph)).toEqual(["layers", "operations"]);
    expect(hasOutput(graph)).toBe(true);
    expect(shape).toEqual({ context: 5, heads: 2, blocks: 2, stages: 3, width: 8 });
  });

  it("comes as the cursor does: tokens, attention, what is known, gradients of the scores", () => {
    const [start, loaded] = moments as [TextMoment, TextMoment];
    expect(tokensOf(graph, text, start.frame, SAMPLE).tokens).toBeNull();
    const { tokens, following } = tokensOf(graph, text, loaded.frame, SAMPLE);
    expect(tokens).toHaveLength(5);
    expect(following!.slice(0, -1)).toEqual(tokens!.slice(1));
    expect(looksOf(inputAt(loaded))).toBeNull();
    const looked = at("forward", "attention");
    const weights = looksOf(inputAt(looked))!;
    for (const head of weights) {
      expect(head.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
      expect(head[4]).toBe(0);
    }
    expect(matrixOf(graph, text, looked.frame, looked.answer, 0).what).toBe("weights");
    expect(matrixOf(graph, text, looked.frame, looked.answer, 1).data).toBeNull();
    const { what, data } = matrixOf(graph, text, backEnd.frame, backEnd.answer, 0);
    expect(what).toBe("by scores");
    // Above the diagonal nothing is seen, and nothing comes back.
    for (let row = 0; row < 5; row++)
      for (let to = row + 1; to < 5; to++) expect(Math.abs(data![row * 5 + to]!)).toBe(0);
  });

  it("before a stage and its weights have come shows what they are made of, as far as it has come", () => {
    const { frame } = at("forward", "attention");
    const node = (name: string) => graph.nodes.find((one) => one.label === name || one.name === name)!.index;
    const before = (index: number): FrameView => ({
      ...frame,
      ownValue: (one) => (one < index ? frame.ownValue(one) : null),
    });
    // Equal characters are equal until they have places.
    const { tokens } = tokensOf(graph, text, frame, SAMPLE);
    const alike = before(text.stages[0]!);
    expect(shownNode(graph, alike, text.stages[0]!)).toBe(node("character"));
    const rows = stageCells(graph, text, alike, null, 0).data!;
    const row = (place: number) => [...Array.from(rows).slice(place * 8, place * 8 + 8)];
    for (let a = 0; a < 5; a++)
      for (let b = 0; b < 5; b++)
        if (tokens![a] === tokens![b]) expect(row(a)).toEqual(row(b));
        else expect(row(a)).not.toEqual(row(b));
    expect(stageCells(graph, text, before(node("character")), null, 0).data).toBeNull();
    // What comes later is not taken for what comes before it.
    expect(stageCells(graph, text, frame, null, 1).data).toBeNull();
    const masked = before(text.attention[0]!);
    const { what, data } = matrixOf(graph, text, masked, null, 0);
    expect(what).toBe("scores");
    for (let from = 0; from < 5; from++)
      for (let to = 0; to < 5; to++) expect(data![from * 5 + to]! <= COVERED).toBe(to > from);
    expect(matrixOf(graph, text, masked, null, 1).data).toBeNull();
  });

  it("is a gradient of the chosen token alone, told where all of it has come", () => {
    const loss = moments.find(
      ({ frame }) => frame.header.step.kind === "forward" && frame.header.loss !== null,
    )!;
    expect(sharesOf(inputAt(loss))).toBeNull();
    const shares = sharesOf(inputAt(backEnd))!;
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1);
    expect(shares[4]).toBe(0);
    const known = moments
      .filter(({ frame }) => frame.header.phase === "backward")
      .map((one) => inputAt(one).view.traced!.stages.filter(({ sizes }) => sizes !== null).length);
    expect(known).toEqual([...known].sort((a, b) => a - b));
    expect([known[0], known.at(-1)]).toEqual([0, 3]);
    const lastStage = stageCells(graph, text, backEnd.frame, inputAt(backEnd).view.traced, 2).data!;
    const sizes = Array.from({ length: 5 }, (_, place) =>
      Array.from({ length: 8 }, (_c, c) => Math.abs(lastStage[place * 8 + c]!)).reduce((a, b) => a + b),
    );
    expect(sizes.map((size) => size > 0)).toEqual([false, false, false, true, false]);
  });

  it("has bars that fill their own lane, and tells the largest of each on a phone too", () => {
    for (const size of [SIZES.desk, SIZES.phone]) {
      const input = inputAt(backEnd, size);
      const { looks, pulls } = input.places;
      for (const [items, box, numbers] of [
        [lookItems(input), looks, looksOf(input)!.flat()],
        [pullItems(input), pulls, sharesOf(input)!],
      ] as const) {
        const tallest = Math.max(
          ...items.flatMap((one) => (one.kind === "rect" && one.r === 1.5 ? one.h : [])),
        );
        expect(tallest).toBeGreaterThan(0.5 * box.h);
        const largest = Math.max(...numbers).toFixed(2);
        expect(items.flatMap((one) => (one.kind === "text" ? one.text : []))).toContain(largest);
      }
    }
  });

  it("while it trains flat out is what is known at each place, and nothing of one step or token", () => {
    const input = inputAt(backEnd);
    const list = textList({ ...input, view: { ...input.view, traced: null, passing: true } }, 1);
    expect(stageCells(graph, text, backEnd.frame, null, 0, true)).toMatchObject({ what: "value" });
    expect(stageCells(graph, text, backEnd.frame, null, 0, true).data).not.toBeNull();
    const unknown = (items: readonly Item[]) =>
      items.filter((item) => item.kind === "text" && item.text === "—").length;
    // Neither the gradient at the embeddings is known nor, before the first answer, what may come next.
    expect(unknown(list)).toBeGreaterThan(1);
    const rings = (items: readonly Item[]) => items.filter((item) => item.kind === "rect" && item.r === 7);
    expect(rings(list)).toHaveLength(0);
    expect(rings(textList(input, 1))).toHaveLength(1);
  });

  it("shows flat out what may follow a text that stays, the likeliest first", () => {
    const input = inputAt(backEnd);
    const probabilities = text.characters.map((_, token) => (token === 3 ? 0.5 : token === 1 ? 0.25 : 0));
    const view = { ...input.view, traced: null, passing: true, written: { text: "a cat ", probabilities } };
    const texts = textList({ ...input, view }, 1).flatMap((item) =>
      item.kind === "text" ? [item.text] : [],
    );
    expect(texts).toContain("a␣cat␣");
    const [first, second] = [view.words.percent(0.5), view.words.percent(0.25)];
    expect(texts.indexOf(first)).toBeGreaterThan(-1);
    expect(texts.indexOf(second)).toBeGreaterThan(texts.indexOf(first));
    expect(texts[texts.indexOf(first) - 1]).toBe(visible(text.characters[3]!));
  });

  it("does not show an answer of another token, window or iteration", () => {
    const answer = backEnd.answer!;
    expect(tracedAt(graph, backEnd.frame, answer, SAMPLE, POSITION)).not.toBeNull();
    expect(tracedAt(graph, backEnd.frame, answer, 0, POSITION)).toBeNull();
    expect(tracedAt(graph, backEnd.frame, answer, SAMPLE, 2)).toBeNull();
    const elsewhere: TokenResult = { ...answer, cursor: { ...answer.cursor, iteration: 7 } };
    expect(tracedAt(graph, backEnd.frame, elsewhere, SAMPLE, POSITION)).toBeNull();
    // The answer of a later step says no more than the cursor has reached.
    const early = at("seed", "seed");
    expect(tracedAt(graph, early.frame, answer, SAMPLE, POSITION)!.stages[0]!.sizes).toBeNull();
  });

  it("has the right character among those that may follow", () => {
    expect(candidates([0.1, 0.6, 0.05, 0.25], 2, 3).map(({ token }) => token)).toEqual([1, 3, 2]);
    expect(candidates([0.1, 0.6, 0.05, 0.25], 1, 2).map(({ token }) => token)).toEqual([1, 3]);
    expect(candidates(["NaN", "NaN"], 1, 2)).toHaveLength(2);
    const found = candidatesIn(inputAt(backEnd));
    expect(found.map(({ token }) => token)).toContain(backEnd.answer!.target);
  });

  it("is a choice within what there is", () => {
    expect(chosenIn(text, null)).toEqual({ position: 4, block: 0 });
    expect(chosenIn(text, { position: 99, block: 9 })).toEqual({ position: 4, block: 1 });
    expect(visibleText("a b\n")).toBe("a␣b⏎");
  });
});

describe("the arrangement", () => {
  for (const [name, size] of Object.entries(SIZES))
    for (const one of [shape, WIDEST])
      it(`keeps all within the room and apart (${name}, ${one.context})`, () => {
        const places = arrangeText(one, { size, insets, present: false });
        const boxes = [
          places.arcs,
          places.tokens,
          places.looks,
          places.pulls,
          ...places.stages,
          ...places.matrices.flat(),
          ...(places.rows > 0 ? [places.next] : []),
        ];
        for (const box of boxes) {
          expect(box.w).toBeGreaterThan(0);
          expect(box.x).toBeGreaterThanOrEqual(insets.left - 0.5);
          expect(box.x + box.w).toBeLessThanOrEqual(size.w - insets.right + 0.5);
          expect(box.y + box.h).toBeLessThanOrEqual(size.h - insets.bottom + 0.5);
        }
        boxes.forEach((a, i) => {
          for (const b of boxes.slice(i + 1)) expect(overlaps(a, b, -0.5)).toBe(false);
        });
      });

  it("finds what is drawn at a point", () => {
    const places = arrangeText(shape, { size: SIZES.desk, insets, present: false });
    const y = places.tokens.y + 5;
    expect(textSpotAt(places, { x: columnX(places, 2), y })).toMatchObject({ part: "tokens", column: 2 });
    const cell = matrixCell(places.matrices[1]![1]!, 5, 3, 1);
    expect(textSpotAt(places, { x: cell.x + 2, y: cell.y + 2 })).toEqual({
      part: "matrix",
      which: 1,
      head: 1,
      row: 3,
      column: 1,
    });
    const looks = { x: columnX(places, 4) + 2, y: places.looks.y + 3 };
    expect(textSpotAt(places, looks)).toMatchObject({ part: "looks", column: 4, head: 1 });
    expect(textSpotAt(places, { x: 1, y: 1 })).toBeNull();
  });
});

describe("the picture", () => {
  it("is the same for the same state, and finite at every moment", () => {
    for (const size of Object.values(SIZES))
      for (const moment of moments)
        for (const t of [0, 0.4, 1]) {
          const list = textList(inputAt(moment, size), t);
          expect(textList(inputAt(moment, size), t)).toEqual(list);
          expect(JSON.stringify(list)).not.toMatch(/NaN|null/);
        }
  });

  it("covers no number", () => {
    for (const size of Object.values(SIZES))
      for (const moment of [moments[0]!, at("forward", "attention"), backEnd, last]) {
        const texts = textsOf(textList(inputAt(moment, size), 1), estimate).filter(
          ({ opacity, item }) => opacity > 0.1 && item.text !== "",
        );
        texts.forEach((a, i) => {
          for (const b of texts.slice(i + 1))
            if (a.item.number ?? b.item.number)
              expect(overlaps(a.box, b.box, -1), `${a.item.text} over ${b.item.text}`).toBe(false);
        });
      }
  });

  it("speaks of what comes after only with what that is", () => {
    const seen = (next: string) => {
      const input = inputAt(last, SIZES.phone);
      const view = { ...input.view, words: { ...words, next } };
      const texts = textsOf(textList({ ...input, view }, 1), estimate).map(({ item }) => item.text);
      expect(texts.some((one) => one.startsWith("loss "))).toBe(true);
      const at = texts.indexOf(next);
      return at < 0 ? null : texts[at + 1]!;
    };
    const whole = seen("a")!;
    expect(whole).toHaveLength(4);
    const found = Array.from({ length: 40 }, (_, k) => seen("a".repeat(k + 1)));
    const lengths = found.map((one) => one?.length ?? 0);
    expect([...new Set(lengths)]).toEqual([4, 3, 2, 1, 0]);
    for (const one of found) expect(one === null || (one !== "" && whole.endsWith(one))).toBe(true);
  });

  it("marks the part that the step makes", () => {
    const part = (moment: TextMoment) => activePart({ graph, text, frame: moment.frame });
    expect(part(moments[1]!)).toEqual({ part: "tokens", which: 0 });
    expect(part(at("forward", "attention"))).toEqual({ part: "matrix", which: 0 });
    expect(part(at("forward", "embedded"))).toEqual({ part: "stage", which: 0 });
    expect(part(at("forward", "cross_entropy"))).toEqual({ part: "next", which: 0 });
    expect(part(backEnd)).toEqual({ part: "stage", which: 0 });
  });

  it("is drawn in the dark too", () => {
    const list = (theme: typeof lightTheme) => JSON.stringify(textList({ ...inputAt(backEnd), theme }, 1));
    expect(list(darkTheme)).not.toEqual(list(lightTheme));
  });
});
