/** What happens when somebody uses an element: the question before, the call, the waiting, and the sign of failure. */

import { askFirst } from "./confirm.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/**
 * Tells the server that *control* was used. *action* is what Slack calls the action, without its ids.
 * Answers false when the person thought better of it.
 */
export async function use(control, element, scene, action) {
  if (control.getAttribute("aria-busy") === "true") return false;
  if (element.confirm && !(await askFirst(element.confirm, scene))) return false;
  const block = control.closest("[data-block]");
  control.parentElement.querySelector(":scope > .failed")?.remove();
  control.setAttribute("aria-busy", "true");
  const answer = await scene.store.act(
    "block",
    {
      container: scene.container,
      action: { type: element.type, block_id: block.dataset.block, action_id: element.action_id, ...action },
      state: { values: stateOf(control.closest(".message, .view")) },
    },
    { ack: true },
  );
  control.removeAttribute("aria-busy");
  if (answer.error)
    control.after(failure(answer.ok ? `${scene.store.seen.bot.name} did not respond: ${answer.error}` : answer.error));
  return true;
}

/** What stands in all inputs below *root*: `{block_id: {action_id: state}}`. */
export function stateOf(root) {
  const values = {};
  for (const field of root.querySelectorAll("[data-action]")) {
    if (!field.state) continue;
    const block = field.closest("[data-block]").dataset.block;
    values[block] = { ...values[block], [field.dataset.action]: field.state() };
  }
  return values;
}

function failure(text) {
  const words = el("span", { class: "failed-words" }, text);
  return el("span", { class: "failed", role: "alert", title: text }, icon("warning"), words);
}
