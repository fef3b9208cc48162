// Messages that are found by a name which the server sends. An index of all of them would be in the first load, with
// every sentence that most visits never need.
export type Message = (inputs: Record<string, string>) => string;
export type ByKey = Readonly<Record<string, Message | undefined>>;

/** One index of what several compiled messages export. */
export function indexOf(modules: Record<string, unknown>): ByKey {
  return Object.assign({}, ...Object.values(modules)) as ByKey;
}

export const byKey = indexOf(
  import.meta.glob(
    [
      "./paraglide/messages/op_*.js",
      // What the page itself says when the server is out of reach, and nothing can be fetched.
      "./paraglide/messages/refused_offline*.js",
    ],
    { eager: true },
  ),
);
