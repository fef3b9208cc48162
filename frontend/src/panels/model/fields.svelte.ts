// The store's state with a signal for each field: what reads one is drawn again when that one changes, not with every frame.

export interface Fields<Whole> {
  /** The same fields as a view that follows: each is that of the latest whole, so that it is no snapshot. */
  readonly view: Readonly<Whole>;
  /** Shows another whole: only of fields that are other ones anybody is told. */
  show(whole: Whole): void;
}

export function fieldsOf<Whole extends object>(first: Whole): Fields<Whole> {
  const view = {};
  const shows = (Object.keys(first) as (keyof Whole)[]).map((name) => {
    let value = $state.raw(first[name]);
    Object.defineProperty(view, name, { get: () => value, enumerable: true });
    return (whole: Whole) => {
      value = whole[name];
    };
  });
  return {
    view: view as Whole,
    show(whole) {
      for (const one of shows) one(whole);
    },
  };
}
