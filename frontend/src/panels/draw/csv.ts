// Points of the plane from a table that people paste or drop: x, y, and a class or a number. Pure.
import { parseNumber } from "../../render/format";
import { MOST_CLASSES, MOST_POINTS, EDGE, type DrawnPoint } from "./points";

/** What cannot be read: a reason with a sentence of its own, and what that speaks of. Lines count from 1. */
export interface CsvError {
  reason: "empty" | "columns" | "number" | "many" | "classes" | "one_class";
  line: number;
  params: Record<string, string | number>;
}

/** A column that did not fit, and where its ends went. */
export interface Scaled {
  column: "x" | "y" | "value";
  from: readonly [number, number];
  to: readonly [number, number];
}

export interface Table {
  points: DrawnPoint[];
  /** Whether the third column has numbers, not classes. */
  numbers: boolean;
  /** What classes were called, in their order; empty where that is their number, and where the third column has numbers. */
  names: string[];
  scaled: Scaled[];
}

interface Row {
  line: number;
  x: number;
  y: number;
  label: string;
}

/** The ends to which a column is brought that reaches beyond the plane: a little within its edges. */
const WITHIN = EDGE - 1;

export function parseCsv(text: string): Table | CsvError {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\n|\r/)
    .map((content, k) => ({ content, line: k + 1 }))
    .filter(({ content }) => content.trim() !== "");
  const first = lines[0];
  if (!first) return { reason: "empty", line: 1, params: {} };
  const separator = ["\t", ";", "|", ","].find((one) => first.content.includes(one)) ?? " ";
  const cells = (content: string) => split(content, separator);
  const head = cells(first.content);
  if (head.length < 3) return { reason: "columns", line: first.line, params: { found: head.length } };
  const headed = numberIn(head[0], separator) === null && numberIn(head[1], separator) === null;
  const order = headed ? columnsOf(head) : [0, 1, 2];

  const rows: Row[] = [];
  for (const { content, line } of headed ? lines.slice(1) : lines) {
    const row = cells(content);
    const label = row[order[2] ?? 2] ?? "";
    // A place that is left empty is no class.
    if (row.length < 3 || label === "")
      return { reason: "columns", line, params: { found: row.filter((cell) => cell !== "").length } };
    const [x, y] = [0, 1].map((k) => numberIn(row[order[k] ?? k], separator));
    const odd = x === null ? 0 : 1;
    if (x === null || x === undefined || y === null || y === undefined)
      return { reason: "number", line, params: { text: row[order[odd] ?? odd] ?? "" } };
    if (rows.length === MOST_POINTS) return { reason: "many", line, params: { most: MOST_POINTS } };
    rows.push({ line, x, y, label });
  }
  if (rows.length === 0) return { reason: "empty", line: first.line, params: {} };

  const third = labelled(rows, separator);
  if ("reason" in third) return third;
  const scaled: Scaled[] = [];
  const xs = fitted(rows.map(({ x }) => x), "x", EDGE, WITHIN, scaled); // prettier-ignore
  const ys = fitted(rows.map(({ y }) => y), "y", EDGE, WITHIN, scaled); // prettier-ignore
  const targets = third.numbers ? fitted(third.targets, "value", 1, 1, scaled) : third.targets;
  return {
    points: rows.map((_, k) => [xs[k] ?? 0, ys[k] ?? 0, targets[k] ?? 0]),
    numbers: third.numbers,
    names: third.names,
    scaled,
  };
}

/** The cells of a line; in quotes a separator is none. Of spaces several are one. */
function split(line: string, separator: string): string[] {
  if (separator === " ") return line.trim().split(/\s+/);
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (const char of line) {
    if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += char;
  }
  found.push(cell.trim());
  return found;
}

/** A comma may stand before the decimals where it does not separate the cells. */
function numberIn(cell: string | undefined, separator: string): number | null {
  if (!cell || (separator === "," && cell.includes(","))) return null;
  const number = parseNumber(cell);
  return number !== null && Number.isFinite(number) ? number : null;
}

const CLASS = /^(class|label|target|lớp|nhãn)$/;

/** Where x, y and the third are: by their names where the head has both of the former, else in this order. */
function columnsOf(head: string[]): number[] {
  const names = head.map((name) => name.toLowerCase());
  const [x, y] = [names.indexOf("x"), names.indexOf("y")];
  if (x < 0 || y < 0) return [0, 1, 2];
  const named = names.findIndex((name) => CLASS.test(name));
  return [x, y, named >= 0 ? named : names.findIndex((_, k) => k !== x && k !== y)];
}

type Third = { numbers: boolean; targets: number[]; names: string[] };

/** Whole numbers and words are classes while there are few of them; other numbers are numbers. */
function labelled(rows: Row[], separator: string): Third | CsvError {
  const values = rows.map(({ label }) => numberIn(label, separator));
  const distinct = [...new Set(rows.map(({ label }) => label))];
  const whole = values.every((value) => value !== null && Number.isInteger(value));
  const numeric = values.every((value) => value !== null);
  if (numeric && (!whole || distinct.length > MOST_CLASSES))
    return { numbers: true, targets: values.map((value) => value ?? 0), names: [] };
  // Numbers in their order, words as they come.
  const names = numeric ? distinct.sort((a, b) => Number(numberIn(a, separator)) - Number(numberIn(b, separator))) : distinct; // prettier-ignore
  const over = names[MOST_CLASSES];
  if (over !== undefined) {
    const line = rows.find(({ label }) => label === over)?.line ?? 1;
    return { reason: "classes", line, params: { most: MOST_CLASSES } };
  }
  if (names.length < 2) return { reason: "one_class", line: rows[0]?.line ?? 1, params: {} };
  const targets = rows.map(({ label }) => names.indexOf(label));
  return { numbers: false, targets, names: names.every((name, k) => name === String(k)) ? [] : names };
}

/** A column as it is, or where it reaches beyond ±`edge`, with its ends brought to ±`within`. */
function fitted(
  column: number[],
  name: Scaled["column"],
  edge: number,
  within: number,
  scaled: Scaled[],
): number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const number of column) [low, high] = [Math.min(low, number), Math.max(high, number)];
  if (low >= -edge && high <= edge) return column;
  scaled.push({ column: name, from: [low, high], to: low === high ? [0, 0] : [-within, within] });
  if (low === high) return column.map(() => 0);
  return column.map((number) => rounded(((number - low) / (high - low)) * 2 * within - within));
}

/** Four decimals are more than one sees, and fewer than make an address long. */
export function rounded(number: number): number {
  return Math.round(number * 1e4) / 1e4;
}
