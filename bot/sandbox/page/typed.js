/** What people type, as Slack's own client sends it: escaped, with names as ids. */

const NAME = /(^|[\s(])([@#])([\w.-]*\w)/g;

export function asSent(text, store) {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return escaped.replace(NAME, (whole, before, sign, name) => {
    const found = sign === "@" ? person(name, store) : channel(name, store);
    return found ? `${before}<${sign}${found}>` : whole;
  });
}

function person(name, { seen }) {
  const wanted = name.toLowerCase();
  if (seen.bot.name.toLowerCase() === wanted) return seen.bot.user_id;
  return seen.people.find((one) => one.name.toLowerCase() === wanted)?.id;
}

function channel(name, { seen }) {
  const found = seen.channels.find((one) => !one.is_im && one.name.toLowerCase() === name.toLowerCase());
  return found && `${found.id}|${found.name}`;
}
