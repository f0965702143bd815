/** The left side: the workspace, as whom one acts, and the places to go. */

import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, iconButton, titleOf } from "./parts.js";
import { menuButton } from "./popup.js";
import { isDark, toggleTheme } from "./theme.js";

const REDRAWN_BY = new Set(["snapshot", "place", "message", "ephemeral", "channel", "app", "online"]);

export class Sidebar {
  #node;
  #store;
  #places;
  #jump;
  #outside;
  #drawn = "";

  constructor(node, store, places, jump, outside) {
    this.#node = node;
    this.#store = store;
    this.#places = places;
    this.#jump = jump;
    this.#outside = outside;
  }

  draw({ kind }) {
    if (!REDRAWN_BY.has(kind)) return;
    const { seen, online } = this.#store;
    const { channel, tab, unread } = this.#places;
    const wanted = JSON.stringify([seen.me, seen.people, seen.channels, seen.app, online, channel, tab, [...unread]]);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    const focused = document.activeElement?.dataset?.focus;
    fill(
      this.#node,
      this.#head(),
      this.#person(),
      this.#list("Channels", false),
      this.#list("Apps", true),
      this.#world(),
      this.#foot(),
    );
    if (focused) this.#node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  #head() {
    const jump = iconButton("search", "Jump to… (Ctrl K)", () => this.#jump.open());
    return el("div", { class: "workspace" }, el("strong", {}, this.#store.seen.team.name), jump);
  }

  #person() {
    const me = this.#store.person(this.#store.me);
    const content = [
      avatar(me),
      el("span", { class: "acting" }, el("small", {}, "Acting as"), el("span", {}, me.real_name || me.name)),
      icon("chevron"),
    ];
    return menuButton({ class: "person-switch", data: { focus: "person" } }, content, () => this.#people(), {
      label: "Act as",
    });
  }

  #people() {
    const people = this.#store.seen.people.filter((person) => !person.is_bot);
    return people.map((person) => ({
      label: person.real_name || person.name,
      hint: person.groups?.length ? person.groups.map((group) => `@${group}`).join(" ") : "in no group",
      mark: avatar(person, "small"),
      checked: person.id === this.#store.me,
      pick: () => this.#store.become(person.id),
    }));
  }

  #list(title, apps) {
    const channels = this.#store.seen.channels.filter((channel) => Boolean(channel.is_im) === apps);
    const items = channels.map((channel) => el("li", {}, this.#place(channel)));
    return el("section", { class: "places" }, el("h2", {}, title), el("ul", {}, ...items));
  }

  #place(channel) {
    const unread = this.#places.unread.get(channel.id) ?? 0;
    const title = titleOf(channel, this.#store);
    const isHere = this.#places.channel === channel.id;
    return el(
      "button",
      {
        type: "button",
        class: unread ? "place unread" : "place",
        "aria-current": isHere ? "page" : undefined,
        "aria-label": unread ? `${title}, ${unread} new` : title,
        data: { focus: channel.id },
        onclick: () => this.#places.go(channel.id, channel.is_im && !unread && !isHere ? "home" : "messages"),
      },
      channel.is_im ? avatar({ is_bot: true }, "small") : icon("hash"),
      el("span", { class: "name" }, title),
      channel.is_im && this.#presence(),
      unread > 0 && el("span", { class: "badge" }, String(unread)),
    );
  }

  #presence() {
    const isThere = this.#store.seen.app.connected && this.#store.online;
    return el("span", {
      class: isThere ? "presence here" : "presence",
      title: isThere ? "connected" : "not connected",
    });
  }

  /** The way to the panel of what happens elsewhere, where the sandbox has such a world. */
  #world() {
    if (!this.#store.seen.has_outside) return null;
    const open = () => this.#outside.open();
    return el(
      "section",
      { class: "places" },
      el(
        "button",
        { type: "button", class: "place", "aria-label": "Outside world", data: { focus: "outside" }, onclick: open },
        icon("globe"),
        el("span", { class: "name" }, "Outside world"),
      ),
    );
  }

  #foot() {
    const theme = iconButton(
      isDark() ? "sun" : "moon",
      isDark() ? "Light colours" : "Dark colours",
      () => {
        toggleTheme();
        this.#drawn = "";
        this.draw({ kind: "place" });
      },
      { data: { focus: "theme" } },
    );
    return el("div", { class: "foot" }, el("small", {}, "A sandbox on this machine. Nothing leaves it."), theme);
  }
}
