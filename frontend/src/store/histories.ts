/**
 * The metrics of branches: each one's own iterations, joined at the forks. What grows by every frame is never copied:
 * a longer column shares the memory of the shorter one, which goes on seeing only what it saw.
 */
import type { Branch, JsonNumber, Metrics } from "./types";

/** Of the finite numbers of a stretch: the least, the largest, the least above zero (Infinity where there is none), and the mean. */
export interface Stretch {
  low: number;
  high: number;
  least: number;
  mean: number;
}

/** What is noted of numbers: low, high, least, sum, count. In an array numbers are no objects: thousands are read for a curve. */
type Notes = Float64Array;
const [LOW, HIGH, LEAST, SUM, COUNT] = [0, 1, 2, 3, 4];
const NOTHING = [Infinity, -Infinity, Infinity, 0, 0];

/** Adds to notes the ones that stand in `from` at a place. */
function add(into: Notes, from: Notes, at: number): void {
  into[LOW] = Math.min(into[LOW] as number, from[at + LOW] as number);
  into[HIGH] = Math.max(into[HIGH] as number, from[at + HIGH] as number);
  into[LEAST] = Math.min(into[LEAST] as number, from[at + LEAST] as number);
  into[SUM] = (into[SUM] as number) + (from[at + SUM] as number);
  into[COUNT] = (into[COUNT] as number) + (from[at + COUNT] as number);
}

/** Numbers that are tallied once, so that a long stretch is not read number by number. */
const BLOCK = 16;
const NOTES = NOTHING.length;

interface Memory {
  values: Float64Array;
  /** 1 where there is a number, be it NaN. */
  known: Uint8Array;
  /** The notes of each whole block. */
  blocks: Notes;
  used: number;
}

/** Numbers of consecutive iterations; null where nothing was measured. */
export class Column {
  static readonly empty = new Column(memory(0), 0);

  private constructor(
    private readonly memory: Memory,
    readonly length: number,
  ) {}

  at(k: number): number | null {
    if (k < 0 || k >= this.length || this.memory.known[k] !== 1) return null;
    return this.memory.values[k] as number;
  }

  /** The column with these numbers from `start` on. What was there is replaced; a gap before them stays unknown. */
  put(start: number, numbers: readonly (JsonNumber | null)[]): Column {
    const kept = Math.min(start, this.length);
    const end = start + numbers.length;
    let held = this.memory;
    if (held.used !== kept || held.values.length < end) held = copied(held, kept, end);
    held.known.fill(0, kept, start);
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] as JsonNumber | null;
      held.known[start + i] = number === null ? 0 : 1;
      held.values[start + i] = Number(number);
    }
    held.used = end;
    for (let block = Math.floor(kept / BLOCK); (block + 1) * BLOCK <= end; block++) {
      const notes = held.blocks.subarray(NOTES * block, NOTES * (block + 1));
      notes.set(NOTHING);
      read(held, block * BLOCK, (block + 1) * BLOCK, notes);
    }
    return new Column(held, end);
  }

  /** Adds the iterations from … to − 1 to notes. */
  note(from: number, to: number, into: Notes): void {
    const begin = Math.max(0, from);
    const end = Math.min(to, this.length);
    const { memory: held } = this;
    const first = Math.ceil(begin / BLOCK);
    const last = Math.floor(end / BLOCK);
    if (first >= last) return read(held, begin, end, into);
    read(held, begin, first * BLOCK, into);
    for (let block = first; block < last; block++) add(into, held.blocks, NOTES * block);
    read(held, last * BLOCK, end, into);
  }
}

function memory(size: number): Memory {
  return {
    values: new Float64Array(size),
    known: new Uint8Array(size),
    blocks: new Float64Array(NOTES * Math.ceil(size / BLOCK)),
    used: 0,
  };
}

/** Room for `size` numbers and as many again, with the first `kept` in it. */
function copied(old: Memory, kept: number, size: number): Memory {
  const made = memory(Math.max(BLOCK, 2 * size));
  made.values.set(old.values.subarray(0, kept));
  made.known.set(old.known.subarray(0, kept));
  made.blocks.set(old.blocks.subarray(0, NOTES * Math.floor(kept / BLOCK)));
  made.used = kept;
  return made;
}

function read({ values, known }: Memory, from: number, to: number, into: Notes): void {
  let low = into[LOW] as number;
  let high = into[HIGH] as number;
  let least = into[LEAST] as number;
  let sum = into[SUM] as number;
  let count = into[COUNT] as number;
  for (let k = from; k < to; k++) {
    const value = values[k] as number;
    if (known[k] !== 1 || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0 && value < least) least = value;
    sum += value;
    count += 1;
  }
  into[LOW] = low;
  into[HIGH] = high;
  into[LEAST] = least;
  into[SUM] = sum;
  into[COUNT] = count;
}

/** What is known of one branch: its own iterations, from `first` (its fork) to `end` − 1. */
export interface Own {
  readonly first: number;
  readonly end: number;
  readonly columns: Readonly<Record<string, Column>>;
}

/** By branch. */
export type MetricsState = ReadonlyMap<number, Own>;

export function withMetrics(metrics: MetricsState, message: Metrics): MetricsState {
  const { branch, start } = message;
  const old = metrics.get(branch);
  const known = old && start >= old.first ? old : { first: start, end: start, columns: {} as Own["columns"] };
  const count = Math.max(0, ...Object.values(message.columns).map((column) => column.length));
  const columns: Record<string, Column> = {};
  for (const name of new Set([...Object.keys(known.columns), ...Object.keys(message.columns)]))
    columns[name] = (known.columns[name] ?? Column.empty).put(
      start - known.first,
      message.columns[name] ?? new Array<null>(count).fill(null),
    );
  return new Map(metrics).set(branch, { first: known.first, end: start + count, columns });
}

/** Without the branches that are gone. */
export function withoutGone(metrics: MetricsState, branches: readonly Branch[]): MetricsState {
  const living = new Set(branches.map(({ id }) => id));
  if ([...metrics.keys()].every((id) => living.has(id))) return metrics;
  return new Map([...metrics].filter(([id]) => living.has(id)));
}

/** A stretch of one branch's own iterations: from … to − 1. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly own: Own;
}

/** The metrics along one line of iterations, over the branches that hold them. */
export class History {
  static readonly empty = new History([]);

  constructor(private readonly parts: readonly Part[]) {}

  /** The first iteration that is known. */
  get first(): number {
    return this.parts[0]?.from ?? 0;
  }

  /** The first iteration that is not known any more. */
  get length(): number {
    return this.parts.at(-1)?.to ?? 0;
  }

  /** The same from an iteration on. */
  from(iteration: number): History {
    return new History(
      this.parts
        .filter(({ to }) => to > iteration)
        .map((part) => ({ ...part, from: Math.max(part.from, iteration) })),
    );
  }

  at(name: string, iteration: number): number | null {
    const part = this.parts.find(({ from, to }) => from <= iteration && iteration < to);
    return part?.own.columns[name]?.at(iteration - part.own.first) ?? null;
  }

  /** What was last measured at an iteration or before it; null where nothing was. */
  latest(name: string, iteration: number): number | null {
    const when = this.measured(name, iteration);
    return when === null ? null : this.at(name, when);
  }

  /** In which iteration, from 0, that was. */
  measured(name: string, iteration: number): number | null {
    if (!this.has(name)) return null;
    for (let k = Math.min(iteration, this.length - 1); k >= this.first; k--)
      if (this.at(name, k) !== null) return k;
    return null;
  }

  /** Whether anything of that name is told along this line. */
  has(name: string): boolean {
    return this.parts.some(({ own }) => name in own.columns);
  }

  /** Of the iterations from … to − 1; null where none of them has a finite number. */
  stretch(name: string, from = 0, to = Infinity): Stretch | null {
    notes.set(NOTHING);
    for (const part of this.parts) {
      const begin = Math.max(from, part.from);
      const end = Math.min(to, part.to);
      if (begin < end) part.own.columns[name]?.note(begin - part.own.first, end - part.own.first, notes);
    }
    const count = notes[COUNT] as number;
    if (count === 0) return null;
    const mean = (notes[SUM] as number) / count;
    return { low: notes[LOW] as number, high: notes[HIGH] as number, least: notes[LEAST] as number, mean };
  }
}

/** Of the stretch that is asked for: a curve asks for one after the other. */
const notes: Notes = new Float64Array(NOTES);

/** All that is known of a branch's history: its own iterations, and those before its fork that are its ancestors'. */
export function historyOf(metrics: MetricsState, branches: readonly Branch[], branch: number): History {
  const parts: Part[] = [];
  let end = Infinity;
  for (let at: number | null = branch; at !== null;) {
    const own = metrics.get(at);
    const line = branches.find(({ id }) => id === at);
    const to = Math.min(end, own?.end ?? -Infinity);
    if (own && own.first < to) parts.unshift({ from: own.first, to, own });
    end = Math.min(end, line?.fork_iteration ?? end);
    at = line?.parent ?? null;
  }
  return new History(parts);
}

/** A branch from where it departs: its own iterations, and the one before them that it shares. */
export function departure(metrics: MetricsState, branches: readonly Branch[], branch: number): History {
  const own = metrics.get(branch);
  return own ? historyOf(metrics, branches, branch).from(own.first - 1) : History.empty;
}
