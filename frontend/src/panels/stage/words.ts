// The words that are painted on cards, in the current language.
import { m } from "../../i18n/paraglide/messages.js";
import type { Words } from "../../render/words";
import type { Page } from "../model/page.svelte";

export function cardWords(page: Page): Words {
  return {
    parameter: m.card_parameter(),
    buffer: m.kind_buffer(),
    input: m.kind_input(),
    target: m.kind_target(),
    constant: m.kind_constant(),
    op: m.card_op(),
    ops: m.card_ops(),
    arrived: m.arrived_word(),
    loss: page.loss === null || page.loss.label === "loss" ? m.loss() : m.output(),
  };
}
