// Answers and verdicts in words, in the current language.
import { m } from "../../i18n/paraglide/messages.js";
import { exact, short } from "../../render/format";
import type { RoomQuestion, SpreadBin } from "../../store/room";
import { toNumber } from "../../store/reduce";

export const SIGNS = [
  { value: "positive", glyph: "+", name: m.room_positive },
  { value: "zero", glyph: "0", name: m.room_zero },
  { value: "negative", glyph: "−", name: m.room_negative },
] as const;

/** An answer as the server writes it: the number, the sign, or the number of the choice. */
export function answerName(
  { kind, choices }: Pick<RoomQuestion, "kind" | "choices">,
  answer: string,
): string {
  switch (kind) {
    case "number": {
      const number = Number(answer);
      return Number.isNaN(number) ? answer : exact(number, "float64");
    }
    case "sign": {
      const sign = SIGNS.find(({ value }) => value === answer);
      return sign ? `${sign.glyph}  ${sign.name()}` : answer;
    }
    case "choice":
      return choices[Number(answer)] ?? answer;
  }
}

/** What many have answered alike; of a long number as much as can be read from the last row. */
export function binName(question: RoomQuestion, { label }: SpreadBin): string {
  if (label === null) return m.room_other_answers();
  const number = question.kind === "number" ? Number(label) : NaN;
  return Number.isNaN(number) ? answerName(question, label) : short(number, "float64");
}

/** The right answer, once it is revealed. */
export function correctName(question: RoomQuestion): string | null {
  if (question.correct === null || question.correct === undefined) return null;
  const number = toNumber(question.correct);
  if (question.kind === "choice") return question.choices[number] ?? null;
  return exact(number, "float32");
}

type Tone = "good" | "near" | "bad";

export function binVerdict(verdict: SpreadBin["verdict"]): { text: string; tone: Tone } | null {
  switch (verdict) {
    case "exact":
    case "right":
      return { text: m.room_right(), tone: "good" };
    case "close":
      return { text: m.room_close(), tone: "near" };
    case "sign":
      return { text: m.room_sign_right(), tone: "near" };
    case "wrong":
      return { text: m.room_wrong(), tone: "bad" };
    case null:
    case undefined:
      return null;
  }
}

/** Minutes and seconds: 6:05. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
