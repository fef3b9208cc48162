// Taking the picture and the numbers along, as files.
import { m } from "../../i18n/paraglide/messages.js";
import { toSvg } from "../../render/svg";
import { recording } from "../../transport/recorded";
import { Problem } from "../../transport/rest";
import type { Refused } from "./link";
import type { Page } from "./page.svelte";

export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}

function fileName(page: Page, extension: string): string {
  const { cursor, lesson } = page.state;
  return `${lesson?.slug ?? "chainrule"}-${(cursor?.iteration ?? 0) + 1}-${(cursor?.step ?? 0) + 1}.${extension}`;
}

async function fetched(page: Page, what: "state" | "trace", extension: string): Promise<void> {
  try {
    const answer = await fetch(`/api/sessions/${encodeURIComponent(page.link.session ?? "")}/${what}`);
    if (answer.ok) save(await answer.blob(), fileName(page, extension));
    else page.tell((await answer.json()) as Refused);
  } catch {
    // A recording that breaks off is no recording.
    page.say(m.lost_server, m.lost_server_hint);
  }
}

/** The page with the lesson from its beginning in one file, which the server writes. */
async function exportLesson(page: Page): Promise<void> {
  const { session } = page.link;
  if (!session) return;
  const text = () => ({ title: m.export_lesson_making(), hint: m.export_lesson_holds() });
  const notice = (page.notice = { text, tone: "stop" });
  try {
    const answer = await recording(session, "text/html");
    save(await answer.blob(), `${page.state.lesson?.slug ?? "lesson"}.html`);
    if (page.notice === notice) page.notice = null;
  } catch (why) {
    if (why instanceof Problem && why.code !== "offline") page.tell(why);
    else page.say(m.lost_server, m.lost_server_hint);
  }
}

/** The picture as drawn now, the state that it shows, the timeline up to this iteration, or the lesson. */
export async function exportAs(page: Page, format: "svg" | "png" | "json" | "jsonl" | "html"): Promise<void> {
  if (format === "html") {
    await exportLesson(page);
    return;
  }
  if (format === "json" || format === "jsonl") {
    await fetched(page, format === "json" ? "state" : "trace", format);
    return;
  }
  const drawn = page.picture?.drawn();
  if (!drawn) return;
  const blob = new Blob([toSvg(drawn, m.app_name())], { type: "image/svg+xml" });
  if (format === "svg") save(blob, fileName(page, "svg"));
  else save(await rasterise(blob), fileName(page, "png"));
}

/** Twice the size on screen, so that it stays sharp on a slide. */
async function rasterise(svg: Blob): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob);
        else reject(new Error("the picture could not be drawn"));
      }, "image/png");
    });
  } finally {
    URL.revokeObjectURL(url);
  }
}
