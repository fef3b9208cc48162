/** Something that changes, for what follows it. */
export function box<T>(of: T): { value: T } {
  let value = $state.raw(of);
  return {
    get value() {
      return value;
    },
    set value(to) {
      value = to;
    },
  };
}
