/** Small pieces that many parts of the page share. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

export function iconButton(sign, label, onclick, more = {}) {
  return el(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...more },
    icon(sign),
  );
}

/** A person as a square with initials, or the bot with its sign. */
export function avatar(person, size = "") {
  const square = el("span", { class: `avatar ${size}`, "aria-hidden": "true" });
  if (person?.is_bot) {
    square.classList.add("bot");
    square.append(icon("stack"));
  } else {
    square.textContent = (person?.name ?? "?").slice(0, 1).toUpperCase();
    if (person?.color) square.style.backgroundColor = `#${person.color.replace(/^#/, "")}`;
  }
  return square;
}

/** Who wrote a message: a person, or a bot that the snapshot names. */
export function authorOf(message, store) {
  const { bot } = store.seen;
  const isBot = message.bot_id === bot.bot_id || message.user === bot.user_id;
  if (isBot) return { name: message.username ?? bot.name, is_bot: true };
  const person = store.person(message.user);
  return person
    ? { ...person, name: person.real_name || person.name }
    : { name: message.username ?? message.user ?? "Somebody" };
}

/** `#ops`, or the bot's name for the conversation with it. */
export function titleOf(channel, store) {
  return channel.is_im ? store.seen.bot.name : channel.name;
}
