/** Ctrl K: type where to go, or as whom to act. */

import { matching } from "./choices.js";
import { Combobox } from "./combobox.js";
import { el } from "./dom.js";
import { titleOf } from "./parts.js";

export class Jump {
  #layer;
  #store;
  #places;

  constructor(layer, store, places) {
    this.#layer = layer;
    this.#store = store;
    this.#places = places;
    document.addEventListener("keydown", (event) => {
      const isWanted = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      if (!isWanted || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      this.open();
    });
  }

  open() {
    let before = document.activeElement;
    const dialog = el("dialog", { class: "dialog jump", "aria-modal": "true", "aria-label": "Jump to" });
    const box = new Combobox({
      label: "Jump to",
      placeholder: "A channel, or a person to act as",
      find: (text) => matching(text, this.#goals()),
      changed: () => {
        before = null;
        dialog.close();
        box.chosen[0].go();
      },
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus?.({ preventScroll: true });
    });
    dialog.append(box.node);
    this.#layer.append(dialog);
    dialog.showModal();
    box.input.focus();
    box.input.click();
  }

  #goals() {
    const { seen } = this.#store;
    const channels = seen.channels.map((channel) => ({
      value: channel.id,
      label: channel.is_im ? titleOf(channel, this.#store) : `#${channel.name}`,
      hint: channel.topic,
      go: () => this.#places.go(channel.id),
    }));
    const people = seen.people
      .filter((person) => !person.is_bot && person.id !== seen.me)
      .map((person) => ({
        value: person.id,
        label: person.real_name || person.name,
        hint: (person.groups ?? []).map((group) => `@${group}`).join(" "),
        go: () => this.#store.become(person.id),
      }));
    return [
      { label: "Go to", items: channels },
      { label: "Act as", items: people },
    ];
  }
}
