/** What the acting person sees: the server's snapshot, kept fresh by its stream of events. */

const STREAMED = [
  "message",
  "deleted",
  "ephemeral",
  "ephemeral_deleted",
  "channel",
  "modals",
  "modal_errors",
  "modal_failed",
  "home",
  "banner",
  "app",
  "clock",
  "reset",
  "resync",
];

export class Store extends EventTarget {
  /** Everything of the snapshot; null until the first one is there. */
  seen = null;
  /** Is the stream open? Not to be mixed up with the bot's own connection (`seen.app`). */
  online = true;
  #groups = [];
  #stream = null;
  #clockOffset = 0;

  /** Be *wanted*, or the first person there is. */
  async start(wanted) {
    const people = await ask("/sandbox/people");
    const found = people.find((person) => person.id === wanted) ?? people[0];
    await this.become(found.id);
  }

  /** Look through another person's eyes. Throws when the server does not answer. */
  async become(person) {
    this.#stream?.close();
    const snapshot = ask(`/sandbox/snapshot?${new URLSearchParams({ as: person })}`);
    [this.seen, this.#groups] = await Promise.all([snapshot, ask("/sandbox/groups")]);
    this.#setClock(this.seen.now);
    this.#listen();
    this.#tell("snapshot");
  }

  get me() {
    return this.seen.me;
  }

  /** The sandbox's clock, which tests may move, in seconds. */
  now() {
    return Date.now() / 1000 + this.#clockOffset;
  }

  person(id) {
    return this.seen.people.find((person) => person.id === id);
  }

  channel(id) {
    return this.seen.channels.find((channel) => channel.id === id);
  }

  groupName(id) {
    return this.#groups.find((group) => group.id === id)?.handle ?? id;
  }

  /** The conversation with the bot. */
  directMessages() {
    return this.seen.channels.find((channel) => channel.is_im);
  }

  /** Everything in a channel that this person sees, oldest first. */
  messages(channel) {
    const shared = this.seen.messages[channel] ?? [];
    const own = (this.seen.ephemerals[channel] ?? []).map((message) => asEphemeral(message));
    return [...shared, ...own].sort((a, b) => Number(a.ts) - Number(b.ts));
  }

  /**
   * Do something as this person. Answers the server's `{ok, error?, acked?, ...}`, and never throws:
   * a server that is away is an answer, too. With *ack* it comes once the bot has acknowledged.
   */
  async act(name, body, { ack = false } = {}) {
    return post(`act/${name}?${new URLSearchParams({ as: this.me, ...(ack ? { wait: "ack" } : {}) })}`, body);
  }

  /** Give a file to Slack. Answers what Slack knows of it, or `{error}`; never throws. */
  upload(file) {
    const query = new URLSearchParams({ as: this.me, name: file.name });
    return send(`upload?${query}`, { headers: { "content-type": "application/octet-stream" }, body: file });
  }

  /** What there is outside of the workspace. */
  outside() {
    return ask("/sandbox/outside");
  }

  /** Do something outside. Answers what there is then, or `{error}`; never throws. */
  changeOutside(act, body) {
    return post(`outside/${act}`, body);
  }

  #listen() {
    const query = new URLSearchParams({ as: this.me, after: this.seen.seq });
    const stream = new EventSource(`/sandbox/stream?${query}`);
    stream.onopen = () => this.#setOnline(true);
    stream.onerror = () => {
      this.#setOnline(false);
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.#again(stream), 1500);
    };
    for (const kind of STREAMED) {
      stream.addEventListener(kind, (event) => {
        this.seen.seq = event.lastEventId || this.seen.seq;
        this.#take(kind, JSON.parse(event.data));
      });
    }
    this.#stream = stream;
  }

  async #again(stream) {
    if (stream !== this.#stream) return;
    try {
      await this.become(this.me);
    } catch {
      setTimeout(() => this.#again(stream), 1500);
    }
  }

  #take(kind, told) {
    const { seen } = this;
    if (kind === "message") put(seen.messages, told.channel, told.message);
    else if (kind === "deleted") drop(seen.messages, told.channel, told.ts);
    else if (kind === "ephemeral") put(seen.ephemerals, told.channel, told.message);
    else if (kind === "ephemeral_deleted") drop(seen.ephemerals, told.channel, told.ts);
    else if (kind === "modals") seen.modals = told.views;
    else if (kind === "home") seen.home = told.view;
    else if (kind === "app") seen.app = told;
    else if (kind === "clock") this.#setClock(told.now);
    else if (kind === "channel") seen.channels = replaced(seen.channels, told.channel);
    if (kind === "reset" || kind === "resync") this.#again(this.#stream);
    else this.#tell(kind, told);
  }

  #setClock(now) {
    this.#clockOffset = now - Date.now() / 1000;
  }

  #setOnline(online) {
    if (this.online === online) return;
    this.online = online;
    this.#tell("online");
  }

  #tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent("change", { detail: { kind, ...detail } }));
  }
}

const ephemeral = new WeakMap();

/** The same object for the same message, so that what did not change is not drawn again. */
function asEphemeral(message) {
  if (!ephemeral.has(message)) ephemeral.set(message, { ...message, is_ephemeral: true });
  return ephemeral.get(message);
}

function put(lists, channel, message) {
  const others = (lists[channel] ?? []).filter((one) => one.ts !== message.ts);
  lists[channel] = [...others, message];
}

function drop(lists, channel, ts) {
  lists[channel] = (lists[channel] ?? []).filter((one) => one.ts !== ts);
}

function replaced(channels, channel) {
  const known = channels.some((one) => one.id === channel.id);
  return known ? channels.map((one) => (one.id === channel.id ? channel : one)) : [...channels, channel];
}

function post(path, body) {
  return send(path, { headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function send(path, request) {
  try {
    const answer = await fetch(`/sandbox/${path}`, { method: "POST", ...request });
    return answer.ok ? await answer.json() : { ok: false, error: await reason(answer) };
  } catch {
    return { ok: false, error: "The sandbox does not answer. Is it still running?" };
  }
}

async function ask(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(await reason(answer));
  return answer.json();
}

async function reason(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return `The sandbox answered ${answer.status}.`;
  }
}
