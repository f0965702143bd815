/** Menus, and where things that pop up stand: in the browser's top layer, beside what opened them. */

import { el, freshId } from "./dom.js";

const GAP = 4;
const EDGE = 8;

/** Puts *popup* below *anchor*, or above where there is more room; never outside the window. */
export function placeBeside(popup, anchor, { end = false, sameWidth = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (sameWidth) popup.style.minWidth = `${box.width}px`;
  const below = innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const goesUp = below < Math.min(popup.scrollHeight, 240) && above > below;
  popup.style.maxHeight = `${Math.max(96, Math.min(goesUp ? above : below, 360))}px`;
  const { width, height } = popup.getBoundingClientRect();
  const left = end ? box.right - width : box.left;
  popup.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popup.style.top = `${goesUp ? box.top - GAP - height : box.bottom + GAP}px`;
}

/** Follows *anchor* while things scroll below; ends with the answered function. */
export function stayBeside(popup, anchor, options) {
  const ended = new AbortController();
  const follow = (event) => event.target !== popup && placeBeside(popup, anchor, options);
  addEventListener("scroll", follow, { capture: true, passive: true, signal: ended.signal });
  addEventListener("resize", follow, { signal: ended.signal });
  return () => ended.abort();
}

/** Where a popup has to stand in the document: inside a modal everything outside of it is inert. */
export const layerOf = (anchor) => anchor.closest("dialog") ?? document.body;

/**
 * Opens a menu beside *anchor*. An item is `{label, hint?, mark?, checked?, danger?, pick()}` or `{heading}`.
 * Arrow keys, Home, End and first letters move; Escape closes and gives the focus back.
 */
export function openMenu(anchor, items, { label, end = false } = {}) {
  const menu = el("div", { class: "menu", role: "menu", id: freshId("menu"), popover: "auto", "aria-label": label });
  const close = () => {
    menu.hidePopover();
    anchor.focus({ preventScroll: true });
  };
  menu.append(...items.map((item) => (item.heading ? heading(item) : entry(item, close))));
  menu.addEventListener("keydown", (event) => move(event, menu, close));
  menu.addEventListener("toggle", (event) => {
    anchor.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") menu.remove();
  });
  layerOf(anchor).append(menu);
  menu.showPopover();
  placeBeside(menu, anchor, { end });
  (menu.querySelector("[aria-checked=true]") ?? entries(menu)[0])?.focus();
}

/** A button that opens a menu; *items()* is asked at each opening. */
export function menuButton(props, content, items, options = {}) {
  const open = (event) => openMenu(event.currentTarget, items(), options);
  return el(
    "button",
    { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: open, ...props },
    content,
  );
}

function heading({ heading: text }) {
  return el("div", { class: "menu-heading", role: "presentation" }, text);
}

function entry(item, close) {
  const isChoice = item.checked !== undefined;
  const pick = () => {
    close();
    item.pick();
  };
  return el(
    "button",
    {
      type: "button",
      class: item.danger ? "menu-item danger" : "menu-item",
      role: isChoice ? "menuitemradio" : "menuitem",
      tabindex: -1,
      "aria-checked": isChoice ? String(item.checked) : undefined,
      onclick: pick,
    },
    item.mark,
    el("span", { class: "menu-words" }, el("span", {}, item.label), item.hint && el("small", {}, item.hint)),
  );
}

const entries = (menu) => [...menu.querySelectorAll(".menu-item")];

function move(event, menu, close) {
  const all = entries(menu);
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
  if (event.key in steps) {
    event.preventDefault();
    all.at(steps[event.key] % all.length).focus();
  } else if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  } else if (/^\S$/.test(event.key)) {
    const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    order.find((one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}
