// All the sentences about what the server refuses, and about odd addresses: fetched apart from the page, as there are
// many.
import { indexOf } from "./by-key";

export default indexOf(
  import.meta.glob(
    [
      "./paraglide/messages/reason_*.js",
      "./paraglide/messages/refused_*.js",
      "./paraglide/messages/odd_*.js",
    ],
    { eager: true },
  ),
);
