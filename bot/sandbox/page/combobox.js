/** A choice from a list that one can search: one thing, or several as chips. */

import { el, fill, freshId } from "./dom.js";
import { icon } from "./icons.js";
import { placeBeside, stayBeside } from "./popup.js";

const WAIT_MS = 200;

/**
 * *find(text)* answers (or promises) groups `[{label?, items: [{value, label, hint?}]}]`, or a sentence.
 * *changed()* is called when the person chose.
 */
export class Combobox {
  #options;
  #chosen;
  #active = -1;
  #asked = 0;
  #timer = 0;
  #leave = () => {};
  #list = el("div", { class: "listbox", role: "listbox", id: freshId("list"), popover: "manual" });
  #chips = el("span", { class: "chips" });

  constructor(options) {
    this.#options = options;
    this.#chosen = options.chosen ?? [];
    this.input = el("input", {
      id: freshId("choose"),
      type: "text",
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.#list.id,
      "aria-label": options.label,
      oninput: () => this.#search(this.input.value),
      onclick: () => this.#open(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#close(),
    });
    if (options.several) this.#list.setAttribute("aria-multiselectable", "true");
    // The input keeps the focus while one clicks in the list.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    const box = el(
      "span",
      { class: "combobox", onclick: () => this.input.focus() },
      this.#chips,
      this.input,
      icon("chevron"),
    );
    this.node = el("span", { class: "combobox-frame" }, box, this.#list);
    this.#show();
  }

  get chosen() {
    return this.#chosen;
  }

  set chosen(items) {
    this.#chosen = items;
    this.#show();
  }

  get #isOpen() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  #show() {
    const { several, placeholder = "Choose…" } = this.#options;
    const isEmpty = this.#chosen.length === 0;
    this.input.value = several || isEmpty ? "" : this.#chosen[0].label;
    this.input.placeholder = several && !isEmpty ? "" : placeholder;
    fill(this.#chips, several && this.#chosen.map((item) => this.#chip(item)));
  }

  #chip(item) {
    const remove = el(
      "button",
      { type: "button", "aria-label": `Remove ${item.label}`, onclick: () => this.#toggle(item) },
      icon("close"),
    );
    return el("span", { class: "chip" }, item.label, remove);
  }

  #open() {
    if (this.#isOpen) return;
    this.input.select();
    this.#search("", 0);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (this.#isOpen) {
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      this.#list.hidePopover();
      this.#leave();
    }
    this.#show();
  }

  #search(text, wait = this.#options.slow ? WAIT_MS : 0) {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    const ask = async () => {
      const found = this.#options.find(text);
      if (found instanceof Promise) this.#fill("Searching…");
      const groups = await found;
      if (asked === this.#asked) this.#fill(groups);
    };
    if (wait) this.#timer = setTimeout(ask, wait);
    else ask();
  }

  /** Shows *groups*, or a sentence in their place. */
  #fill(groups) {
    const isSentence = typeof groups === "string";
    const full = isSentence ? [] : groups.filter((group) => group.items.length > 0);
    const nothing = isSentence ? groups : "Nothing fits.";
    fill(this.#list, full.length ? full.map((group) => this.#group(group)) : el("p", { class: "nothing" }, nothing));
    if (!this.#isOpen) {
      this.input.setAttribute("aria-expanded", "true");
      this.#list.showPopover();
      this.#leave = stayBeside(this.#list, this.node, { sameWidth: true });
    }
    placeBeside(this.#list, this.node, { sameWidth: true });
    const selected = this.#all().findIndex((node) => node.getAttribute("aria-selected") === "true");
    this.#activate(Math.max(selected, 0));
  }

  #group({ label, items }) {
    const options = items.map((item) => this.#option(item));
    if (!label) return options;
    return el("div", { role: "group", "aria-label": label }, el("div", { class: "menu-heading" }, label), options);
  }

  #option(item) {
    const isChosen = this.#chosen.some((one) => one.value === item.value);
    const words = el(
      "span",
      { class: "menu-words" },
      el("span", {}, item.label),
      item.hint && el("small", {}, item.hint),
    );
    const props = { class: "option", role: "option", id: freshId("option"), "aria-selected": String(isChosen) };
    return el("div", { ...props, onclick: () => this.#pick(item) }, words, isChosen && icon("check"));
  }

  #all() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  #activate(at) {
    const all = this.#all();
    this.#active = all.length ? (at + all.length) % all.length : -1;
    all.forEach((node, place) => node.classList.toggle("active", place === this.#active));
    const active = all[this.#active];
    if (active) this.input.setAttribute("aria-activedescendant", active.id);
    active?.scrollIntoView({ block: "nearest" });
  }

  #pick(item) {
    if (this.#options.several) this.#toggle(item);
    else {
      this.#chosen = [item];
      this.#options.changed();
    }
    this.#close();
  }

  #toggle(item) {
    const { most = Infinity } = this.#options;
    const others = this.#chosen.filter((one) => one.value !== item.value);
    const isNew = others.length === this.#chosen.length;
    if (isNew && others.length >= most) return;
    this.#chosen = isNew ? [...others, item] : others;
    this.#show();
    this.#options.changed();
  }

  #key(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (this.#isOpen) this.#activate(this.#active + (key === "ArrowDown" ? 1 : -1));
      else this.#open();
    } else if (key === "Enter") {
      event.preventDefault();
      if (this.#isOpen) this.#all()[this.#active]?.click();
      else this.#open();
    } else if (key === "Escape" && this.#isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (key === "Backspace" && !this.input.value && this.#options.several && this.#chosen.length) {
      this.#toggle(this.#chosen.at(-1));
    }
  }
}
