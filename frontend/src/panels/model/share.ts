// Taking the address along.
import { m } from "../../i18n/paraglide/messages.js";
import type { Refused } from "./link";
import type { Page } from "./page.svelte";

/** To the clipboard; where the browser forbids it (plain http on a network), a dialog shows the address. */
export async function copyAddress(page: Page): Promise<void> {
  let address: string;
  try {
    address = await page.visit.share();
  } catch (error) {
    const why = error as Refused;
    if (why.code === "offline") page.say(m.lost_server, m.lost_server_hint);
    else page.tell(why);
    return;
  }
  if (await copyText(address)) page.whisper(m.link_copied);
  else page.dialog = "link";
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
