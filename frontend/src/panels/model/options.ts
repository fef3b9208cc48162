// Names of choices that the configuration knows by a code. Names of the trade stay as they are in every language.
import { m } from "../../i18n/paraglide/messages.js";

const NAMES: Record<string, string> = {
  sgd: "SGD",
  momentum: "SGD + momentum",
  nesterov: "Nesterov",
  adagrad: "Adagrad",
  rmsprop: "RMSprop",
  adam: "Adam",
  adamw: "AdamW",
};

/** What a choice is called: by the lesson's preset of that id, else by its name in the trade. */
export function optionName(field: string, choice: string, presets: Record<string, string> = {}): string {
  if (field === "optimizer" && choice === "none") return m.optimizer_none();
  return presets[choice] ?? NAMES[choice] ?? choice;
}
