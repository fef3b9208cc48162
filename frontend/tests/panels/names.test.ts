import { describe, expect, it } from "vitest";
import { settingInWords } from "../../src/panels/model/words";
import { initialState } from "../../src/store/reduce";
import type { LessonInfo, State } from "../../src/store/types";

const field = (name: string, title: string, control: string) => ({
  name,
  title: { en: title, vi: title },
  control,
});
const state: State = {
  ...initialState,
  lesson: {
    fields: [
      field("optimizer", "method", "choice"),
      field("lr", "learning rate", "number"),
      field("batch_norm", "batch norm", "switch"),
      field("hidden", "hidden layers", "text"),
    ],
  } as unknown as LessonInfo,
};

describe("a run's name", () => {
  it("is the setting that tells it from the other", () => {
    const config = { optimizer: "adam", lr: 0.1, batch_norm: true, hidden: [4, 2], other: "x" };
    const say = (name: string, changes = {}) => settingInWords(state, name, { ...config, ...changes });
    expect(say("optimizer")).toBe("Adam");
    expect(say("lr")).toBe("learning rate 0.1");
    expect(say("batch_norm")).toBe("batch norm");
    expect(say("batch_norm", { batch_norm: false })).toBe("no batch norm");
    expect(say("hidden")).toBe("hidden layers 4, 2");
    expect(say("other")).toBe("other x");
  });
});
