/** A file in a message: what it is, the first lines of it, and the way to get it. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

const UNITS = ["bytes", "KB", "MB", "GB"];

export function fileCard(file) {
  const name = file.title || file.name;
  const about = el("span", { class: "file-words" }, el("strong", {}, name), el("small", {}, sizeOf(file.size)));
  const get = el(
    "a",
    {
      class: "icon-button",
      href: local(file.url_private),
      download: file.name,
      "aria-label": `Download ${name}`,
      title: "Download",
    },
    icon("download"),
  );
  return el("figure", { class: "file" }, el("figcaption", {}, icon("file"), about, get), preview(file, name));
}

function preview(file, name) {
  if (file.mimetype?.startsWith("image/"))
    return el("img", { src: local(file.url_private), alt: name, loading: "lazy" });
  if (!file.preview) return null;
  const text = el("pre", { class: "code-block", tabindex: 0 }, file.preview);
  return el("details", { class: "preview" }, el("summary", {}, "Preview"), text);
}

/** The file's path on the very server that shows this page. */
function local(address) {
  const url = new URL(address, location.href);
  return url.pathname + url.search;
}

export function sizeOf(bytes = 0) {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(1024)), UNITS.length - 1);
  const number = bytes / 1024 ** step;
  return `${number.toFixed(step && number < 10 ? 1 : 0)} ${UNITS[step]}`;
}
