// How fast a session plays, as far as that decides what is told of it.
interface Playing {
  readonly playing: boolean;
  /** Steps in a second; null: as many as can be computed. */
  readonly rate: number | null;
}

/** Faster than this nobody reads the numbers of a batch. */
const FAST = 4;

export function isFlatOut({ playing, rate }: Playing): boolean {
  return playing && rate === null;
}

export function isFast({ playing, rate }: Playing, most = FAST): boolean {
  return playing && (rate === null || rate > most);
}
