/** Everything that holds a value: texts, numbers, dates, boxes to tick and selects. Each knows its state in Slack's words. */

import { isSelect, select } from "./choices.js";
import { el, fill, freshId } from "./dom.js";
import { fileField } from "./file_field.js";
import { textObject, textOf } from "./mrkdwn.js";

const TEXTS = new Set(["plain_text_input", "email_text_input", "url_text_input", "number_input"]);
const INPUT_TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};
const MOMENTS = { datepicker: "date", timepicker: "time", datetimepicker: "date_time" };

export const isField = ({ type }) => isSelect({ type }) || TEXTS.has(type) || type in MOMENTS || type in BOXES || type === "file_input";

/**
 * A field for *element*. *changed(how)* is called with "chosen", "typed" or "entered".
 * The node has `control` (what a label names), `state()`, `snapshot()` and `restore(snapshot)`.
 */
export function drawField(element, scene, { label, changed = () => {} }) {
  const node = el("span", {
    class: "field",
    data: { action: element.action_id ?? "", focus: `field ${element.action_id}` },
  });
  const draw = isSelect(element)
    ? selectField
    : TEXTS.has(element.type)
      ? textField
      : element.type in MOMENTS
        ? momentField
        : element.type === "file_input"
          ? fileField
          : boxesField;
  return Object.assign(node, draw(node, element, scene, { label, changed }));
}

function selectField(node, element, scene, { label, changed }) {
  const blockOf = () => node.closest("[data-block]").dataset.block;
  const { box, state } = select(element, scene, { label, blockOf, changed: () => changed("chosen") });
  fill(node, box.node);
  return { control: box.input, state, snapshot: () => box.chosen, restore: (items) => (box.chosen = items) };
}

function textField(node, element, scene, { label, changed }) {
  const isLong = Boolean(element.multiline);
  const isNumber = element.type === "number_input";
  const counter = element.max_length ? el("span", { class: "counter", "aria-hidden": "true" }) : null;
  const count = () => counter && (counter.textContent = String(element.max_length - [...control.value].length));
  const control = el(isLong ? "textarea" : "input", {
    id: freshId("text"),
    class: "text",
    "aria-label": label,
    placeholder: textOf(element.placeholder) || undefined,
    rows: isLong ? 4 : undefined,
    type: isLong ? undefined : (INPUT_TYPES[element.type] ?? "text"),
    inputmode: isNumber ? (element.is_decimal_allowed ? "decimal" : "numeric") : undefined,
    minlength: element.min_length,
    maxlength: element.max_length,
    min: element.min_value,
    max: element.max_value,
    autocomplete: "off",
    oninput: () => (count(), changed("typed")),
    onkeydown: (event) => event.key === "Enter" && !isLong && !event.isComposing && changed("entered", event),
  });
  control.value = element.initial_value ?? "";
  count();
  fill(node, control, counter);
  if (element.focus_on_load) control.autofocus = true;
  return {
    control,
    state: () => ({ type: element.type, value: control.value === "" ? null : control.value }),
    snapshot: () => ({
      value: control.value,
      at: control === document.activeElement ? [control.selectionStart, control.selectionEnd] : null,
    }),
    restore: ({ value, at }) => {
      control.value = value;
      count();
      if (at && at[0] !== null) queueMicrotask(() => control.setSelectionRange(...at));
    },
  };
}

function momentField(node, element, scene, { label, changed }) {
  const kind = MOMENTS[element.type];
  const isBoth = kind === "date_time";
  const control = el("input", {
    id: freshId("moment"),
    class: "text moment",
    type: INPUT_TYPES[element.type],
    "aria-label": label,
    onchange: () => changed("chosen"),
  });
  const shown = (value) => (isBoth && value ? localMinute(value) : (value ?? ""));
  const said = () => (isBoth ? Math.floor(new Date(control.value).getTime() / 1000) : control.value);
  control.value = shown(element[`initial_${kind}`]);
  fill(node, control);
  return {
    control,
    state: () => ({ type: element.type, [`selected_${kind}`]: control.value ? said() : null }),
    snapshot: () => control.value,
    restore: (value) => (control.value = value),
  };
}

/** Unix seconds as the browser's own input writes them, in the reader's time zone. */
function localMinute(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const BOXES = {
  radio_buttons: { type: "radio", role: "radiogroup", initial: ({ initial_option: one }) => (one ? [one.value] : []) },
  checkboxes: {
    type: "checkbox",
    role: "group",
    initial: ({ initial_options: some }) => (some ?? []).map((one) => one.value),
  },
};

function boxesField(node, element, scene, { label, changed }) {
  const { type, role, initial } = BOXES[element.type];
  const ticked = new Set(initial(element));
  const name = freshId("boxes");
  const boxes = element.options.map((option) => {
    const box = el("input", { type, name, value: option.value, onchange: () => changed("chosen") });
    box.checked = ticked.has(option.value);
    return box;
  });
  const lines = element.options.map((option, at) =>
    el(
      "label",
      { class: "box" },
      boxes[at],
      el(
        "span",
        {},
        ...textObject(option.text, scene),
        option.description && el("small", {}, ...textObject(option.description, scene)),
      ),
    ),
  );
  const group = el("span", { class: "boxes", role, id: name, "aria-label": label }, ...lines);
  fill(node, group);
  const chosen = () => element.options.filter((option, at) => boxes[at].checked);
  return {
    control: group,
    state: () =>
      type === "radio"
        ? { type: element.type, selected_option: chosen()[0] ?? null }
        : { type: element.type, selected_options: chosen() },
    snapshot: () => boxes.filter((box) => box.checked).map((box) => box.value),
    restore: (values) => boxes.forEach((box) => (box.checked = values.includes(box.value))),
  };
}
