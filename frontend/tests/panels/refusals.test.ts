import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { setLanguage } from "../../src/i18n/locale.svelte";
import en from "../../src/i18n/en.json";
import { oddInWords, openLeniently } from "../../src/panels/model/leniently";
import { without } from "../../src/panels/model/without";
import type { Origin } from "../../src/panels/model/link";
import { translateRefusal } from "../../src/panels/model/refusals";
import { fetchSentences } from "../../src/panels/model/sentences.svelte";
import { Problem } from "../../src/transport/rest";

beforeAll(fetchSentences);
afterEach(() => {
  setLanguage("en");
});

describe("what is refused", () => {
  const step = { iteration: 99, step: 99, last_step: 9 };

  it("is said in the language of the page, with places counted from 1", () => {
    const why = { code: "seek_out_of_range", reason: "seek_step", params: step };
    expect(translateRefusal(why)).toEqual({
      title: "Iteration 100 has no step 100; its last is 10.",
      hint: "Choose one up to there.",
    });
    setLanguage("vi");
    expect(translateRefusal(why).title).toBe("Lượt lặp 100 không có bước 100; bước cuối là 10.");
  });

  it("names what the reason speaks of, lists and large numbers as the language writes them", () => {
    const unknown = { function: "foo", allowed: ["exp", "log"] };
    const params = { characters: 12345, most: 10000 };
    expect(translateRefusal({ code: "", reason: "function_not_allowed", params: unknown }).hint).toBe(
      "Available: exp, log.",
    );
    expect(translateRefusal({ code: "", reason: "program_too_long", params }).title).toContain("12,345");
    setLanguage("vi");
    expect(translateRefusal({ code: "", reason: "program_too_long", params }).title).toContain("12\u00a0345");
    const bound = { code: "invalid_config", reason: "config_too_small", params: { bound: 0 } };
    expect(translateRefusal(bound).hint).toBe("Hãy gõ 0 hoặc lớn hơn.");
  });

  it("is said by its code where the reason is unknown, and never in another language", () => {
    const why = { code: "invalid_config", reason: "made_tomorrow" };
    expect(translateRefusal(why).title).toBe("This value is not allowed.");
    setLanguage("vi");
    expect(translateRefusal(why).title).toBe("Giá trị này không hợp lệ.");
    expect(translateRefusal({ code: "made_tomorrow" }).title).toBe(
      "Máy chủ từ chối việc này (made_tomorrow).",
    );
  });

  it("has words for the page's own codes", () => {
    const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
      .filter((path) => /\.(ts|svelte)$/.test(path) && !/paraglide|protocol\.gen/.test(path))
      .map((path) => readFileSync(`src/${path}`, "utf8"));
    const codes = [...sources.join("\n").matchAll(/\bcode: "([a-z_]+)"/g)].map((match) => match[1] ?? "");
    expect(codes).toContain("offline");
    const messages = en as Record<string, unknown>;
    for (const code of codes) {
      expect(messages[`refused_${code}`], code).toBeTypeOf("string");
      expect(messages[`refused_${code}_hint`], code).toBeTypeOf("string");
    }
  });
});

describe("an odd address", () => {
  const entry = (step: number) => ({ cursor: { branch: 0, iteration: 0, step }, command: { type: "edit" } });
  const origin: Origin = {
    lesson: "one-weight",
    config: { lr: -1, w: 3, fantasy: 1 },
    seed: 7,
    journal: [entry(1), entry(2), entry(3)],
  };
  const problem = (code: string, params: Record<string, number | string[]>, errors: Problem["errors"] = []) =>
    new Problem(code, 422, "", "", "", null, null, params, errors);

  it("is opened without what the server does not take, and loses nothing else", async () => {
    const asked: Origin[] = [];
    const opened = await openLeniently(origin, (one) => {
      asked.push(one);
      if ("lr" in one.config) throw problem("invalid_config", { fields: ["lr", "fantasy"] });
      if (one.journal.length > 1) throw problem("edit_refused", { entry: 1 });
      return Promise.resolve();
    });
    expect(opened).toEqual({
      origin: { ...origin, config: { w: 3 }, journal: [entry(1)] },
      odd: ["config", "edits"],
    });
    expect(asked).toHaveLength(3);
  });

  it("keeps the changes before one of the wrong form", () => {
    const why = problem("invalid_message", {}, [{ location: ["journal", 2, "cursor"] }]);
    expect(without(origin, why)?.origin.journal).toEqual([entry(1), entry(2)]);
  });

  it("does without a program that has a mistake", () => {
    const own = { ...origin, config: { code: "x +", values: { x: 1 }, optimizer: "sgd" } };
    expect(without(own, problem("expression_error", {}))).toEqual({
      origin: { ...own, config: { optimizer: "sgd" } },
      odd: "program",
    });
  });

  it("is given up where the refusal is about something else", async () => {
    const full = problem("limit_sessions", {});
    await expect(openLeniently(origin, () => Promise.reject(full))).rejects.toBe(full);
  });

  it("is told in both languages", () => {
    expect(oddInWords(["edits"]).hint).toBe(en.odd_edits);
    setLanguage("vi");
    expect(oddInWords(["place", "edits"]).hint).toBe(
      "Vị trí: mở từ đầu. Các thay đổi: giữ tới chỗ không đọc được.",
    );
  });
});
