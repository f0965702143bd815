/** The middle: a channel's messages with the place to write, or the app's home. */

import { Composer } from "./composer.js";
import { el, fill } from "./dom.js";
import { Home } from "./home.js";
import { icon } from "./icons.js";
import { MessageList } from "./message_list.js";
import { avatar, titleOf } from "./parts.js";

export class MainPane {
  #store;
  #places;
  #head = el("header", { class: "channel-head" });
  #notices = el("div", { class: "notices", role: "status" });
  #list;
  #composer;
  #home;
  #talk;
  #drawn = "";

  constructor(node, store, places) {
    this.#store = store;
    this.#places = places;
    this.#list = new MessageList(store, {
      label: "Messages",
      empty: "Nothing was written here yet.",
      openThread: (ts) => places.openThread(ts),
    });
    this.#composer = new Composer(store, {
      commands: true,
      label: () => `Message ${this.#title()}`,
      send: (sent) => this.#send(sent),
      leave: () => this.#list.focusNewest(),
    });
    this.#home = new Home(store);
    this.#talk = el("div", { class: "talk", id: "talk" }, this.#list.node, this.#composer.node);
    fill(node, this.#head, this.#notices, this.#talk, this.#home.node);
  }

  draw(change) {
    const channel = this.#store.channel(this.#places.channel);
    const isHome = this.#places.tab === "home" && channel.is_im;
    this.#drawHead(channel, isHome);
    this.#drawNotices();
    this.#talk.hidden = isHome;
    this.#home.draw(change, isHome);
    if (isHome) return;
    const all = this.#store.messages(channel.id);
    this.#list.draw(`${this.#store.me} ${channel.id}`, channel.id, all.filter(isInChannel));
    this.#composer.draw(`${this.#store.me} ${channel.id}`);
    if (change.hasMoved) this.#composer.focus();
  }

  #title() {
    const channel = this.#store.channel(this.#places.channel);
    return channel.is_im ? titleOf(channel, this.#store) : `#${channel.name}`;
  }

  #drawHead(channel, isHome) {
    const wanted = JSON.stringify([channel, isHome]);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    document.title = `${this.#title()} · ${this.#store.seen.team.name}`;
    const sign = channel.is_im ? avatar({ is_bot: true }, "small") : icon("hash");
    const topic = channel.topic ? el("p", { class: "topic" }, channel.topic) : null;
    fill(
      this.#head,
      el("h1", {}, sign, titleOf(channel, this.#store)),
      topic,
      channel.is_im && this.#tabs(channel, isHome),
    );
  }

  #tabs(channel, isHome) {
    const tab = (name, label, isHere) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-selected": String(isHere),
          tabindex: isHere ? 0 : -1,
          onclick: () => this.#places.go(channel.id, name),
        },
        label,
      );
    const move = (event) => {
      if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
      this.#places.go(channel.id, isHome ? "messages" : "home");
      this.#head.querySelector("[aria-selected=true]")?.focus();
    };
    return el(
      "div",
      { class: "tabs", role: "tablist", "aria-label": this.#store.seen.bot.name, onkeydown: move },
      tab("home", "Home", isHome),
      tab("messages", "Messages", !isHome),
    );
  }

  #drawNotices() {
    const { seen, online } = this.#store;
    const text = !online
      ? "The sandbox does not answer. Trying again…"
      : seen.app.connected
        ? ""
        : `${seen.bot.name} is not connected. Commands and clicks fail until it is.`;
    if (this.#notices.textContent === text) return;
    fill(this.#notices, text && el("p", { class: "notice" }, icon("warning"), text));
  }

  async #send(sent) {
    const { channel } = this.#places;
    this.#list.toNewest();
    return this.#store.act(sent.command ? "command" : "message", { channel, ...sent });
  }
}

/** Replies stand in their thread, unless they were sent to the channel, too. */
function isInChannel(message) {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast";
}
