/** One message: who, when, what; its reactions, files and thread; and what one can do with it. */

import { BlockList } from "./blocks.js";
import { clockTime, fullTime } from "./dates.js";
import { el, fill } from "./dom.js";
import { emoji, OFFERED } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { plain } from "./mrkdwn.js";
import { authorOf, avatar, iconButton } from "./parts.js";
import { menuButton } from "./popup.js";

export class Message {
  #store;
  #channel;
  #openThread;
  #message = null;
  #follows = false;
  #head = el("header", {});
  #gutter = el("div", { class: "gutter" });
  #content = el("div", { class: "content" });
  #after = el("div", { class: "after" });
  #tools = el("div", { class: "tools", role: "toolbar", "aria-label": "Message" });
  #blocks;

  constructor(store, channel, { openThread } = {}) {
    this.#store = store;
    this.#channel = channel;
    this.#openThread = openThread;
    const body = el("div", { class: "body" }, this.#head, this.#content, this.#after);
    this.node = el(
      "article",
      { class: "message", tabindex: -1 },
      this.#gutter,
      body,
      el("div", { class: "tools-track" }, this.#tools),
    );
  }

  draw(message, follows) {
    if (message === this.#message && follows === this.#follows) return;
    this.#message = message;
    this.#follows = follows;
    const author = authorOf(message, this.#store);
    this.node.setAttribute("aria-label", `${author.name} at ${clockTime(message.ts)}`);
    this.node.dataset.ts = message.ts;
    this.node.classList.toggle("follows", follows);
    this.node.classList.toggle("private", Boolean(message.is_ephemeral));
    fill(this.#gutter, follows ? time(message.ts) : avatar(author));
    fill(this.#head, ...(follows ? [] : heading(message, author)), message.is_ephemeral && onlyYou());
    this.#drawContent(message);
    this.#keepFocus(() => {
      fill(this.#after, this.#files(), this.#reactions(), this.#thread());
      fill(this.#tools, ...this.#toolbar());
    });
  }

  #keepFocus(redraw) {
    const name = this.node.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    redraw();
    if (name) this.node.querySelector(`[data-focus="${CSS.escape(name)}"]`)?.focus({ preventScroll: true });
  }

  #drawContent(message) {
    const attached = (message.attachments ?? []).flatMap(attachmentBlocks);
    const blocks = message.blocks?.length ? message.blocks : textBlocks(message);
    if (!this.#blocks) {
      const { ts, is_ephemeral = false } = message;
      const container = { type: "message", channel: this.#channel, ts, is_ephemeral };
      this.#blocks = new BlockList({ store: this.#store, container });
      fill(this.#content, this.#blocks.node);
    }
    this.#blocks.draw([...blocks, ...attached]);
    this.#blocks.node.classList.toggle("edited", Boolean(message.edited));
  }

  #files() {
    const { files } = this.#message;
    return files?.length ? el("div", { class: "files" }, files.map(fileCard)) : null;
  }

  #reactions() {
    const { reactions } = this.#message;
    if (!reactions?.length) return null;
    const chips = reactions.map(({ name, users, count }) => {
      const isMine = users.includes(this.#store.me);
      const who = users.map((id) => this.#store.person(id)?.name ?? this.#store.seen.bot.name).join(", ");
      return el(
        "button",
        {
          type: "button",
          class: "reaction",
          "aria-pressed": String(isMine),
          title: `${who}: ${name}`,
          "aria-label": `${name}, ${count}`,
          data: { focus: `reaction ${name}` },
          onclick: () => this.#react(name, isMine),
        },
        emoji(name),
        el("span", {}, String(count)),
      );
    });
    return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, chips);
  }

  #react(name, remove) {
    this.#store.act("reaction", { channel: this.#channel, ts: this.#message.ts, name, remove });
  }

  #thread() {
    const { reply_count: replies, ts } = this.#message;
    if (!replies || !this.#openThread) return null;
    return el(
      "button",
      { type: "button", class: "replies", data: { focus: "replies" }, onclick: () => this.#openThread(ts) },
      icon("reply"),
      replies === 1 ? "1 reply" : `${replies} replies`,
    );
  }

  #toolbar() {
    if (this.#message.is_ephemeral) return [];
    const reply =
      this.#openThread &&
      iconButton("reply", "Reply in thread", () => this.#openThread(this.#root()), {
        data: { focus: "reply" },
      });
    const props = (name, label) => ({ class: "icon-button", "aria-label": label, title: label, data: { focus: name } });
    return [
      menuButton(props("react", "Add reaction"), icon("smile"), () => this.#reactionItems(), {
        label: "Reactions",
        end: true,
      }),
      reply,
      menuButton(props("more", "More actions"), icon("more"), () => this.#moreItems(), {
        label: "More actions",
        end: true,
      }),
    ];
  }

  #root() {
    return this.#message.thread_ts ?? this.#message.ts;
  }

  #reactionItems() {
    return OFFERED.map((name) => ({
      label: name.replaceAll("_", " "),
      mark: el("span", { class: "menu-mark" }, emoji(name)),
      pick: () => this.#react(name, false),
    }));
  }

  #moreItems() {
    const { shortcuts = [] } = this.#store.seen;
    const own = shortcuts
      .filter((one) => one.type === "message")
      .map((one) => ({
        label: one.name,
        hint: one.description,
        pick: () =>
          this.#store.act("shortcut", { callback_id: one.callback_id, channel: this.#channel, ts: this.#message.ts }),
      }));
    const copy = { label: "Copy text", pick: () => navigator.clipboard?.writeText(plain(this.#message.text ?? "")) };
    return [...(own.length ? [...own, { heading: "Message" }] : []), copy];
  }
}

function heading(message, author) {
  return [
    el("strong", { class: "author" }, author.name),
    author.is_bot && el("span", { class: "tag" }, "App"),
    time(message.ts),
  ];
}

function time(ts) {
  const node = el("time", { class: "time", title: fullTime(ts) }, clockTime(ts));
  node.dateTime = new Date(Number(ts) * 1000).toISOString();
  return node;
}

function onlyYou() {
  return el("span", { class: "only-you" }, icon("eye"), "Only visible to you");
}

/** A message without blocks, as one block of the page's own. */
function textBlocks(message) {
  return message.text ? [{ type: "text", text: message.text }] : [];
}

/** The old way to say more, still used: a coloured line beside blocks or text. */
function attachmentBlocks(attachment) {
  const { blocks, text, title, fallback, color } = attachment;
  const said = [title && `*${title}*`, text ?? (blocks ? "" : fallback)].filter(Boolean).join("\n");
  const own = blocks ?? [];
  return [{ type: "attachment", color, blocks: said ? [{ type: "text", text: said }, ...own] : own }];
}
