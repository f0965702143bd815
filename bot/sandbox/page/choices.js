/** The selects of Block Kit: where their choices come from, and how Slack names what was chosen. */

import { Combobox } from "./combobox.js";
import { textOf } from "./mrkdwn.js";
import { titleOf } from "./parts.js";

const MIN_QUERY_LENGTH = 3;

/** For each kind: the name of its state, and of its first value. The plural is for the multi_ ones. */
const KINDS = {
  static: { state: "selected_option", first: "initial_option" },
  external: { state: "selected_option", first: "initial_option" },
  users: { state: "selected_user", first: "initial_user" },
  conversations: { state: "selected_conversation", first: "initial_conversation" },
  channels: { state: "selected_channel", first: "initial_channel" },
};

export const isSelect = ({ type }) => type.endsWith("_select");

/** A combobox for a select, with `state()` in Slack's words. */
export function select(element, scene, { label, blockOf, changed }) {
  const several = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const { state, first } = KINDS[kind];
  const isOption = kind === "static" || kind === "external";
  const asItem = isOption ? optionItem : (id) => idItem(id, kind, scene.store);
  const initial = several ? (element[`${first}s`] ?? []) : [element[first]].filter(Boolean);
  const box = new Combobox({
    label,
    several,
    most: element.max_selected_items,
    slow: kind === "external",
    placeholder: textOf(element.placeholder) || (several ? "Choose some…" : "Choose one…"),
    chosen: initial.map(asItem),
    find: (text) => SOURCES[kind](text, element, scene, blockOf),
    changed,
  });
  const said = (item) => (isOption ? item.option : item.value);
  return {
    box,
    state: () => ({
      type: element.type,
      ...(several
        ? { [`${state}s`]: box.chosen.map(said) }
        : { [state]: box.chosen.length ? said(box.chosen[0]) : null }),
    }),
  };
}

const SOURCES = {
  static: (text, element) => matching(text, groupsOf(element)),
  external: async (text, element, scene, blockOf) => {
    const least = element.min_query_length ?? MIN_QUERY_LENGTH;
    if (text.length < least) return `Type at least ${least} ${least === 1 ? "character" : "characters"}.`;
    const asked = { container: scene.container, block_id: blockOf(), action_id: element.action_id, value: text };
    const answer = await scene.store.act("options", asked);
    return answer.options || answer.option_groups ? groupsOf(answer) : (answer.error ?? "The app sent no choices.");
  },
  users: (text, element, { store }) =>
    matching(text, [{ items: store.seen.people.map((person) => idItem(person.id, "users", store)) }]),
  conversations: (text, element, { store }) => matching(text, channels(store)),
  channels: (text, element, { store }) => matching(text, channels(store)),
};

function channels(store) {
  const open = store.seen.channels.filter((channel) => !channel.is_im);
  return [{ items: open.map((channel) => idItem(channel.id, "channels", store)) }];
}

function groupsOf({ options, option_groups: groups }) {
  if (options) return [{ items: options.map(optionItem) }];
  return (groups ?? []).map((group) => ({ label: textOf(group.label), items: group.options.map(optionItem) }));
}

function optionItem(option) {
  return { value: option.value, label: textOf(option.text), hint: textOf(option.description), option };
}

function idItem(id, kind, store) {
  if (kind === "users") {
    const person = store.person(id);
    return { value: id, label: person?.real_name ?? id, hint: person && `@${person.name}` };
  }
  const channel = store.channel(id);
  return { value: id, label: channel ? `#${titleOf(channel, store)}` : id };
}

/** Items that contain every word of *text*. */
export function matching(text, groups) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ label, hint = "" }) => words.every((word) => `${label} ${hint}`.toLowerCase().includes(word));
  return groups.map((group) => ({ ...group, items: group.items.filter(fits) }));
}
