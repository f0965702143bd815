/** The app's home, as it made it for this person. */

import { BlockList } from "./blocks.js";
import { el, fill } from "./dom.js";

export class Home {
  #store;
  #blocks = null;
  #viewId = null;
  #openedBy = null;
  #empty = el("p", { class: "nothing" }, "The app has not made its home for you yet.");
  #frame = el("div", { class: "home view" });

  constructor(store) {
    this.#store = store;
    this.node = el(
      "section",
      { class: "home-frame", "aria-label": "Home", tabindex: 0, hidden: true },
      this.#empty,
      this.#frame,
    );
  }

  draw({ kind }, isShown) {
    this.node.hidden = !isShown;
    if (!isShown) this.#openedBy = null;
    if (!isShown) return;
    if (this.#openedBy !== this.#store.me) {
      this.#openedBy = this.#store.me;
      this.#store.act("home", {});
      this.node.scrollTop = 0;
    } else if (kind !== "home" && kind !== "snapshot") return;
    this.#drawView(this.#store.seen.home);
  }

  #drawView(view) {
    this.#empty.hidden = Boolean(view);
    if (!view) return fill(this.#frame);
    if (!this.#blocks || view.id !== this.#viewId) {
      this.#viewId = view.id;
      this.#blocks = new BlockList({ store: this.#store, container: { type: "view", view_id: view.id } });
      fill(this.#frame, this.#blocks.node);
    }
    this.#blocks.draw(view.blocks);
  }
}
