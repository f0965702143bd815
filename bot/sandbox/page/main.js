/** Starts the page: the store of what is seen, the places to look at, and the parts that draw them. */

import { Banner } from "./banner.js";
import { refreshDates } from "./dates.js";
import { el, fill } from "./dom.js";
import { Jump } from "./jump.js";
import { MainPane } from "./main_pane.js";
import { Modals } from "./modal.js";
import { OutsidePanel } from "./outside.js";
import { Places } from "./places.js";
import { Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { startTheme } from "./theme.js";
import { ThreadPane } from "./thread_pane.js";

const REFRESH_DATES_MS = 30_000;

async function start() {
  startTheme();
  const frame = document.getElementById("app");
  const store = new Store();
  const places = new Places(store);
  try {
    await store.start(places.wantedPerson);
  } catch (error) {
    frame.setAttribute("aria-busy", "false");
    fill(frame, el("p", { class: "fatal", role: "alert" }, `The sandbox cannot be shown. ${error.message}`));
    return;
  }
  const find = (id) => document.getElementById(id);
  const jump = new Jump(find("overlays"), store, places);
  const parts = [
    new Sidebar(find("sidebar"), store, places, jump, new OutsidePanel(find("overlays"), store)),
    new MainPane(find("main"), store, places),
    new ThreadPane(find("thread"), store, places),
    new Modals(find("overlays"), store),
    new Banner(),
  ];
  const draw = (change) => {
    for (const part of parts) part.draw(change);
    frame.setAttribute("aria-busy", "false");
  };
  store.addEventListener("change", (event) => {
    places.check(event.detail);
    draw(event.detail);
    if (event.detail.kind === "clock") refreshDates(document, store.now());
  });
  places.addEventListener("change", (event) => draw({ kind: "place", ...event.detail }));
  setInterval(() => refreshDates(document, store.now()), REFRESH_DATES_MS);
  places.check({ kind: "snapshot" });
  draw({ kind: "snapshot" });
}

start();
