// What is known of a room, whoever one is in it: as runes, from what its socket says.
import type {
  RoomMessage,
  RoomPointer,
  RoomQuestion,
  RoomSpread,
  RoomState,
  SpreadBin,
} from "../../store/room";
import type { Status } from "../../store/types";
import type { RoomLine } from "../../transport/room";

export class Hall {
  state: RoomState | null = $state.raw(null);
  question: RoomQuestion | null = $state.raw(null);
  spread: RoomSpread | null = $state.raw(null);
  pointer: RoomPointer | null = $state.raw(null);
  /** Of the line to it. "gone": the room is over, or there never was one. */
  status: Status = $state("connecting");
  /** Whether the server takes this page for the presenter's. */
  presenting = $state(false);
  /** One's own answer to the question, as the server has it. */
  answer: string | null = $state(null);
  /** How good it was, once it is revealed. */
  verdict: SpreadBin["verdict"] = $state(null);

  listen(line: RoomLine): void {
    line.onStatus((status) => (this.status = status));
    line.onRoom((message) => {
      this.#hear(message);
    });
  }

  #hear(message: RoomMessage): void {
    switch (message.type) {
      case "room":
        // Who comes late sees where one points; who is there has seen it.
        if (!this.state) this.pointer = message.pointer;
        this.state = message;
        this.#ask(message.question);
        break;
      case "joined":
        this.presenting = message.presenter;
        this.answer = message.answer;
        this.verdict = message.verdict;
        break;
      case "pointer":
        this.pointer = message;
        break;
      case "question":
        this.#ask(message);
        break;
      case "spread":
        if (message.question === this.question?.question) this.spread = message;
        break;
    }
  }

  #ask(question: RoomQuestion | null): void {
    if (question?.question !== this.question?.question) {
      this.spread = null;
      this.answer = null;
      this.verdict = null;
    }
    this.question = question;
  }
}
