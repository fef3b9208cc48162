// The page of a follower: the room's lesson, step and view, and nothing that moves them.
import { mount } from "svelte";
import { readCode, showCode } from "../../store/room";
import { createStore } from "../../store/store";
import { defaultView, viewFromUrl, viewToUrl, type View } from "../../store/view";
import type { Rest } from "../../transport/rest";
import { connect } from "../../transport/websocket";
import { Link, type Origin, type Refused } from "../model/link";
import { Page } from "../model/page.svelte";
import { STILL } from "../model/still";
import type { JournalEntry, SessionInfo } from "../../store/types";
import Follow from "./Follow.svelte";
import { Follower, follower } from "./follower.svelte";
import { keepRoom, leaveClass, resumeRoom } from "./kept";
import Nowhere from "./Nowhere.svelte";
import Pointer from "./Pointer.svelte";

export function follow(target: HTMLElement, rest: Rest, written: string): void {
  const code = readCode(written);
  if (!code) {
    mount(Nowhere, { target, props: { written } });
    return;
  }
  leaveClass(null);
  // As it is shown and said, whichever way it was typed.
  history.replaceState(null, "", `/room/${showCode(code)}`);
  const store = createStore();
  const page = new Page(store, new Link(store, rest, (url) => connect({ url })));
  page.led = true;
  page.over = Pointer;
  page.visit = STILL;
  const led = new Follower(page, rest, code);
  follower.hall = led.hall;

  /** The address of the standard page that shows what the room shows. */
  function standard(more: Partial<View>): string {
    const look = led.hall.state?.view;
    const view = look ? viewFromUrl(new URL(look, location.origin)) : defaultView;
    return viewToUrl({ ...view, tour: null, ...more });
  }

  /** On with a session of one's own, at the place where the room is. */
  async function alone(session: SessionInfo): Promise<void> {
    const { lesson, initial_config: config, seed, journal, cursor, companion } = session;
    const predict = page.state.predict.on;
    // Branches are numbered by the session that wrote them.
    const anew = (entries: JournalEntry[]) =>
      entries.map((entry) => ({ ...entry, cursor: { ...entry.cursor, branch: 0 } }));
    const recipe: Origin = { lesson, config, seed, journal: anew(journal), predict };
    if (companion)
      recipe.companion = {
        name: companion.name,
        beside: companion.beside,
        journal: anew(companion.journal),
      };
    const { id: snapshot } = await rest.keep(recipe);
    location.assign(standard({ lesson, snapshot, at: cursor, present: false }));
  }

  mount(Follow, {
    target,
    props: {
      page,
      led,
      explore: async () => {
        try {
          const session = await led.rooms.copy(code);
          leaveClass(code);
          await alone(session);
          rest.deleteSession(session.id);
        } catch (error) {
          page.tell(error as Refused);
        }
      },
      takeOver: async (pin: string) => {
        const { lesson, secret } = await led.rooms.takeOver(code, pin);
        keepRoom({ code, secret });
        resumeRoom(code);
        location.assign(standard({ lesson, present: true }));
      },
    },
  });
}
