/** The question before a button counts. */

import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { layerOf } from "./popup.js";

/** Answers true when the person says yes; Escape is a no. */
export function askFirst({ title, text, confirm, deny, style }, scene) {
  const anchor = document.activeElement ?? document.body;
  return new Promise((answer) => {
    let isYes = false;
    const yes = el(
      "button",
      { type: "button", class: style === "danger" ? "button danger" : "button primary", onclick: () => close(true) },
      ...textObject(confirm, scene),
    );
    const no = el(
      "button",
      { type: "button", class: "button", onclick: () => close(false) },
      ...textObject(deny, scene),
    );
    const dialog = el(
      "dialog",
      { class: "dialog small", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "confirm-title" },
      el("header", {}, el("h2", { id: "confirm-title" }, ...textObject(title, scene))),
      el("div", { class: "dialog-body" }, ...textObject(text, scene)),
      el("footer", {}, no, yes),
    );
    const close = (said) => {
      isYes = said;
      dialog.close();
    };
    dialog.addEventListener("close", () => {
      dialog.remove();
      anchor.focus?.({ preventScroll: true });
      answer(isYes);
    });
    layerOf(anchor).append(dialog);
    dialog.showModal();
    // Enter must not destroy anything by itself.
    (style === "danger" ? no : yes).focus();
  });
}
