// The store's state with a signal for each field: what reads one is drawn again when that one changes, not with every frame.

/** The same fields as a view that follows: each is that of the latest whole, so that it is no snapshot. */
export function fieldsOf<Whole extends object>(whole: () => Whole): Readonly<Whole> {
  const fields = {};
  for (const name of Object.keys(whole()) as (keyof Whole)[]) {
    const value = $derived(whole()[name]);
    Object.defineProperty(fields, name, { get: () => value, enumerable: true });
  }
  return fields as Whole;
}
