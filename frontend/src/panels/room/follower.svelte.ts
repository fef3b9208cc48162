// Following a room: the line over which the presenter's session comes, and what a follower may say.
import { untrack } from "svelte";
import { m } from "../../i18n/paraglide/messages.js";
import { joinRoom, roomUrl, type RoomLine } from "../../transport/room";
import { createRooms, type Rooms } from "../../transport/rooms";
import type { Rest } from "../../transport/rest";
import type { ErrorMessage } from "../../store/types";
import type { Page } from "../model/page.svelte";
import { Hall } from "./hall.svelte";
import { memberHere } from "./kept";
import { viewFromUrl } from "../../store/view";
import { read, write } from "../model/preferences.svelte";
import { nextId } from "../../transport/transport";

const NAME = "chainrule.name";

export class Follower {
  readonly hall = new Hall();
  /** As it stands in the presenter's export, and nowhere else. */
  name = $state(read(NAME) ?? "");
  /** What was answered and has not arrived yet. */
  sending: string | null = $state(null);
  /** Why the last answer was not taken. */
  refused: ErrorMessage | null = $state.raw(null);
  readonly #line: RoomLine;
  readonly #stop: () => void;
  readonly #member = memberHere();
  #asked: string | null = null;
  #look: string | null = null;
  #lesson: string | null = null;

  constructor(
    readonly page: Page,
    private readonly rest: Rest,
    readonly code: string,
    readonly rooms: Rooms = createRooms(),
  ) {
    const line = joinRoom({ url: roomUrl(code), hello: () => this.#hello() });
    this.#line = line;
    this.hall.listen(line);
    line.onRoom((message) => {
      if (message.type === "room") this.#show(message.lesson);
      if (message.type === "joined" && message.stalled) page.whisper(m.room_stalled, m.room_stalled_hint);
    });
    line.onStatus((status) => {
      // What was said into a line that then broke is said again: the last answer counts.
      if (status === "open" && this.sending) queueMicrotask(() => this.#sendAnswer());
    });
    line.onMessage((message) => {
      if (this.#asked === null || message.id !== this.#asked) return;
      if (message.type === "error") this.refused = message;
      else if (this.sending !== null) this.hall.answer = this.sending;
      this.sending = null;
    });
    void page.link.watch(line).catch(() => undefined);
    this.#stop = $effect.root(() => {
      // The question that is open is another one: what was said of the one before is done.
      // Only its number: what is told of it changes with each answer.
      const number = $derived(this.hall.question?.question);
      $effect(() => {
        void number;
        untrack(() => {
          this.refused = null;
          this.sending = null;
        });
      });
      $effect(() => {
        const look = this.hall.state?.view;
        if (look === undefined || !page.ready) return;
        untrack(() => {
          if (look === this.#look) return;
          this.#look = look;
          const [pathname = "/", search = ""] = look.split(/(?=\?)/);
          if (look) page.applyView({ ...viewFromUrl({ pathname, search }), present: false, tour: null });
        });
      });
    });
  }

  #hello(): object {
    return { type: "join", name: this.name.trim(), member: this.#member };
  }

  /** The presenter shows another lesson: nothing of the old one may shine through. */
  #show(slug: string): void {
    if (slug === this.#lesson) return;
    this.#lesson = slug;
    this.#look = null;
    const { store } = this.page;
    if (store.state.lesson?.slug === slug) return;
    store.dispatch({ type: "local/session", lesson: slug, config: {}, seed: 0 });
    this.rest.lesson(slug).then(
      (lesson) => {
        if (this.#lesson === slug) store.dispatch({ type: "local/lesson", lesson });
      },
      () => {
        // Its words come when the room says it again.
        if (this.#lesson === slug) this.#lesson = null;
      },
    );
  }

  answer(value: string): void {
    this.refused = null;
    this.sending = value;
    this.#sendAnswer();
  }

  #sendAnswer(): void {
    const question = this.hall.question;
    if (!question || question.state !== "open" || this.sending === null) return;
    this.#asked = nextId();
    this.#line.say({ type: "answer", id: this.#asked, question: question.question, value: this.sending });
  }

  rename(name: string): void {
    this.name = name;
    write(NAME, name);
    this.#line.say(this.#hello());
  }

  leave(): void {
    this.#stop();
    this.page.link.close();
  }
}

class Following {
  /** The room that this page follows. */
  hall: Hall | null = $state.raw(null);
}

/** For what draws the presenter's pointer. */
export const follower = new Following();
