/** The input block: a label, a field, a hint, and the place where its error stands. */

import { use } from "./acting.js";
import { el, freshId } from "./dom.js";
import { drawField, isField } from "./fields.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";

export function drawInput(block, scene) {
  const { element, label, hint, optional = false } = block;
  if (!isField(element)) return el("div", {}, `The page cannot show an input of type “${element.type}”.`);
  const field = drawField(element, scene, { changed: (how, event) => changed(how, event) });
  const labelId = freshId("label");
  const errorId = freshId("error");
  const isGroup = field.control.getAttribute("role")?.includes("group");
  field.control.setAttribute("aria-labelledby", labelId);
  field.control.setAttribute("aria-describedby", errorId);
  if (!optional) field.control.setAttribute("aria-required", "true");
  const node = el(
    "div",
    { class: "input" },
    el(
      isGroup ? "span" : "label",
      { class: "label", id: labelId, for: isGroup ? undefined : field.control.id },
      ...textObject(label, scene),
      optional && el("small", {}, " (optional)"),
    ),
    field,
    hint && el("p", { class: "hint" }, ...textObject(hint, scene)),
    el("p", { class: "error", id: errorId, role: "alert", hidden: true }),
  );
  const changed = (how, event) => {
    showError(node, null);
    const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    const isWanted = how === "chosen" || on.includes(how === "entered" ? "on_enter_pressed" : "on_character_entered");
    if (!block.dispatch_action || !isWanted) return;
    event?.preventDefault();
    use(field, element, scene, field.state());
  };
  return Object.assign(node, { field, isRequired: !optional });
}

/** Shows *text* below the input, or takes it away. */
export function showError(input, text) {
  const place = input.querySelector(".error");
  place.hidden = !text;
  place.replaceChildren(...(text ? [icon("warning"), text] : []));
  input.classList.toggle("wrong", Boolean(text));
  if (text) input.field.control.setAttribute("aria-invalid", "true");
  else input.field.control.removeAttribute("aria-invalid");
}

/** What is missing or cannot be, in Slack's own words; null when the app may look at it. */
export function problemOf(input) {
  const state = input.field.state();
  const given = Object.entries(state).find(([name]) => name !== "type")[1];
  const isEmpty = given === null || given === "" || (Array.isArray(given) && given.length === 0);
  if (isEmpty) return input.isRequired ? "Please complete this required field." : null;
  const { control } = input.field;
  if (state.type === "number_input") return problemOfNumber(given, control);
  if (state.type === "email_text_input" && control.validity.typeMismatch) return "Please enter a valid email address.";
  if (state.type === "url_text_input" && control.validity.typeMismatch) return "Please enter a valid URL.";
  if (control.minLength > 0 && [...given].length < control.minLength)
    return `Must be at least ${control.minLength} characters.`;
  return null;
}

function problemOfNumber(given, { inputMode, min, max }) {
  const isNumber = inputMode === "decimal" ? /^-?\d*\.?\d+$/ : /^-?\d+$/;
  if (!isNumber.test(given)) return inputMode === "decimal" ? "Please enter a number." : "Please enter a whole number.";
  if (min && Number(given) < Number(min)) return `Must be at least ${min}.`;
  if (max && Number(given) > Number(max)) return `Must be at most ${max}.`;
  return null;
}
