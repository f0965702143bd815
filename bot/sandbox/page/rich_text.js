/** The rich_text block: sections, lists, quotes and code, made of styled parts. */

import { dateWords } from "./dates.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

export function richText(elements, scene) {
  return elements.map((element) => SHAPES[element.type]?.(element, scene) ?? el("span"));
}

const SHAPES = {
  rich_text_section: ({ elements }, scene) => el("div", {}, ...parts(elements, scene)),
  rich_text_preformatted: ({ elements }, scene) =>
    el("pre", { class: "code-block", tabindex: 0 }, ...parts(elements, scene)),
  rich_text_quote: ({ elements }, scene) => el("blockquote", { class: "quote" }, ...parts(elements, scene)),
  rich_text_list: ({ style, elements, indent = 0, offset = 0 }, scene) => {
    const items = elements.map((item) => el("li", {}, ...parts(item.elements, scene)));
    const list = el(style === "ordered" ? "ol" : "ul", { start: offset ? offset + 1 : undefined }, ...items);
    list.style.marginInlineStart = `${indent * 1.5}em`;
    return list;
  },
};

function parts(elements, scene) {
  return elements.flatMap((part) => styled(part, PARTS[part.type]?.(part, scene) ?? part.text ?? ""));
}

const PARTS = {
  text: ({ text }) => text.split("\n").flatMap((line, at) => (at ? [el("br"), line] : [line])),
  link: ({ url, text }) => link(url, text),
  user: ({ user_id: id }, { store }) => mention("@", store.person(id)?.name ?? id, id === store.me),
  channel: ({ channel_id: id }, { store }) => mention("#", store.channel(id)?.name ?? id),
  usergroup: ({ usergroup_id: id }, { store }) => mention("@", store.groupName(id)),
  broadcast: ({ range }) => mention("@", range, true),
  emoji: ({ name }) => emoji(name),
  date: ({ timestamp, format, url, fallback }, { store }) =>
    dateWords(`!date^${timestamp}^${format}${url ? `^${url}` : ""}`, fallback, store.now()),
  color: ({ value }) => value,
};

function styled({ style = {} }, content) {
  const wrap = (inside, [name, tag]) =>
    style[name] ? el(tag, { class: tag === "code" ? "code" : undefined }, inside) : inside;
  return Object.entries(STYLES).reduce(wrap, content);
}
