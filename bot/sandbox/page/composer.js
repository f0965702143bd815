/** Where one writes: messages and slash commands, with hints for what could follow. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./popup.js";
import { Suggestions } from "./suggestions.js";

const TALLEST_PX = 200;

export class Composer {
  #store;
  #options;
  #drafts = new Map();
  #place = "";
  #input;
  #suggestions;
  #usage = el("p", { class: "usage", hidden: true });
  #problem = el("p", { class: "alert", role: "alert", hidden: true });

  /** *options*: `label()`, `send(text)` answering the server's answer, `leave()` for the Up key, `commands` or not. */
  constructor(store, options) {
    this.#store = store;
    this.#options = options;
    this.#input = el("textarea", {
      class: "write",
      rows: 1,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#suggestions.close(),
    });
    this.#suggestions = new Suggestions(this.#input, store, { commands: options.commands, taken: () => this.#typed() });
    const shortcuts =
      options.commands &&
      menuButton(
        { class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts" },
        icon("bolt"),
        () => this.#shortcuts(),
        { label: "Shortcuts" },
      );
    const send = el(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" },
      icon("send"),
    );
    const submit = (event) => {
      event.preventDefault();
      this.#send();
    };
    this.node = el(
      "form",
      { class: "composer", onsubmit: submit },
      this.#problem,
      this.#usage,
      el("div", { class: "write-frame" }, shortcuts, this.#input, send),
      this.#suggestions.node,
    );
  }

  /** Write to *place*; each place keeps its own draft. */
  draw(place) {
    this.#input.placeholder = this.#options.label();
    this.#input.setAttribute("aria-label", this.#options.label());
    if (place === this.#place) return;
    this.#drafts.set(this.#place, this.#input.value);
    this.#place = place;
    this.#input.value = this.#drafts.get(place) ?? "";
    this.#problem.hidden = true;
    this.#typed({ quietly: true });
  }

  focus() {
    this.#input.focus();
  }

  #typed({ quietly = false } = {}) {
    this.#input.style.height = "auto";
    this.#input.style.height = `${Math.min(this.#input.scrollHeight, TALLEST_PX)}px`;
    this.#problem.hidden = true;
    const command = this.#command();
    const isComplete = command && this.#input.value.startsWith(`${command.command} `);
    this.#usage.hidden = !isComplete;
    if (isComplete) this.#usage.replaceChildren(el("b", {}, command.command), ` ${command.usage_hint ?? ""}`);
    if (quietly) this.#suggestions.close();
    else this.#suggestions.update();
  }

  /** The slash command that the text begins with. */
  #command() {
    if (!this.#options.commands) return undefined;
    const word = this.#input.value.split(/\s/, 1)[0];
    return this.#store.seen.commands.find((one) => one.command === word);
  }

  #key(event) {
    if (event.isComposing || this.#suggestions.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && this.#input.value === "") {
      event.preventDefault();
      this.#options.leave();
    }
  }

  async #send() {
    const written = this.#input.value.trim();
    if (!written) return;
    const command = this.#command();
    if (/^\/\w/.test(written) && !command) {
      this.#say(`${written.split(/\s/, 1)[0]} is no command here. A space before the slash makes it a message.`);
      return;
    }
    const place = this.#place;
    this.#input.value = "";
    this.#drafts.delete(place);
    this.#typed({ quietly: true });
    const rest = command ? written.slice(command.command.length).trim() : "";
    const answer = await this.#options.send(command ? { command: command.command, text: rest } : { text: written });
    if (answer.ok) return;
    if (this.#place === place && !this.#input.value) this.#input.value = written;
    this.#say(answer.error);
  }

  #say(text) {
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }

  #shortcuts() {
    const { shortcuts = [], commands } = this.#store.seen;
    const global = shortcuts
      .filter((one) => one.type === "global")
      .map((one) => ({
        label: one.name,
        hint: one.description,
        mark: icon("bolt"),
        pick: () => this.#store.act("shortcut", { callback_id: one.callback_id }),
      }));
    const slash = commands.map((one) => ({
      label: one.command,
      hint: one.description,
      mark: el("b", { class: "menu-mark" }, "/"),
      pick: () => this.#begin(`${one.command} `),
    }));
    return [{ heading: this.#store.seen.bot.name }, ...global, ...slash];
  }

  #begin(text) {
    this.#input.value = text;
    this.#typed();
    this.focus();
  }
}
