// What a control of one setting is given. Each kind has a component of its own, chosen in `Field.svelte`.
import type { ConfigField } from "../../../store/types";

/** What is being typed and has not been sent. */
export class Typing {
  draft: string | null = $state(null);
  /** It was to be sent, and is no number. */
  unread = $state(false);
}

export type ControlProps = {
  field: ConfigField;
  value: unknown;
  id: string;
  /** Ids of the label and of the note beneath, for those who listen. */
  labelledby: string;
  describedby: string;
  bad: boolean;
  typing: Typing;
  /** Sends changes; whether they were taken. */
  set: (changes: Record<string, unknown>) => Promise<boolean>;
};
