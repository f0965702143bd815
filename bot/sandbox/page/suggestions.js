/** What could follow in the composer: slash commands after `/`, people after `@`, channels after `#`. */

import { el, fill, freshId } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./parts.js";

const WORD = /(^|\s)([@#])([\w.-]*)$/;
const MOST = 8;

export class Suggestions {
  #input;
  #store;
  #options;
  #found = [];
  #active = 0;
  #dismissed = "";

  /** *options*: `commands` where slash commands work, `taken()` after one was put into the text. */
  constructor(input, store, options) {
    this.#input = input;
    this.#store = store;
    this.#options = options;
    this.node = el("div", {
      class: "suggestions",
      role: "listbox",
      id: freshId("suggest"),
      "aria-label": "Suggestions",
      hidden: true,
    });
    this.node.addEventListener("mousedown", (event) => event.preventDefault());
    input.setAttribute("aria-controls", this.node.id);
  }

  update() {
    const before = this.#input.value.slice(0, this.#input.selectionStart);
    if (before !== this.#dismissed) this.#dismissed = "";
    this.#found = this.#dismissed ? [] : this.#find(before).slice(0, MOST);
    this.#active = 0;
    this.#draw();
  }

  close() {
    this.#found = [];
    this.#draw();
  }

  /** Takes the keys that belong to an open list; answers whether it did. */
  key(event) {
    if (!this.#found.length) return false;
    const { key } = event;
    const isWhole = this.#found[this.#active].text.trim() === this.#input.value.trim();
    if (key === "Enter" && isWhole) return false;
    if (key === "ArrowDown") this.#active += 1;
    else if (key === "ArrowUp") this.#active += this.#found.length - 1;
    else if (key === "Enter" || key === "Tab") this.#take(this.#found[this.#active]);
    else if (key === "Escape") {
      this.#dismissed = this.#input.value.slice(0, this.#input.selectionStart);
      this.close();
    } else return false;
    event.preventDefault();
    if (this.#found.length) this.#active %= this.#found.length;
    this.#draw();
    return true;
  }

  #find(before) {
    const { seen } = this.#store;
    if (this.#options.commands && /^\/\S*$/.test(before)) {
      return seen.commands
        .filter((one) => one.command.startsWith(before))
        .map((one) => ({
          from: 0,
          text: `${one.command} `,
          label: one.command,
          usage: one.usage_hint,
          hint: one.description,
          mark: icon("bolt"),
        }));
    }
    const word = WORD.exec(before);
    if (!word) return [];
    const from = before.length - word[3].length - 1;
    const fits = (name) => name.toLowerCase().startsWith(word[3].toLowerCase());
    return word[2] === "@" ? this.#people(from, fits) : this.#channels(from, fits);
  }

  #people(from, fits) {
    const { people, bot } = this.#store.seen;
    const others = people.filter((person) => !person.is_bot);
    const all = [{ name: bot.name, real_name: "App", is_bot: true }, ...others];
    return all
      .filter((person) => fits(person.name))
      .map((person) => ({
        from,
        text: `@${person.name} `,
        label: `@${person.name}`,
        hint: person.real_name,
        mark: avatar(person, "small"),
      }));
  }

  #channels(from, fits) {
    const open = this.#store.seen.channels.filter((channel) => !channel.is_im);
    return open
      .filter((channel) => fits(channel.name))
      .map((channel) => ({
        from,
        text: `#${channel.name} `,
        label: `#${channel.name}`,
        hint: channel.topic,
        mark: icon("hash"),
      }));
  }

  #take({ from, text }) {
    const { value, selectionStart } = this.#input;
    this.#input.value = value.slice(0, from) + text + value.slice(selectionStart).trimStart();
    this.#input.setSelectionRange(from + text.length, from + text.length);
    this.#options.taken();
  }

  #draw() {
    const isOpen = this.#found.length > 0;
    this.node.hidden = !isOpen;
    this.#input.setAttribute("aria-expanded", String(isOpen));
    fill(
      this.node,
      this.#found.map((one, at) => this.#option(one, at)),
    );
    if (isOpen) this.#input.setAttribute("aria-activedescendant", this.node.children[this.#active].id);
    else this.#input.removeAttribute("aria-activedescendant");
  }

  #option(one, at) {
    const isActive = at === this.#active;
    return el(
      "div",
      {
        class: isActive ? "option active" : "option",
        role: "option",
        id: freshId("suggestion"),
        "aria-selected": String(isActive),
        onclick: () => this.#take(one),
      },
      one.mark,
      el(
        "span",
        { class: "menu-words" },
        el("span", {}, one.label, one.usage && el("span", { class: "usage-hint" }, ` ${one.usage}`)),
        one.hint && el("small", {}, one.hint),
      ),
    );
  }
}
