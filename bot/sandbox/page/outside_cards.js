/** The cards of the panel "Outside world": each draws one place outside, from what there is and what was just done. */

import { el, freshId } from "./dom.js";
import { icon } from "./icons.js";

const NOTES = `Faster plans, and fewer surprises.

## Breaking changes
- The option -state is gone.`;

/** Pull requests; those that are open come first. */
const SHOWN = 6;

export const CARDS = { releases, pulls, images, alerts };

function releases(seen, said, act) {
  const version = input(seen.next);
  const notes = el("textarea", { id: freshId("outside"), class: "text", rows: 4 }, NOTES);
  const publish = () =>
    act("release", { version: version.value, notes: notes.value }, `${version.value} is out. Look into #ops.`);
  return form(
    "Releases",
    publish,
    head("bolt", `Releases of ${seen.product}`, `newest is ${seen.newest}`),
    labelled("Version", version),
    labelled("Release notes", notes),
    outcome(said),
    submit("Publish a release"),
  );
}

function pulls(seen, said, act) {
  const title = input("Bigger pictures");
  const open = () => act("open", { title: title.value }, "It is open. Look into #ops for its preview.");
  return form(
    "Pull requests",
    open,
    head("stack", `Pull requests of ${seen.shop}`),
    labelled("What it changes", title),
    outcome(said),
    submit("Open a pull request"),
    seen.pulls.length > 0 && el("ul", {}, ...seen.pulls.slice(0, SHOWN).map((pull) => drawPull(pull, seen.url, act))),
    seen.pulls.some((pull) => pull.repository === seen.user) && el("pre", {}, seen.file.trim()),
  );
}

function drawPull(pull, url, act) {
  const name = `${pull.repository}#${pull.number}`;
  const which = { repository: pull.repository, number: pull.number };
  const gone = "The bot looks twice before it believes that something is gone: about ten seconds.";
  const button = (label, what, words) =>
    el(
      "button",
      { type: "button", class: "button small", "aria-label": `${label} ${name}`, onclick: () => act(what, which, words) },
      label,
    );
  return el(
    "li",
    {},
    el(
      "span",
      { class: "name" },
      el("a", { href: `${url}/${pull.repository}/pull/${pull.number}`, target: "_blank", rel: "noreferrer" }, pull.title),
      el("small", {}, name),
    ),
    pull.state === "open"
      ? el(
          "span",
          { class: "acts" },
          button("Push", "push", "It was pushed to. Look into #ops."),
          button("Merge", "merge", gone),
          button("Close", "close", gone),
        )
      : el("small", { class: "state" }, pull.state),
  );
}

function images(seen, said, act) {
  const tag = input(seen.next_tag);
  const push = () => act("image", { tag: tag.value }, `${seen.shop}:${tag.value} was pushed. Look into #ops.`);
  return form(
    "Images",
    push,
    head("box", `Images of ${seen.shop}`, `newest is ${seen.image}`),
    labelled("Tag", tag),
    outcome(said),
    submit("Push an image"),
  );
}

function alerts(seen, said, act) {
  const name = input("SiteIsSlow");
  const summary = input("Half of the visitors wait for more than 3 s.");
  const fire = () => act("fire", { name: name.value, summary: summary.value }, `${name.value} fires. Look into #ops.`);
  const over = "It is over. The bot looks twice before it believes that: about ten seconds.";
  const resolve = (alert) => act("resolve", { fingerprint: alert.fingerprint }, over);
  return form(
    "Alerts",
    fire,
    head("bell", "Alerts", seen.alerts.length === 0 ? "all is quiet" : `${seen.alerts.length} firing`),
    labelled("Alert", name),
    labelled("What it says", summary),
    outcome(said),
    submit("Fire an alert"),
    seen.alerts.length > 0 && el("ul", {}, ...seen.alerts.map((alert) => drawAlert(alert, () => resolve(alert)))),
  );
}

function drawAlert(alert, resolve) {
  const label = `Resolve ${alert.name}`;
  return el(
    "li",
    {},
    el("span", { class: "name" }, alert.name, el("small", {}, alert.summary)),
    el("button", { type: "button", class: "button small", "aria-label": label, onclick: resolve }, "Resolve"),
  );
}

function form(label, act, ...parts) {
  const onsubmit = (event) => {
    event.preventDefault();
    act();
  };
  return el("form", { class: "outside-card", "aria-label": label, onsubmit }, ...parts);
}

function head(sign, name, more) {
  return el("h3", {}, icon(sign), el("span", {}, name), more && el("small", {}, more));
}

function input(value) {
  return el("input", { id: freshId("outside"), class: "text", value, autocomplete: "off" });
}

function labelled(label, field) {
  return el("div", { class: "outside-field" }, el("label", { class: "label", for: field.id }, label), field);
}

function outcome({ problem, done }) {
  if (problem) return el("p", { class: "error", role: "alert" }, problem);
  return done && el("p", { class: "outside-done", role: "status" }, icon("check"), done);
}

function submit(label) {
  return el("button", { type: "submit", class: "button primary" }, label);
}
