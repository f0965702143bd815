/** Moments in words, in the reader's own time zone. */

import { el } from "./dom.js";

const DAY_S = 86400;

const intl = (options) => {
  const format = new Intl.DateTimeFormat(undefined, options);
  return (date) => format.format(date);
};
const time = intl({ hour: "2-digit", minute: "2-digit" });
const long = intl({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const medium = intl({ day: "numeric", month: "long", year: "numeric" });
const short = intl({ day: "numeric", month: "short", year: "numeric" });

/** Slack's tokens: https://docs.slack.dev/messaging/formatting-message-text#date-formatting */
const TOKENS = {
  date_num: (date) => isoDay(date),
  date: medium,
  date_slash: intl({ day: "2-digit", month: "2-digit", year: "numeric" }),
  date_long: long,
  date_short: short,
  date_pretty: (date, now) => near(date, now) ?? medium(date),
  date_short_pretty: (date, now) => near(date, now) ?? short(date),
  date_long_pretty: (date, now) => near(date, now) ?? long(date),
  time,
  time_secs: intl({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  ago: (date, now) => ago(now - date.getTime() / 1000),
};

/** `!date^1700000000^{date} at {time}^https://link` with its fallback. */
export function dateWords(target, fallback, now) {
  const [, stamp, format = "", href] = target.split("^");
  if (!/^\d+$/.test(stamp ?? "")) return fallback ?? "";
  const node = el("time", { data: { stamp, format }, title: fullTime(Number(stamp)) });
  node.dateTime = new Date(Number(stamp) * 1000).toISOString();
  node.textContent = written(stamp, format, now);
  return /^https?:/.test(href ?? "") ? el("a", { href, target: "_blank", rel: "noreferrer" }, node) : node;
}

/** "today" and "2 minutes ago" grow old: say them again. */
export function refreshDates(root, now) {
  for (const node of root.querySelectorAll("time[data-format]")) {
    const words = written(node.dataset.stamp, node.dataset.format, now);
    if (node.textContent !== words) node.textContent = words;
  }
}

function written(stamp, format, now) {
  const date = new Date(Number(stamp) * 1000);
  const words = (whole, name) => TOKENS[name]?.(date, now) ?? whole;
  // "Today" where it comes first, but "starts today".
  return format.replace(/\{(\w+)\}/g, (whole, name, at) => (at === 0 ? capital(words(whole, name)) : words(whole, name)));
}

const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

export const clockTime = (stamp) => time(new Date(Number(stamp) * 1000));

export const fullTime = (stamp) => {
  const date = new Date(Number(stamp) * 1000);
  return `${long(date)}, ${TOKENS.time_secs(date)}`;
};

export const dayOf = (stamp) => isoDay(new Date(Number(stamp) * 1000));

export const dayWords = (stamp, now) => written(stamp, "{date_long_pretty}", now);

function near(date, now) {
  const day = isoDay(date);
  if (day === dayOf(now)) return "today";
  if (day === dayOf(now - DAY_S)) return "yesterday";
  if (day === dayOf(now + DAY_S)) return "tomorrow";
  return null;
}

function isoDay(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function ago(seconds) {
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  const [unit, size] = [
    ["day", DAY_S],
    ["hour", 3600],
    ["minute", 60],
    ["second", 1],
  ].find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return words.format(-Math.round(seconds / size), unit);
}
