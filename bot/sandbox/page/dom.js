/** DOM nodes from plain calls. Text goes in as text, never as markup: messages hold what strangers wrote. */

/** `el("button", {class: "x", onclick: f, "aria-label": "y"}, "text", node, null)`. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) assign(node, name, value);
  node.append(...solid(children));
  return node;
}

function assign(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name === "class") node.className = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : value);
}

/** The children that are there: lists flat, empty places left out. */
export function solid(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

export function fill(node, ...children) {
  node.replaceChildren(...solid(children));
  return node;
}

let ids = 0;

/** An id for labels and lists; new with every call. */
export const freshId = (prefix) => `${prefix}-${++ids}`;

/**
 * Makes *parent* show *items* and touches only what differs, so that focus, selection and scrolling stay.
 * *draw(item, old)* returns the node for an item: *old* itself where it is still right.
 */
export function patch(parent, items, keyOf, draw) {
  const held = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const keys = items.map((item, at) => String(keyOf(item, at)));
  const wanted = new Set(keys);
  for (const [key, node] of held) if (!wanted.has(key)) node.remove();
  let next = parent.firstElementChild;
  items.forEach((item, at) => {
    const old = held.get(keys[at]);
    const node = draw(item, old, at);
    node.dataset.key = keys[at];
    if (old && old !== node) {
      if (next === old) next = node;
      replaceKeepingFocus(old, node);
    }
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  });
}

/** Focus in *old* goes to the same control in *node*; controls are named by `data-focus`. */
function replaceKeepingFocus(old, node) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const name = focused?.closest("[data-focus]")?.dataset.focus;
  old.replaceWith(node);
  if (!focused) return;
  const same = name && node.querySelector(`[data-focus="${CSS.escape(name)}"]`);
  (same || (node.tabIndex >= 0 || node.hasAttribute("tabindex") ? node : null))?.focus({ preventScroll: true });
}
