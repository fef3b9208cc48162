/** Does something now and after each change of what it reads, for tests; what is given back ends that. */
export function watch(what: () => void): () => void {
  return $effect.root(() => {
    $effect(what);
  });
}
