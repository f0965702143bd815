/** Slack's own words when something failed: "/stack failed with the error …". */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { iconButton } from "./parts.js";

const STAYS_MS = 12_000;

export class Banner {
  #node = el("div", { class: "banners", role: "alert" });

  constructor() {
    document.body.append(this.#node);
  }

  draw({ kind, text, key }) {
    if (kind === "snapshot" || kind === "place") this.#node.replaceChildren();
    // What has a key is told beside the element that was used.
    if (kind !== "banner" || key) return;
    const banner = el(
      "p",
      { class: "banner" },
      icon("warning"),
      el("span", {}, text),
      iconButton("close", "Dismiss", () => banner.remove()),
    );
    this.#node.append(banner);
    setTimeout(() => banner.remove(), STAYS_MS);
  }
}
