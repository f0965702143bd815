/** Slack's mrkdwn as DOM nodes. */

import { dateWords } from "./dates.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const CODE_BLOCK = /```\n?([\s\S]+?)\n?```/;
/** Ends before an escaped < or >, as before a plain one. */
const BARE_LINK = /https?:\/\/(?:(?!&[lg]t;)[^\s<>|"')\]])*(?!&[lg]t;)[^\s<>|"')\].,;:!?]/;
/** In this order: what stands first wins where two could begin at the same character. */
const INLINE = [
  [/`([^`\n]+)`/, (match) => el("code", { class: "code" }, plain(match[1]))],
  [/<([^<>\n]+)>/, (match, options) => reference(match[1], options)],
  [BARE_LINK, (match, options) => (options.verbatim ? plain(match[0]) : link(plain(match[0])))],
  [styled("\\*"), (match, options) => el("strong", {}, ...scan(match[1], INLINE, options))],
  [styled("_"), (match, options) => el("em", {}, ...scan(match[1], INLINE, options))],
  [styled("~"), (match, options) => el("s", {}, ...scan(match[1], INLINE, options))],
  [/:([a-z0-9_+'-]+):/, (match, options) => (options.emoji === false ? match[0] : emoji(match[1]))],
];

/**
 * *options*: `store` names people and channels, `verbatim` leaves bare addresses alone, `emoji: false` leaves codes.
 */
export function mrkdwn(text, options) {
  const nodes = [];
  let rest = text;
  for (let found = CODE_BLOCK.exec(rest); found; found = CODE_BLOCK.exec(rest)) {
    nodes.push(...paragraphs(rest.slice(0, found.index).replace(/\n$/, ""), options));
    nodes.push(el("pre", { class: "code-block", tabindex: 0 }, plain(found[1])));
    rest = rest.slice(found.index + found[0].length).replace(/^\n/, "");
  }
  return [...nodes, ...paragraphs(rest, options)];
}

/** `{type: "mrkdwn" | "plain_text", text}` as nodes. */
export function textObject(object, options) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, { ...options, verbatim: object.verbatim });
  return lines(object.text, (line) => plainWords(line, object.emoji !== false));
}

/** What a screen reader or a title says for a text object. */
export const textOf = (object) => (object?.type === "mrkdwn" ? plain(object.text) : (object?.text ?? ""));

/** Decodes Slack's three entities. */
export const plain = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);

function plainWords(line, withEmoji) {
  return withEmoji ? scan(line, [INLINE.at(-1)], { literal: true }) : [line];
}

function paragraphs(text, options) {
  if (text === "") return [];
  return grouped(text.split("\n")).flatMap(({ quote, said }) => {
    const children = lines(said.join("\n"), (line) => scan(line, INLINE, options));
    return quote ? [el("blockquote", { class: "quote" }, ...children)] : children;
  });
}

/** Lines in a row that are quoted, or not. */
function grouped(all) {
  const parts = [];
  let forever = false;
  for (const line of all) {
    const mark = /^(?:&gt;|>)(&gt;&gt;|>>)?\s?/.exec(line);
    if (mark?.[1]) forever = true;
    const quote = forever || Boolean(mark);
    if (parts.at(-1)?.quote !== quote) parts.push({ quote, said: [] });
    parts.at(-1).said.push(mark ? line.slice(mark[0].length) : line);
  }
  return parts;
}

function lines(text, draw) {
  return text.split("\n").flatMap((line, at) => [...(at ? [el("br")] : []), ...draw(line)]);
}

/** Each match of any rule, drawn, and the words between them. */
function scan(text, rules, options) {
  const nodes = [];
  const say = (words) => words && nodes.push(options.literal ? words : plain(words));
  let rest = text;
  for (let found = first(rest, rules); found; found = first(rest, rules)) {
    const [match, draw] = found;
    say(rest.slice(0, match.index));
    nodes.push(draw(match, options));
    rest = rest.slice(match.index + match[0].length);
  }
  say(rest);
  return nodes;
}

function first(text, rules) {
  const matches = rules.map(([pattern, draw]) => [pattern.exec(text), draw]).filter(([match]) => match);
  return matches.reduce((best, one) => (best && best[0].index <= one[0].index ? best : one), null);
}

/** `*word*`, where the stars stand at the edges of words; a blank between, also one without width, parts them. */
function styled(mark) {
  return new RegExp(
    `(?<![\\p{L}\\p{N}])${mark}(?![\\s\\u200b])([^\\n]*?[^\\s\\u200b])${mark}(?![\\p{L}\\p{N}])`,
    "u",
  );
}

/** What stands between < and >: a person, channel, group, date or link. */
function reference(inside, { store }) {
  const [target, label] = split(inside);
  const id = target.slice(1);
  if (target.startsWith("@")) return mention("@", store.person(id)?.name ?? label ?? id, id === store.me);
  if (target.startsWith("#")) return mention("#", store.channel(id)?.name ?? label ?? id);
  if (target.startsWith("!subteam^")) return mention("", label ?? `@${store.groupName(target.slice(9))}`);
  if (target.startsWith("!date^")) return dateWords(target, label, store.now());
  if (/^!(here|channel|everyone)$/.test(target)) return mention("@", id, true);
  if (/^(https?:|mailto:|tel:)/.test(target)) return link(plain(target), label && plain(label));
  return plain(`<${inside}>`);
}

function split(inside) {
  const at = inside.indexOf("|");
  return at < 0 ? [inside, undefined] : [inside.slice(0, at), inside.slice(at + 1)];
}

export function mention(sign, name, isMine = false) {
  return el("span", { class: isMine ? "mention mine" : "mention" }, name.startsWith(sign) ? name : sign + name);
}

export function link(href, label) {
  const isSafe = /^(https?:|mailto:|tel:)/.test(href);
  return isSafe ? el("a", { href, target: "_blank", rel: "noreferrer" }, label ?? href) : el("span", {}, label ?? href);
}
