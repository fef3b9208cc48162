// The composition root: the only file that knows of all parts.
import { mount } from "svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/menu.css";
import App from "./panels/App.svelte";
import { Link } from "./panels/model/link";
import { Page } from "./panels/model/page.svelte";
import { preferences } from "./panels/model/preferences.svelte";
import { Visit } from "./panels/model/visit.svelte";
import { codeIn } from "./store/room";
import { isStart } from "./store/view";
import { createStore } from "./store/store";
import { createRest } from "./transport/rest";
import { connect } from "./transport/websocket";

preferences.start(new URLSearchParams(location.search));

const rest = createRest();
const code = codeIn(location);
const target = document.getElementById("app");
if (!target) throw new Error("the page has no #app");

if (isStart(location)) {
  void import("./panels/start/Start.svelte").then(({ default: Start }) => {
    mount(Start, { target, props: { rest } });
  });
} else if (new URLSearchParams(location.search).has("notes")) {
  void import("./panels/room/notes").then(({ showNotes }) => {
    showNotes(target);
  });
} else if (code !== null) {
  void import("./panels/room/follow").then(({ follow }) => {
    follow(target, rest, code);
  });
} else {
  const store = createStore();
  const link = new Link(store, rest, (url) => connect({ url }));
  const page = new Page(store, link);
  const recording = document.getElementById("recording");
  if (recording)
    void import("./panels/recorded/recorded").then(({ play }) => {
      play(page, recording.textContent);
      mount(App, { target, props: { page } });
    });
  else {
    const visit = (page.visit = new Visit(page, link, rest));
    mount(App, { target, props: { page } });
    void visit.start();
  }
}
