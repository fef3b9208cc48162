// What is to be written on, and how freely: stays while one looks at other tabs.
export const writing: { prefix: string | null; temperature: number; draw: number } = $state({
  /** As typed; null: the beginning of a line of the language. */
  prefix: null,
  temperature: 0.7,
  draw: 0,
});
