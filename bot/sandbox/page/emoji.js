/** Emoji by name, as signs that ordinary fonts have; a name without a sign stays `:name:`. */

import { el } from "./dom.js";

const SIGNS = {
  "+1": "+1",
  "-1": "−1",
  thumbsup: "+1",
  thumbsdown: "−1",
  white_check_mark: "✓",
  heavy_check_mark: "✓",
  x: "✗",
  warning: "⚠",
  red_circle: "●",
  large_green_circle: "●",
  large_yellow_circle: "●",
  white_circle: "○",
  heart: "♥",
  star: "★",
  tada: "✺",
  zap: "⚡",
  wave: "~",
  hourglass: "⧗",
  hourglass_flowing_sand: "⧗",
  lock: "⚿",
  gear: "⚙",
  information_source: "ℹ",
  question: "?",
  exclamation: "!",
  arrow_right: "→",
  arrow_left: "←",
  arrow_up: "↑",
  arrow_down: "↓",
  arrows_counterclockwise: "↻",
  rewind: "↶",
  no_entry: "⊘",
  octagonal_sign: "■",
  smile: "☺",
  simple_smile: "☺",
  slightly_smiling_face: "☺",
  eyes: "◉◉",
  hammer_and_wrench: "⚒",
  tools: "⚒",
  pause_button: "‖",
  black_circle: "●",
  large_blue_circle: "●",
  black_square: "■",
  email: "✉",
  phone: "☎",
  pencil2: "✎",
  scissors: "✂",
};
const COLORS = {
  white_check_mark: "good",
  heavy_check_mark: "good",
  large_green_circle: "good",
  x: "bad",
  red_circle: "bad",
  no_entry: "bad",
  octagonal_sign: "bad",
  heart: "bad",
  warning: "careful",
  large_yellow_circle: "careful",
  star: "careful",
  zap: "careful",
};

/** The names that the page offers for a reaction. */
export const OFFERED = ["+1", "white_check_mark", "eyes", "heart", "tada", "warning", "x"];

export function emoji(name) {
  const sign = SIGNS[name];
  const words = name.replaceAll("_", " ");
  if (!sign) return `:${name}:`;
  return el(
    "span",
    { class: `emoji ${COLORS[name] ?? ""}`, role: "img", "aria-label": words, title: `:${name}:` },
    sign,
  );
}
