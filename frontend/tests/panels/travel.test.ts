import { describe, expect, it } from "vitest";
import type { Answer, Refused } from "../../src/panels/model/link";
import { Travel } from "../../src/panels/model/travel";
import type { ClientMessage } from "../../src/store/types";

function line() {
  const asked: ClientMessage[] = [];
  const answers: { resolve: (answer: Answer) => void; reject: (why: Refused) => void }[] = [];
  const refused: Refused[] = [];
  const travel = new Travel(
    {
      ask: (command) => {
        asked.push(command);
        return new Promise<Answer>((resolve, reject) => answers.push({ resolve, reject }));
      },
    },
    (why) => refused.push(why),
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { asked, answers, refused, travel, settle };
}

const place = (iteration: number, step = 3) => ({ iteration, step });
const seek = (iteration: number, step = 3) => ({ type: "seek", iteration, step });

describe("travelling", () => {
  it("asks for one place at a time, and then for the latest", async () => {
    const { asked, answers, travel, settle } = line();
    for (let k = 0; k < 10; k++) travel.to(place(k));
    expect(asked).toEqual([seek(0)]);
    answers[0]!.resolve({} as Answer);
    await settle();
    expect(asked).toEqual([seek(0), seek(9)]);
    answers[1]!.resolve({} as Answer);
    await settle();
    expect(asked).toHaveLength(2);
    travel.to({ ...place(4), branch: 2 });
    expect(asked.at(-1)).toEqual({ ...seek(4), branch: 2 });
  });

  it("goes to the last step of an iteration that has fewer", async () => {
    const { asked, answers, refused, travel, settle } = line();
    travel.to(place(5, 30));
    answers[0]!.reject({ code: "seek_out_of_range", params: { last_step: 17 } } as unknown as Refused);
    await settle();
    expect(asked.at(-1)).toEqual(seek(5, 17));
    answers[1]!.reject({ code: "unknown_branch", params: {} } as unknown as Refused);
    await settle();
    expect(refused.map(({ code }) => code)).toEqual(["unknown_branch"]);
    expect(asked).toHaveLength(2);
  });
});
