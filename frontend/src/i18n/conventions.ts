// What a convention at a kink or a tie says, by its code.
import { indexOf } from "./by-key";

export const conventions = indexOf(import.meta.glob("./paraglide/messages/convention_*.js", { eager: true }));
