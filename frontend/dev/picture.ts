// The picture without a server, for looking at it while it is made; not part of the page.
//   ?program=one-weight  or a path to a trace    &at=0.8 iteration.step    &t=0,0.3,0.6,1 a film of that step
//   &zoom=operations &sel=w &theme=dark &columns=2 &present=1 &flow
import "../src/styles/fonts.css";
import { viewFromUrl } from "../src/store/view";
import { createStore } from "../src/store/store";
import { replay } from "../src/transport/replay";
import { Picture } from "../src/render/controller";
import { darkTheme, lightTheme } from "../src/render/theme";
import { large, PROGRAMS, record } from "../tests/support/trace";

const query = new URLSearchParams(location.search);
const name = query.get("program") ?? "one-weight";
const dark =
  query.get("theme") === "dark" ||
  (!query.has("theme") && matchMedia("(prefers-color-scheme: dark)").matches);
const trace = name.startsWith("/")
  ? await (await fetch(name)).text()
  : name.startsWith("large")
    ? record(large(Number(name.slice(5)) || 100))
    : record({ ...(PROGRAMS[name] ?? PROGRAMS["one-weight"]!), withhold: query.has("withhold") });
const stage = document.getElementById("stage")!;
const times = (query.get("t") ?? "1").split(",").map(Number);
const columns = Number(query.get("columns") ?? Math.ceil(Math.sqrt(times.length)));
stage.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
const view = viewFromUrl(new URL(location.href));

for (const t of times) {
  const host = document.createElement("div");
  stage.append(host);
  const store = createStore();
  const transport = replay(trace);
  transport.onMessage((message) => store.dispatch(message));
  const picture = new Picture(
    host,
    store,
    { select: (spot) => picture.setView({ selected: spot?.selection ?? null }), edit: () => undefined },
    {
      theme: dark ? darkTheme : lightTheme,
      zoom: view.zoom,
      selected: view.selection,
      present: view.present,
      insets: { top: 24, right: 24, bottom: 24, left: 24 },
    },
  );
  const at = view.at ?? { iteration: 0, step: 0 };
  if (at.step > 0) transport.send({ type: "seek", iteration: at.iteration, step: at.step - 1 });
  transport.send({ type: "seek", iteration: at.iteration, step: at.step });
  if (times.length > 1 || query.has("t")) picture.freeze(t);
  addEventListener("keydown", (event) => {
    const unit = event.shiftKey ? "phase" : "step";
    if (event.key === "ArrowRight") transport.send({ type: "step", unit, count: 1 });
    if (event.key === "ArrowLeft") transport.send({ type: "step", unit, count: -1 });
    if (event.key === "f") picture.fit();
  });
  Object.assign(window, { picture, store, transport });
}
