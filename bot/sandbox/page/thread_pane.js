/** The right side: one thread, and the place to answer. */

import { Composer } from "./composer.js";
import { el, fill } from "./dom.js";
import { MessageList } from "./message_list.js";
import { iconButton } from "./parts.js";

export class ThreadPane {
  #node;
  #store;
  #places;
  #list;
  #composer;
  #opener = null;
  #shown = null;

  constructor(node, store, places) {
    this.#node = node;
    this.#store = store;
    this.#places = places;
    this.#list = new MessageList(store, { label: "Thread" });
    this.#composer = new Composer(store, {
      commands: false,
      label: () => "Reply in thread",
      send: ({ text }) => store.act("message", { channel: places.channel, thread_ts: places.thread, text }),
      leave: () => this.#list.focusNewest(),
    });
    const head = el(
      "header",
      { class: "channel-head" },
      el("h2", {}, "Thread"),
      iconButton("close", "Close thread", () => this.#close()),
    );
    const escape = (event) => event.key === "Escape" && !event.defaultPrevented && this.#close();
    fill(node, head, this.#list.node, this.#composer.node);
    node.addEventListener("keydown", escape);
  }

  draw() {
    const { channel, thread } = this.#places;
    const isOpen = Boolean(thread) && this.#places.isSeen(channel);
    this.#node.hidden = !isOpen;
    const isNew = isOpen && thread !== this.#shown;
    this.#shown = isOpen ? thread : null;
    if (!isOpen) return;
    const messages = this.#store.messages(channel).filter((one) => one.ts === thread || one.thread_ts === thread);
    const place = `${this.#store.me} ${channel} ${thread}`;
    this.#list.draw(place, channel, messages);
    this.#composer.draw(place);
    if (isNew) {
      this.#opener = document.activeElement;
      this.#composer.focus();
    }
  }

  #close() {
    this.#places.closeThread();
    this.#opener?.focus({ preventScroll: true });
  }
}
