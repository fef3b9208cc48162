import { describe, expect, it } from "vitest";
import type { ClientMessage, Incoming } from "../../src/store/types";
import { keyOf, parsed, received } from "../../src/transport/recorded";
import { PROGRAMS, record } from "../support/trace";

const messages = record(PROGRAMS["one-weight"]!);
const asked: ClientMessage = { type: "explain", name: "w", what: "grad", index: [] };
const told = { type: "explanation", id: null, seq: 0, value: -24 } as unknown as Incoming;
const head = { lesson: { slug: "one-weight" }, config: { lr: 0.05 }, seed: 7, whole: true };
const text = [head, ...messages, { asked: keyOf({ iteration: 0, step: 0 }, asked), answer: told }]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");

describe("a recording in lines", () => {
  it("has its head, what was said, and the answers", () => {
    const found = parsed(text);
    expect(found.head).toEqual(head);
    expect(found.messages).toHaveLength(messages.length);
    expect(found.answer(asked, { branch: 0, iteration: 0, step: 0 })).toEqual(told);
    expect(found.answer(asked, { branch: 0, iteration: 0, step: 1 })).toBeNull();
  });

  it("is the same where it comes bit by bit, cut anywhere", async () => {
    const bytes = new TextEncoder().encode(text);
    const cut = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(control) {
        for (let i = 0; i < bytes.length; i += 997) control.enqueue(bytes.slice(i, i + 997));
        control.close();
      },
    });
    const found = await received(new Response(cut), new AbortController().signal);
    expect(found.messages).toEqual(parsed(text).messages);
    expect(found.head).toEqual(head);
  });

  it("answers while it plays what was asked where it was recorded, and refuses the rest", async () => {
    const line = parsed(text).play();
    const heard: Incoming[] = [];
    line.onMessage((message) => heard.push(message));
    const first = line.send(asked);
    const second = line.send({ ...asked, name: "x" });
    const alone = line.send({ ...asked, own: { row: 0 } });
    const third = line.send({ type: "undo" });
    const curve = line.send({ type: "sweep", name: "w", low: 0, high: 1 });
    await Promise.resolve();
    await new Promise((done) => setTimeout(done));
    line.close();
    expect(heard.find(({ id }) => id === first)).toMatchObject({ type: "explanation", value: -24 });
    // What it would answer elsewhere is refused otherwise than what it never does.
    const refused = [second, alone, third].map((one) => heard.find(({ id }) => id === one));
    expect(refused).toMatchObject([
      { code: "not_explained_in_replay" },
      { code: "not_explained_in_replay" },
      { code: "not_in_replay" },
    ]);
    expect(heard.find(({ id }) => id === curve)).toMatchObject({ type: "error" });
  });
});
