/** Block Kit as DOM nodes, kept as they are while their JSON stays the same. */

import { el, fill, patch } from "./dom.js";
import { drawElement } from "./elements.js";
import { drawInput } from "./inputs.js";
import { link, mrkdwn, textObject, textOf } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

/** A list of blocks. *scene* is `{store, container}`: who looks, and in which message or view. */
export class BlockList {
  #scene;
  #drawn = new WeakMap();

  constructor(scene) {
    this.#scene = scene;
    this.node = el("div", { class: "blocks" });
  }

  /** Blocks whose JSON did not change keep their nodes, and so the focus and what was typed. */
  draw(blocks) {
    patch(this.node, blocks, keyOf, (block, old) => {
      const json = JSON.stringify({ ...block, block_id: undefined });
      const kept = old && this.#drawn.get(old) === json;
      const node = kept ? old : drawBlock(block, this.#scene);
      if (old && !kept) carryOver(old, node);
      node.dataset.block = block.block_id ?? "";
      this.#drawn.set(node, json);
      return node;
    });
  }
}

/** Inputs are known by their id, since what was typed belongs to it; all else by its place. */
function keyOf(block, at) {
  return block.type === "input" ? `input ${block.block_id ?? at}` : `${at} ${block.type}`;
}

/** What was typed stays when a block is drawn anew, as Slack keeps it. */
function carryOver(old, node) {
  for (const field of old.querySelectorAll("[data-action]")) {
    const same = node.querySelector(`[data-action="${CSS.escape(field.dataset.action)}"]`);
    if (field.restore && same?.restore) same.restore(field.snapshot());
  }
}

function drawBlock(block, scene) {
  const draw = BLOCKS[block.type];
  if (!draw) return el("div", { class: "block unknown" }, `The page cannot show a block of type “${block.type}”.`);
  const node = draw(block, scene);
  node.classList.add("block", `block-${block.type}`);
  return node;
}

const BLOCKS = {
  text: (block, scene) => el("div", {}, ...mrkdwn(block.text, scene)),
  section: (block, scene) => {
    const fields = (block.fields ?? []).map((field) => el("div", {}, ...textObject(field, scene)));
    const words = el(
      "div",
      { class: "section-words" },
      block.text && el("div", {}, ...textObject(block.text, scene)),
      fields.length > 0 && el("div", { class: "fields" }, ...fields),
    );
    const accessory = block.accessory && drawElement(block.accessory, scene);
    return el("div", {}, words, accessory && el("div", { class: "accessory" }, accessory));
  },
  header: (block, scene) => el("h3", {}, ...textObject(block.text, scene)),
  divider: () => el("hr"),
  context: (block, scene) => el("div", {}, ...block.elements.map((element) => contextPart(element, scene))),
  actions: (block, scene) => el("div", {}, ...block.elements.map((element) => drawElement(element, scene))),
  input: (block, scene) => drawInput(block, scene),
  image: (block, scene) =>
    el(
      "figure",
      {},
      block.title && el("figcaption", {}, ...textObject(block.title, scene)),
      el("img", { src: block.image_url, alt: block.alt_text, loading: "lazy" }),
    ),
  rich_text: (block, scene) => el("div", {}, ...richText(block.elements, scene)),
  markdown: (block, scene) => el("div", {}, ...mrkdwn(asMrkdwn(block.text), scene)),
  table: (block, scene) => el("div", {}, table(block.rows, scene)),
  video: (block) => el("div", {}, link(block.video_url, textOf(block.title))),
  attachment: (block, scene) => {
    const node = el("div", {});
    if (block.color) node.style.setProperty("--bar", named(block.color));
    const inside = new BlockList(scene);
    inside.draw(block.blocks);
    return fill(node, inside.node);
  },
};

function contextPart(element, scene) {
  if (element.type === "image") return el("img", { src: element.image_url, alt: element.alt_text, loading: "lazy" });
  return el("span", {}, ...textObject(element, scene));
}

function table(rows, scene) {
  const cell = (tag, { type, text, elements }) =>
    el(tag, {}, ...(type === "rich_text" ? richText(elements, scene) : [text]));
  const [head, ...others] = rows;
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...head.map((one) => cell("th", one)))),
    el("tbody", {}, ...others.map((row) => el("tr", {}, ...row.map((one) => cell("td", one))))),
  );
}

/** Markdown's headings, bold, strike and links in Slack's own signs. */
function asMrkdwn(text) {
  return text
    .replace(/\*\*(.+?)\*\*/g, "*$1*")
    .replace(/~~(.+?)~~/g, "~$1~")
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
    .replace(/^#{1,6} +(.+)$/gm, "*$1*")
    .replace(/^[-*] +/gm, "• ");
}

function named(color) {
  return (
    { good: "var(--good)", warning: "var(--careful)", danger: "var(--bad)" }[color] ?? `#${color.replace(/^#/, "")}`
  );
}
