import { flushSync } from "svelte";
import { expect, test } from "vitest";
import { fieldsOf } from "../../src/panels/model/fields.svelte";
import { Whole } from "./whole.svelte";

test("what reads one field is told of that one alone", () => {
  const whole = new Whole({ place: 1, config: { lr: 0.1 } });
  const fields = fieldsOf(() => whole.value);
  const seen: unknown[] = [];
  const stop = whole.watch(() => seen.push(fields.config));
  flushSync();
  const { config } = whole.value;
  whole.value = { place: 2, config };
  flushSync();
  expect(seen).toEqual([config]);
  expect(fields.place).toBe(2);
  whole.value = { place: 2, config: { lr: 0.2 } };
  flushSync();
  expect(seen).toEqual([config, { lr: 0.2 }]);
  expect({ ...fields }).toEqual(whole.value);
  stop();
});
