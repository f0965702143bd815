/** Where the reader is: channel, tab, thread, and what is unread elsewhere. The address of the page follows. */

export class Places extends EventTarget {
  channel = "";
  /** "messages", or "home" in the conversation with the bot. */
  tab = "messages";
  /** The timestamp of the open thread's first message. */
  thread = null;
  /** How many new messages there are, by channel. */
  unread = new Map();
  #store;
  #known = new Set();

  constructor(store) {
    super();
    this.#store = store;
    const query = new URLSearchParams(location.search);
    this.wantedPerson = query.get("as");
    this.channel = query.get("channel") ?? "";
    this.tab = query.get("tab") ?? "messages";
    this.thread = query.get("thread");
  }

  /** After a change of what is seen: be somewhere that exists, and count what came elsewhere. */
  check({ kind, channel, message }) {
    const { seen } = this.#store;
    if (!this.#store.channel(this.channel)) this.#settle(seen);
    const isNew = (kind === "message" || kind === "ephemeral") && message.user !== seen.me && !message.edited;
    if (isNew && !this.isSeen(channel) && !this.#known.has(`${channel}/${message.ts}`)) {
      this.unread.set(channel, (this.unread.get(channel) ?? 0) + 1);
    }
    if (kind === "message" || kind === "ephemeral") this.#known.add(`${channel}/${message.ts}`);
    if (kind === "snapshot") this.#start(seen);
    this.#write();
  }

  /** Looks the reader at this channel's messages now? */
  isSeen(channel) {
    return this.channel === channel && this.tab === "messages";
  }

  go(channel, tab = "messages") {
    if (channel !== this.channel) this.thread = null;
    Object.assign(this, { channel, tab });
    if (tab === "messages") this.unread.delete(channel);
    this.#changed({ hasMoved: true });
  }

  openThread(ts) {
    this.thread = ts;
    this.#changed();
  }

  closeThread() {
    this.thread = null;
    this.#changed();
  }

  /** Somewhere else, since the channel is not there: each person has other direct messages with the bot. */
  #settle(seen) {
    const direct = this.channel.startsWith("D") && this.#store.directMessages();
    const found = direct || seen.channels.find((one) => one.name === "ops") || seen.channels[0];
    Object.assign(this, { channel: found.id, tab: direct ? this.tab : "messages", thread: null });
  }

  #start(seen) {
    this.unread.clear();
    this.#known = new Set(
      Object.entries(seen.messages).flatMap(([channel, all]) => all.map((message) => `${channel}/${message.ts}`)),
    );
  }

  #changed(detail = {}) {
    this.#write();
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }

  #write() {
    const query = new URLSearchParams({ as: this.#store.me, channel: this.channel });
    if (this.tab !== "messages") query.set("tab", this.tab);
    if (this.thread) query.set("thread", this.thread);
    history.replaceState(null, "", `/?${query}`);
  }
}
