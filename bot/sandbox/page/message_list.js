/** A column of messages that grows and changes in place: a channel, or a thread. */

import { dayOf, dayWords } from "./dates.js";
import { el, fill, patch } from "./dom.js";
import { icon } from "./icons.js";
import { Message } from "./message.js";

const GROUPED_S = 300;
const NEAR_PX = 60;

export class MessageList {
  #store;
  #options;
  #empty;
  #place = "";
  #channel = "";
  /** Does the reader follow the end? */
  #stick = true;
  #shown = new WeakMap();
  #column = el("div", { class: "column" });
  #more = el(
    "button",
    { type: "button", class: "to-newest", hidden: true, onclick: () => this.toNewest() },
    icon("down"),
    "New messages",
  );

  /** *options*: `label`, `empty` (a sentence), `openThread(ts)` where messages may be answered. */
  constructor(store, options) {
    this.#store = store;
    this.#options = options;
    this.#empty = el("p", { class: "nothing" }, options.empty ?? "");
    this.log = el(
      "div",
      {
        class: "log",
        role: "log",
        "aria-live": "polite",
        "aria-label": options.label,
        tabindex: 0,
        onscroll: () => this.#isAtEnd() && (this.#more.hidden = true),
        onkeydown: (event) => this.#walk(event),
      },
      this.#empty,
      this.#column,
    );
    this.node = el("div", { class: "log-frame" }, this.log, this.#more);
    // Pictures and fonts arrive late, and a composer grows: whoever reads the end stays at the end.
    new ResizeObserver(() => this.#stick && this.toNewest()).observe(this.#column);
    new ResizeObserver(() => this.#stick && this.toNewest()).observe(this.log);
  }

  /** *place* says whose eyes see which column: another one starts anew, at its end. */
  draw(place, channel, messages) {
    const isOther = this.#place !== place;
    this.#stick = isOther || this.#isAtEnd();
    if (isOther) fill(this.#column);
    this.#place = place;
    this.#channel = channel;
    this.#empty.hidden = messages.length > 0;
    const before = this.#column.lastElementChild?.dataset.key;
    patch(
      this.#column,
      [...rows(messages)],
      (row) => row.key,
      (row, old) => this.#row(row, old),
    );
    if (this.#stick) this.toNewest();
    else if (before !== this.#column.lastElementChild?.dataset.key) this.#more.hidden = false;
  }

  /** Moves the focus to the newest message. */
  focusNewest() {
    [...this.#column.querySelectorAll(".message")].at(-1)?.focus();
  }

  toNewest() {
    this.log.scrollTop = this.log.scrollHeight;
    this.#more.hidden = true;
  }

  #isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.log;
    this.#stick = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    return this.#stick;
  }

  #row(row, old) {
    if (row.day) return old ?? this.#day(row.day);
    const message = (old && this.#shown.get(old)) ?? new Message(this.#store, this.#channel, this.#options);
    message.draw(row.message, row.follows);
    this.#shown.set(message.node, message);
    return message.node;
  }

  #day(stamp) {
    const words = dayWords(stamp, this.#store.now());
    return el("div", { class: "day", role: "separator", "aria-label": words }, el("span", {}, words));
  }

  /** Arrow keys go from message to message. */
  #walk(event) {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const all = [...this.#column.querySelectorAll(".message")];
    const at = all.indexOf(event.target);
    if (at < 0 && event.target !== this.log) return;
    event.preventDefault();
    const next = at < 0 ? all.at(-1) : all[at + (event.key === "ArrowUp" ? -1 : 1)];
    next?.focus();
  }
}

/** Messages with the days between them; one *follows* when the same author wrote just before. */
function* rows(messages) {
  let last = null;
  for (const message of messages) {
    const isNewDay = !last || dayOf(last.ts) !== dayOf(message.ts);
    if (isNewDay) yield { key: `day ${dayOf(message.ts)}`, day: message.ts };
    yield { key: message.ts, message, follows: !isNewDay && follows(message, last) };
    last = message;
  }
}

function follows(message, last) {
  if (message.blocks?.[0]?.type === "header") return false; // it has a head of its own, and reads as a new thing
  const isSame = message.user === last.user && message.bot_id === last.bot_id && !last.reply_count;
  return isSame && !message.is_ephemeral === !last.is_ephemeral && Number(message.ts) - Number(last.ts) < GROUPED_S;
}
