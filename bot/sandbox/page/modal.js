/** The app's modals: the top of their stack, in a dialog of the browser, with its trap for the focus. */

import { stateOf } from "./acting.js";
import { BlockList } from "./blocks.js";
import { el, fill } from "./dom.js";
import { problemOf, showError } from "./inputs.js";
import { textObject, textOf } from "./mrkdwn.js";
import { iconButton } from "./parts.js";

const REDRAWN_BY = new Set(["snapshot", "modals", "modal_errors", "modal_failed"]);
/** Slack's own words. */
const TROUBLE = "We had some trouble connecting. Try again?";

export class Modals {
  #store;
  #layer;
  #pages = new Map();
  #dialog = null;
  #shown = null;
  #before = null;

  constructor(layer, store) {
    this.#layer = layer;
    this.#store = store;
  }

  draw({ kind, view_id: viewId, errors, text }) {
    if (!REDRAWN_BY.has(kind)) return;
    const views = this.#store.seen.modals ?? [];
    if (kind === "modal_errors") this.#pages.get(viewId)?.showErrors(errors);
    if (kind === "modal_failed") this.#pages.get(viewId)?.fail(text);
    const open = new Set(views.map((view) => view.id));
    for (const id of this.#pages.keys()) if (!open.has(id)) this.#pages.delete(id);
    const top = views.at(-1);
    if (!top) return this.#close();
    for (const view of views) this.#page(view).draw(view);
    this.#show(this.#pages.get(top.id));
  }

  #page(view) {
    if (!this.#pages.has(view.id)) this.#pages.set(view.id, new Page(this.#store, view.id));
    return this.#pages.get(view.id);
  }

  #show(page) {
    if (!this.#dialog) this.#open();
    if (page === this.#shown) return;
    this.#shown = page;
    fill(this.#dialog, page.node);
    this.#dialog.setAttribute("aria-labelledby", page.titleId);
    page.focus();
  }

  #open() {
    this.#before = document.activeElement;
    const cancel = (event) => {
      event.preventDefault();
      this.#shown?.close();
    };
    this.#dialog = el("dialog", { class: "dialog modal", "aria-modal": "true", oncancel: cancel });
    // A browser closes a dialog at the second Escape whatever the page says; only the app may close it.
    this.#dialog.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && !event.defaultPrevented && cancel(event),
    );
    this.#layer.append(this.#dialog);
    this.#dialog.showModal();
  }

  #close() {
    if (!this.#dialog) return;
    this.#dialog.close();
    this.#dialog.remove();
    this.#dialog = this.#shown = null;
    this.#before?.focus?.({ preventScroll: true });
  }
}

/** One view of the stack. It keeps what was typed while another one lies above it. */
class Page {
  #store;
  #view;
  #blocks;
  #busy = false;
  #title = el("h2", {});
  #foot = el("footer", {});
  #alert = el("p", { class: "alert", role: "alert", hidden: true });

  constructor(store, id) {
    this.#store = store;
    this.titleId = `title-${id}`;
    this.#title.id = this.titleId;
    this.#blocks = new BlockList({ store, container: { type: "view", view_id: id } });
    const header = el(
      "header",
      {},
      this.#title,
      iconButton("close", "Close all", () => this.close(true)),
    );
    const body = el("div", { class: "dialog-body" }, this.#blocks.node);
    this.node = el(
      "form",
      { class: "view", novalidate: true, onsubmit: (event) => this.#submit(event) },
      header,
      body,
      this.#alert,
      this.#foot,
    );
  }

  draw(view) {
    if (view === this.#view) return;
    const changed =
      JSON.stringify([view.submit, view.close]) !== JSON.stringify([this.#view?.submit, this.#view?.close]);
    const wasEmpty = this.#inputs().length === 0;
    this.#view = view;
    this.fail("");
    fill(this.#title, ...textObject(view.title, this.#store));
    this.#blocks.draw(view.blocks);
    if (changed) this.#drawFoot();
    // A page that was opened before the app knew what to ask.
    if (wasEmpty && this.#inputs().length > 0 && this.node.isConnected) this.focus();
  }

  focus() {
    const first = this.node.querySelector("[autofocus], .input input, .input textarea, .dialog-body button");
    (first ?? this.node.querySelector("footer button.primary, footer button, header button"))?.focus();
  }

  close(isCleared = false) {
    this.#store.act("close", { view_id: this.#view.id, is_cleared: isCleared });
  }

  /** Errors by block; those of no block in this view are shown together. */
  showErrors(errors) {
    this.#setBusy(false);
    const inputs = this.#inputs();
    const lost = Object.entries(errors).filter(([block]) => !inputs.some((input) => input.dataset.block === block));
    for (const input of inputs) showError(input, errors[input.dataset.block]);
    this.fail(lost.map(([, text]) => text).join(" "));
    inputs.find((input) => errors[input.dataset.block])?.field.control.focus();
  }

  /** What went wrong with the view as a whole. */
  fail(text) {
    this.#alert.hidden = !text;
    this.#alert.textContent = text;
    if (text) this.#setBusy(false);
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#busy || !this.#view.submit) return;
    this.fail("");
    const problems = this.#inputs().map((input) => [input.dataset.block, problemOf(input)]);
    if (problems.some(([, problem]) => problem)) return this.showErrors(Object.fromEntries(problems));
    this.#setBusy(true);
    const submission = { view_id: this.#view.id, state: { values: stateOf(this.node) } };
    const answer = await this.#store.act("submit", submission, { ack: true });
    this.#setBusy(false);
    if (answer.error && this.#alert.hidden) this.fail(answer.ok ? TROUBLE : answer.error);
  }

  #inputs() {
    return [...this.node.querySelectorAll(".block-input")];
  }

  #drawFoot() {
    const { close, submit } = this.#view;
    fill(
      this.#foot,
      el(
        "button",
        { type: "button", class: "button", data: { focus: "close" }, onclick: () => this.close() },
        textOf(close) || "Close",
      ),
      submit && el("button", { type: "submit", class: "button primary", data: { focus: "submit" } }, textOf(submit)),
    );
  }

  #setBusy(busy) {
    this.#busy = busy;
    const submit = this.#foot.querySelector("[type=submit]");
    if (busy) submit?.setAttribute("aria-busy", "true");
    else submit?.removeAttribute("aria-busy");
  }
}
