// Who presents and loads the page again finds the room's session, not one made from an address.
import type { SessionInfo } from "../../store/types";
import type { Rest } from "../../transport/rest";
import { createRooms } from "../../transport/rooms";
import type { Kept } from "./kept";

/** The session that a room shows; null where it cannot be had. */
export async function sessionOf({ code, secret }: Kept, rest: Rest): Promise<SessionInfo | null> {
  try {
    const { session } = await createRooms().find(code, secret);
    return session ? await rest.session(session) : null;
  } catch {
    // The address then leads to the same lesson; the room says itself why it cannot be reached.
    return null;
  }
}
