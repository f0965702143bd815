/** Line icons, drawn here: the page needs no icon or emoji font. */

const SHAPES = {
  hash: "M4 9h16M4 15h16M10 3 8 21M16 3l-2 18",
  plus: "M12 5v14M5 12h14",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  search: "M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14m5 12 4.5 4.5",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  close: "M6 6l12 12M18 6 6 18",
  warning: "M12 4 21.5 20h-19zM12 10v4.5M12 17.3v.2",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 20h14",
  bolt: "M13 3 5 13.5h6L10 21l8-10.5h-6z",
  bell: "M6 17V11a6 6 0 0 1 12 0v6zM4 17h16M10 20.5a2.2 2.2 0 0 0 4 0",
  box: "M12 3 20 7.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9",
  check: "m5 12.5 4.5 4.5L19 7",
  chevron: "m6 9 6 6 6-6",
  down: "M12 5v14M6 13l6 6 6-6",
  reply: "M4 5h16v11H10l-4 4v-4H4z",
  smile: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M9 9.5v.5M15 9.5v.5M8.5 14a4.2 4.2 0 0 0 7 0",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5",
  link: "M10 14 20 4M14 4h6v6M18 14v6H4V6h6",
  people:
    "M9 5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7M2.5 20c0-3.5 2.8-5.5 6.5-5.5s6.5 2 6.5 5.5M16 5.3a3.5 3.5 0 0 1 0 6.4M18 15c2.2.7 3.5 2.4 3.5 5",
  globe: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  stack: "M12 4 21 8.5 12 13 3 8.5zM3 12.5 12 17l9-4.5M3 16.5 12 21l9-4.5",
};

const SVG = "http://www.w3.org/2000/svg";

/** A decoration: what it means is said by the text or label beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}
