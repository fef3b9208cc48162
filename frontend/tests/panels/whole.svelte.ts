/** A value that effects follow, for tests. */
export class Whole<Value> {
  value: Value = $state.raw() as Value;

  constructor(value: Value) {
    this.value = value;
  }

  /** Does something now and after each change of what it reads; what is given back ends that. */
  watch(what: () => void): () => void {
    return $effect.root(() => {
      $effect(what);
    });
  }
}
