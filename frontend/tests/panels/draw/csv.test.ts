import { describe, expect, it } from "vitest";
import { parseCsv, type Table } from "../../../src/panels/draw/csv";

const table = (text: string): Table => {
  const found = parseCsv(text);
  if ("reason" in found) throw new Error(`${found.reason} in line ${found.line}`);
  return found;
};

describe("a table of points", () => {
  it("is x, y and class, with or without a head", () => {
    const points = [
      [1, 2, 0],
      [-1.5, 0.25, 1],
    ];
    for (const text of [
      "1,2,0\n-1.5,0.25,1",
      "x,y,class\n1,2,0\n-1.5,0.25,1\n",
      "\uFEFF1, 2, 0\r\n\r\n−1.5, .25, 1",
    ])
      expect(table(text), text).toEqual({ points, numbers: false, names: [], scaled: [] });
  });

  it("takes commas, semicolons, tabs, bars and spaces; a comma before decimals where it separates nothing", () => {
    const expected = [
      [0.5, -1, 0],
      [2, 3.25, 1],
    ];
    for (const text of [
      "0.5,-1,0\n2,3.25,1",
      "0,5;-1;0\n2;3,25;1",
      "0.5;-1;0\n2;3.25;1",
      "0,5\t-1\t0\n2\t3,25\t1",
      "0.5  -1 0\n 2 3.25   1",
      "0,5|-1|0\n2|3,25|1",
      '"0.5","-1","0"\n"2","3.25","1"',
    ])
      expect(table(text).points, text).toEqual(expected);
  });

  it("finds x and y by their names in the head", () => {
    expect(table("id,y,x\na,1,2\nb,3,4").points).toEqual([
      [2, 1, 0],
      [4, 3, 1],
    ]);
    // Beside other columns the one that says so is the class.
    for (const name of ["class", "Label", "lớp"])
      expect(table(`id,x,y,${name}\n0,1,2,1\n1,3,4,0`).points, name).toEqual([
        [1, 2, 1],
        [3, 4, 0],
      ]);
  });

  it("numbers classes by their size, words as they come", () => {
    expect(table("0,0,7\n1,1,-1\n2,2,7").points.map(([, , k]) => k)).toEqual([1, 0, 1]);
    const words = table('0,0,cat\n1,1,"dog, old"\n2,2,cat');
    expect(words.points.map(([, , k]) => k)).toEqual([0, 1, 0]);
    expect(words.names).toEqual(["cat", "dog, old"]);
  });

  it("takes numbers that are no classes for numbers", () => {
    expect(table("0,0,0.5\n1,1,-1")).toMatchObject({ numbers: true, names: [], scaled: [] });
    expect(table("0,0,0.5\n1,1,-1").points).toEqual([
      [0, 0, 0.5],
      [1, 1, -1],
    ]);
    const many = Array.from({ length: 9 }, (_, k) => `0,0,${k}`).join("\n");
    expect(table(many).numbers).toBe(true);
  });

  it("is brought into the plane where it reaches beyond, and says how: each column by itself", () => {
    const found = table("0,-2,0\n100,2,1\n50,0,0");
    expect(found.points).toEqual([
      [-5, -2, 0],
      [5, 2, 1],
      [0, 0, 0],
    ]);
    expect(found.scaled).toEqual([{ column: "x", from: [0, 100], to: [-5, 5] }]);
    expect(table("40,0,0\n40,1,1").points.map(([x]) => x)).toEqual([0, 0]);
    expect(table("0,0,0\n0,0,10.5").points.map(([, , z]) => z)).toEqual([-1, 1]);
  });

  it("says in which line it cannot be read, and why", () => {
    for (const [text, reason, line, params] of [
      ["", "empty", 1, {}],
      [" \n\n", "empty", 1, {}],
      ["x,y,class", "empty", 1, {}],
      ["1,2,0\n\n3,4", "columns", 3, { found: 2 }],
      ["1 2", "columns", 1, { found: 2 }],
      ["1,2,0\n3,1,\n4,5,0", "columns", 2, { found: 2 }],
      ["x,y,class\n1,2,0\n3,four,1", "number", 3, { text: "four" }],
      ["1;2;0\n3;Infinity;1", "number", 2, { text: "Infinity" }],
      ["1,2,0\n,4,1", "number", 2, { text: "" }],
      ["1,2,a\n3,4,a", "one_class", 1, {}],
      [
        "a,b,c,d,e,f,g"
          .split(",")
          .map((k) => `0,0,${k}`)
          .join("\n"),
        "classes",
        7,
        { most: 6 },
      ],
      ["0,0,0\n".repeat(1001), "many", 1001, { most: 1000 }],
    ] as const)
      expect(parseCsv(text), text.slice(0, 40)).toEqual({ reason, line, params });
  });
});
