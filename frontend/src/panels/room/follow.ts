// The page of a follower: the room's lesson, step and view, and nothing that moves them.
import { mount, unmount } from "svelte";
import { readCode, showCode } from "../../store/room";
import { createStore } from "../../store/store";
import { defaultView, viewFromUrl } from "../../store/view";
import type { Rest } from "../../transport/rest";
import { connect } from "../../transport/websocket";
import App from "../App.svelte";
import { Link, type Refused } from "../model/link";
import { Page } from "../model/page.svelte";
import { Visit } from "../model/visit.svelte";
import type { SessionInfo } from "../../store/types";
import Follow from "./Follow.svelte";
import { Follower, follower } from "./follower.svelte";
import { keepRoom, leaveClass } from "./kept";
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
  page.visit = {
    openLesson: async () => undefined,
    openWith: async () => undefined,
    reseed: async () => undefined,
    list: async () => undefined,
    retry: async () => undefined,
    changed: () => undefined,
    address: () => location.href,
    share: () => Promise.resolve(location.href),
  };
  const led = new Follower(page, rest, code);
  follower.hall = led.hall;

  /** On with a session of one's own: the standard page, at the place where the room is. */
  async function alone(session: SessionInfo, view: string, present: boolean): Promise<void> {
    led.leave();
    follower.hall = null;
    await unmount(shown);
    const own = createStore();
    const link = new Link(own, rest, (url) => connect({ url }));
    const free = new Page(own, link);
    const visit = (free.visit = new Visit(free, link, rest));
    mount(App, { target, props: { page: free } });
    const look = view ? viewFromUrl(new URL(view, location.origin)) : defaultView;
    await visit.adopt(session, { ...look, present, tour: null });
  }

  const shown = mount(Follow, {
    target,
    props: {
      page,
      led,
      explore: async () => {
        try {
          const session = await led.rooms.copy(code);
          leaveClass(code);
          await alone(session, led.hall.state?.view ?? "", false);
        } catch (error) {
          page.tell(error as Refused);
        }
      },
      takeOver: async (pin: string) => {
        const { secret, session } = await led.rooms.takeOver(code, pin);
        keepRoom({ code, secret });
        await alone(await rest.session(session), led.hall.state?.view ?? "", true);
      },
    },
  });
}
