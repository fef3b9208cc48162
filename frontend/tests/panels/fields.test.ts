import { flushSync } from "svelte";
import { expect, test } from "vitest";
import { fieldsOf } from "../../src/panels/model/fields.svelte";
import { watch } from "./watch.svelte";

test("what reads one field is told of that one alone", () => {
  const config = { lr: 0.1 };
  const { view, show } = fieldsOf({ place: 1, config });
  const seen: unknown[] = [];
  const stop = watch(() => seen.push(view.config));
  flushSync();
  show({ place: 2, config });
  flushSync();
  expect(seen).toEqual([config]);
  expect(view.place).toBe(2);
  const last = { place: 2, config: { lr: 0.2 } };
  show(last);
  flushSync();
  expect(seen).toEqual([config, { lr: 0.2 }]);
  expect({ ...view }).toEqual(last);
  stop();
});
