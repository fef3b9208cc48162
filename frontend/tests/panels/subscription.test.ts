import { flushSync } from "svelte";
import { expect, it } from "vitest";
import { Link } from "../../src/panels/model/link";
import { Subscription } from "../../src/panels/model/subscription.svelte";
import { createStore } from "../../src/store/store";
import type { ClientMessage, PictureOf } from "../../src/store/types";
import { createRest } from "../../src/transport/rest";
import { Emitter, type Transport } from "../../src/transport/transport";

/** A page's line whose transports write down what they are given, one list per session. */
function line() {
  const sent: ClientMessage[][] = [];
  const dial = (): Transport => {
    const mine: ClientMessage[] = [];
    sent.push(mine);
    const never = new Emitter<never>();
    const on = () => never.on(() => undefined);
    return {
      send: (message) => `${mine.push(message)}`,
      onMessage: on,
      onStatus: on,
      onWaiting: on,
      pending: () => [],
      close: () => undefined,
    };
  };
  const rest = createRest("", () =>
    Promise.resolve(Response.json({ id: "s", lesson: "playground", config: {}, seed: 7 }, { status: 201 })),
  );
  const link = new Link(createStore(), rest, dial);
  const open = async () => {
    void link.open({ lesson: "playground", config: {}, seed: 7, journal: [] });
    await new Promise((resolve) => setTimeout(resolve));
  };
  const pictures = () => sent.map((one) => one.map((m) => (m as { pictures: PictureOf[] }).pictures));
  return { link, open, pictures, commands: () => sent.flat() };
}

it("asks for what is shown, once, whoever shows it; and again of the next session", async () => {
  const { link, open, pictures } = line();
  const wants = new Subscription(link, () => false);
  flushSync();
  await open();
  expect(pictures()).toEqual([[]]);
  const output = wants.want("surface", "evaluation");
  const layers = wants.want("units");
  flushSync();
  const alike = wants.want("units");
  flushSync();
  expect(pictures()).toEqual([[["units", "surface", "evaluation"]]]);
  layers();
  output();
  flushSync();
  expect(pictures()).toEqual([[["units", "surface", "evaluation"], ["units"]]]);
  await open();
  expect(pictures()[1]).toEqual([["units"]]);
  alike();
  flushSync();
  expect(pictures()[1]).toEqual([["units"], []]);
});

it("asks for the numbers of few nodes where no others are seen, and for all of them again", async () => {
  const { link, open, commands } = line();
  const wants = new Subscription(link, () => true);
  flushSync();
  await open();
  for (const names of [["hidden1.weight", "loss"], null]) {
    wants.names = names;
    flushSync();
    expect(commands().at(-1)).toEqual({
      type: "subscribe",
      names,
      only: names !== null,
      row: 0,
      pictures: ["units", "evaluation"],
    });
  }
  expect(commands()).toHaveLength(3);
});
