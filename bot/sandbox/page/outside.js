/** The panel "Outside world": what people do elsewhere, of which the bot hears. */

import { el, fill, freshId } from "./dom.js";
import { CARDS } from "./outside_cards.js";
import { iconButton } from "./parts.js";

export class OutsidePanel {
  #layer;
  #store;
  #dialog = null;

  constructor(layer, store) {
    this.#layer = layer;
    this.#store = store;
  }

  async open() {
    const anchor = document.activeElement;
    const seen = await this.#store.outside();
    if (this.#dialog) return;
    const titleId = freshId("outside");
    const body = el("div", { class: "dialog-body outside" });
    this.#dialog = el(
      "dialog",
      { class: "dialog wide", "aria-modal": "true", "aria-labelledby": titleId },
      el(
        "header",
        {},
        el("h2", { id: titleId }, "Outside world"),
        iconButton("close", "Close", () => this.#dialog.close()),
      ),
      body,
    );
    this.#dialog.addEventListener("close", () => {
      this.#dialog.remove();
      this.#dialog = null;
      anchor?.focus?.({ preventScroll: true });
    });
    fill(
      body,
      el("p", { class: "hint" }, "A small world on this machine. What you do here, others do; the bot hears of it."),
      el("div", { class: "outside-cards" }, ...Object.keys(CARDS).map((name) => this.#card(name, seen))),
    );
    this.#layer.append(this.#dialog);
    this.#dialog.showModal();
  }

  /** One card. After an act only it is drawn anew, so that what was typed into the others stays. */
  #card(name, seen, said = {}) {
    const act = async (what, asked, words) => {
      for (const button of card.querySelectorAll("button")) button.disabled = true;
      const answer = await this.#store.changeOutside(what, asked);
      // Also of what went wrong a part may have happened.
      const now = answer.error ? await this.#store.outside() : answer;
      const fresh = this.#card(name, now, answer.error ? { problem: answer.error } : { done: words });
      card.replaceWith(fresh);
      fresh.querySelector("button")?.focus();
    };
    const card = CARDS[name](seen, said, act);
    return card;
  }
}
