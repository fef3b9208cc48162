import { describe, expect, it } from "vitest";
import { Player } from "../../src/panels/model/player.svelte";
import { initialState } from "../../src/store/reduce";
import type { ClientMessage, LessonInfo, State } from "../../src/store/types";

function playing(pace: number | null) {
  const page: { state: State } = {
    state: { ...initialState, lesson: { slug: "a", pace } as LessonInfo },
  };
  const sent: ClientMessage[] = [];
  const player = new Player(page, { send: (command) => sent.push(command) });
  const on = () => {
    page.state = { ...page.state, playback: { ...page.state.playback, playing: true } };
  };
  return { page, sent, player, on };
}

describe("playing", () => {
  it("begins at the lesson's pace, and keeps what is chosen until another lesson", () => {
    const { page, player } = playing(null);
    expect(player.rate).toBeNull();
    player.setRate(4);
    expect(player.rate).toBe(4);
    page.state = { ...page.state, lesson: { slug: "b", pace: 1 } as LessonInfo };
    expect(player.rate).toBe(1);
  });

  it("trains by whole iterations where it goes as fast as possible, else by the unit", () => {
    const { sent, player, on } = playing(null);
    player.toggle();
    player.setRate(2);
    player.toggle();
    on();
    player.setUnit("phase");
    player.setRate(null);
    player.setUnit("epoch");
    player.toggle();
    expect(sent).toEqual([
      { type: "play", unit: "iteration", rate: null },
      { type: "play", unit: "step", rate: 2 },
      { type: "play", unit: "phase", rate: 2 },
      { type: "play", unit: "iteration", rate: null },
      { type: "play", unit: "epoch", rate: null },
      { type: "pause" },
    ]);
  });

  it("counts iterations while it plays, and only then", () => {
    const { page, player, on } = playing(1);
    on();
    for (let k = 0; k <= 50; k++) {
      const cursor = { branch: 0, iteration: 10 * k, step: 0 };
      player.follow({ ...page.state, cursor }, 20 * k);
    }
    expect(player.perSecond).toBe(500);
    player.follow(initialState, 2000);
    expect(player.perSecond).toBeNull();
  });
});
