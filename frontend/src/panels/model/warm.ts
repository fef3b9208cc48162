// What the first picture does not need is fetched once that picture stands, so that it is there when asked for.

/** Marks the moment for tools that measure: what was asked for before it belongs to the first picture. */
export const STANDS = "chainrule-stands";
/** And when all is here that is fetched ahead: the page then asks for nothing by itself. */
export const FETCHED = "chainrule-fetched";

type Task = () => Promise<unknown>;
const first: Task[] = [];
const later: Task[] = [];
let begun = false;
let stands = false;
let stand: () => void;

/** Comes true when the first picture stands. */
export const standing = new Promise<void>((done) => (stand = done));

/** Fetch something once the first picture stands, or now if it does. */
export function warm(task: Task): void {
  if (stands) void run(task);
  else later.push(task);
}

/** The same of what can as well be fetched when it is asked for: not where the browser is to save data. */
export function ahead(task: Task): void {
  if (!savesData()) warm(task);
}

function savesData(): boolean {
  // Not every browser says so.
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

/** Say what the first picture has to wait for. */
export function awaited(task: Task): void {
  first.push(task);
}

/** Say that the first picture has been laid out. */
export async function pictureIsThere(): Promise<void> {
  if (begun) return;
  begun = true;
  await painted();
  for (const task of first) await run(task);
  await painted();
  await document.fonts.ready;
  await idle();
  stands = true;
  stand();
  performance.mark(STANDS);
  for (const task of later.splice(0)) await run(task);
  performance.mark(FETCHED);
}

async function run(task: Task): Promise<void> {
  try {
    await task();
  } catch {
    // The network: whoever needs it asks again.
  }
}

function painted(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
  });
}

/** Comes true when the browser has nothing else to do. */
export function idle(): Promise<void> {
  return new Promise((done) => {
    // Not every browser can say when it is idle.
    if ("requestIdleCallback" in window) {
      requestIdleCallback(() => {
        done();
      });
    } else setTimeout(done, 200);
  });
}
