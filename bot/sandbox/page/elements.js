/** What stands in a message or view to be used at once: buttons, overflow menus, and fields that act when they change. */

import { use } from "./acting.js";
import { el } from "./dom.js";
import { drawField, isField } from "./fields.js";
import { icon } from "./icons.js";
import { textObject, textOf } from "./mrkdwn.js";
import { menuButton } from "./popup.js";

export function drawElement(element, scene) {
  if (element.type === "button" || element.type === "workflow_button")
    return el("span", { class: "element" }, button(element, scene));
  if (element.type === "overflow") return el("span", { class: "element" }, overflow(element, scene));
  if (element.type === "image") return el("img", { src: element.image_url, alt: element.alt_text, loading: "lazy" });
  if (isField(element)) return el("span", { class: "element" }, acting(element, scene));
  return el("span", { class: "unknown" }, `The page cannot show an element of type “${element.type}”.`);
}

function button(element, scene) {
  const { text, style, url, value, accessibility_label: label, action_id: action } = element;
  const click = async (event) => {
    const went = await use(event.currentTarget, element, scene, { value, text });
    if (went && /^https?:/.test(url ?? "")) window.open(url, "_blank", "noreferrer");
  };
  return el(
    "button",
    {
      type: "button",
      class: style ? `button ${style}` : "button",
      "aria-label": label,
      data: { focus: `button ${action}` },
      onclick: click,
    },
    el("span", { class: "button-words" }, ...textObject(text, scene), url && icon("link")),
  );
}

function overflow(element, scene) {
  let control = null;
  const items = () =>
    element.options.map((option) => ({
      label: textOf(option.text),
      hint: textOf(option.description),
      pick: () => {
        if (/^https?:/.test(option.url ?? "")) window.open(option.url, "_blank", "noreferrer");
        use(control, element, scene, { selected_option: option });
      },
    }));
  const props = {
    class: "button overflow",
    "aria-label": "More",
    title: "More",
    data: { focus: `overflow ${element.action_id}` },
  };
  control = menuButton(props, icon("more"), items, { label: "More", end: true });
  return control;
}

/** A field outside of an input block: it tells the app about each change. */
function acting(element, scene) {
  let before = null;
  const tell = async () => {
    const went = await use(field, element, scene, field.state());
    if (went) before = field.snapshot();
    else field.restore(before);
  };
  const field = drawField(element, scene, {
    label: textOf(element.placeholder) || "Choose",
    changed: (how) => how === "chosen" && tell(),
  });
  before = field.snapshot();
  return field;
}
