import { sameText } from './text.js';

// In the place of a session id: a message that was written before the service could be reached for the first time.
const NOT_OPEN = 'new';

function memoryStorage() {
  const values = new Map();
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => values.set(key, value),
    removeItem: (key) => values.delete(key),
  };
}

// Reading localStorage throws where the browser blocks it. The chat then works until the page is closed.
export function deviceStorage(kind = 'localStorage') {
  try {
    const storage = globalThis[kind];
    storage.setItem('cordial:probe', '1');
    storage.removeItem('cordial:probe');
    return storage;
  } catch {
    return memoryStorage();
  }
}

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without https have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

// A refused message stays where it was written; one that waits moves along at the end, where its reply will come.
function placeOf({ status, after, before }) {
  if (status === 'refused') return after + 0.5;
  return before ? before - 0.5 : Infinity;
}

/**
 * The messages of one conversation by number, and the outgoing ones until the server has confirmed them.
 *
 * An outgoing message is first only ours ("pending"). When the server's log shows a patient message with the same
 * text, that message and the pending one are bound, so it is never shown twice. `cursor` is the number up to which
 * everything has been seen in order; only a replay or the stream may move it, never the reply to a sent message.
 */
export class Store {
  constructor(scope, storage = deviceStorage()) {
    this.scope = scope;
    this.storage = storage;
    this.reset();
  }

  reset() {
    this.outgoing = `${this.scope}:out:${NOT_OPEN}:`;
    this.messages = new Map();
    this.boundIds = new Map();
    this.pending = [];
    this.told = [];
    this.announced = [];
    this.cursor = 0;
  }

  get sessionKey() {
    return `${this.scope}:session`;
  }

  readSession() {
    try {
      const session = JSON.parse(this.storage.getItem(this.sessionKey));
      return session?.session && session?.token ? session : null;
    } catch {
      return null;
    }
  }

  saveSession({ session, token }) {
    this.#keep(this.sessionKey, { session, token });
  }

  forgetSession() {
    for (const key of this.#outgoingKeys('')) this.storage.removeItem(key);
    this.storage.removeItem(this.sessionKey);
    this.reset();
  }

  open(session) {
    const early = this.#outgoingKeys(NOT_OPEN);
    this.reset();
    this.outgoing = `${this.scope}:out:${session}:`;
    for (const key of early) this.#rename(key, this.outgoing + key.split(':').at(-1));
    this.pending = this.#outgoingKeys(session)
      .map((key) => JSON.parse(this.storage.getItem(key)))
      .sort((a, b) => a.at.localeCompare(b.at))
      .map((entry) => ({ ...entry, status: 'sending', tries: 0, notBefore: 0 }));
  }

  add(message) {
    if (this.messages.has(message.seq)) return false;
    this.messages.set(message.seq, message);
    if (message.from === 'patient') this.#bind(message);
    else if (message.kind === 'emergency') this.#isStored(message);
    return true;
  }

  /** Lets lines take the place of messages that were removed at the service; whether there were any. */
  putAway(messages) {
    const gone = messages.filter(({ seq, kind }) => kind === 'removed' && this.messages.get(seq)?.kind !== 'removed');
    for (const message of gone) {
      this.messages.set(message.seq, message);
      this.boundIds.set(message.seq, `removed-${message.seq}`);
      this.drop(this.pending.filter(({ seq }) => seq === message.seq));
    }
    return gone.length > 0;
  }

  /** Replies to a message that are not in the log: it could not be stored, or not even sent. Gives those that are new. */
  tell(entry, messages) {
    const known = this.told.filter((each) => each.entry === entry);
    const fresh = messages.filter(({ text }) => !known.some(({ message }) => message.text === text));
    if (!fresh.length) return [];
    this.told = this.told.filter((each) => !known.includes(each));
    const begin = this.toldBefore ?? 0;
    this.toldBefore = begin + fresh.length;
    this.told.push(...fresh.map((message, index) => ({ key: `told-${begin + index}`, entry, message })));
    this.announced.push(...fresh.map(({ text }) => text));
    return fresh;
  }

  hasTold(entry) {
    return this.told.some((each) => each.entry === entry);
  }

  /** Whether a message was said before it had a number; asked once for each. */
  wasTold({ kind, text }) {
    const at = kind === 'emergency' ? this.announced.indexOf(text) : -1;
    if (at >= 0) this.announced.splice(at, 1);
    return at >= 0;
  }

  addPending(text, values = []) {
    const entry = { id: uuid(), text, values, at: new Date().toISOString(), after: this.lastSeq };
    this.#keep(this.outgoing + entry.id, entry);
    const pending = { ...entry, status: 'sending', tries: 0, notBefore: 0 };
    this.pending.push(pending);
    return pending;
  }

  confirm(entry, firstReply) {
    this.storage.removeItem(this.outgoing + entry.id);
    entry.status = 'confirmed';
    entry.before = firstReply;
    this.#untell(entry);
    if (entry.seq) this.drop([entry]);
  }

  drop(entries) {
    for (const entry of entries) this.storage.removeItem(this.outgoing + entry.id);
    this.pending = this.pending.filter((entry) => !entries.includes(entry));
    for (const entry of entries) this.#untell(entry);
  }

  removedElsewhere(key) {
    const entry = this.pending.find(({ id }) => key === this.outgoing + id);
    if (!entry) return false;
    this.drop([entry]);
    return true;
  }

  get lastSeq() {
    return Math.max(this.cursor, 0, ...this.messages.keys());
  }

  nextToSend() {
    const now = Date.now();
    // What was told is sent again now and then, and holds up nothing.
    return this.pending.find(({ status, notBefore }) => status !== 'confirmed' && status !== 'refused' && !(status === 'told' && now < notBefore));
  }

  /** Whether a message cannot go yet because an earlier one has not been answered. */
  waitsBehindAnother(entry) {
    const open = this.pending.filter(({ status }) => !['confirmed', 'refused', 'told'].includes(status));
    return open.indexOf(entry) > 0;
  }

  get awaitingEcho() {
    return this.pending.filter(({ status, seq }) => status === 'confirmed' && !seq);
  }

  items() {
    const bound = new Map(this.pending.filter(({ seq }) => seq).map((entry) => [entry.seq, entry]));
    const known = [...this.messages.values()].map((message) => ({
      key: this.boundIds.get(message.seq) ?? `seq-${message.seq}`,
      order: message.seq,
      message,
      pending: bound.get(message.seq) ?? null,
    }));
    const ours = this.pending
      .filter(({ seq }) => !seq)
      .flatMap((entry) => [
        {
          key: entry.id,
          order: placeOf(entry),
          message: { seq: null, at: entry.at, from: 'patient', kind: 'text', text: entry.text, buttons: [], answer: null, question: null },
          pending: entry,
        },
        ...this.#toldOf(entry, placeOf(entry)),
      ]);
    const others = this.pending.filter(({ seq }) => seq).flatMap((entry) => this.#toldOf(entry, entry.seq + 0.5));
    return [...known, ...ours, ...others, ...this.#toldOf(null, Infinity)].sort((a, b) => (a.order === b.order ? 0 : a.order - b.order));
  }

  #toldOf(entry, order) {
    return this.told.filter((each) => each.entry === entry).map(({ key, message }) => ({ key, order, message, pending: null }));
  }

  #untell(entry) {
    this.told = this.told.filter((each) => each.entry !== entry);
  }

  // A reply that was told has come into the log, and its message before it.
  #isStored({ text, seq }) {
    const { entry } = this.told.find((each) => each.message.text === text && each.entry?.seq < seq) ?? {};
    if (entry) this.drop([entry]);
  }

  #bind(message) {
    const entry = this.pending.find(
      ({ seq, status, after, text }) => !seq && status !== 'refused' && message.seq > after && sameText(text, message.text),
    );
    if (!entry) return;
    entry.seq = message.seq;
    this.boundIds.set(message.seq, entry.id);
    if (entry.status === 'confirmed') this.drop([entry]);
  }

  #rename(from, to) {
    const value = this.storage.getItem(from);
    this.storage.removeItem(from);
    this.#keep(to, JSON.parse(value));
  }

  #keep(key, value) {
    try {
      this.storage.setItem(key, JSON.stringify(value));
    } catch {
      // The device has no room left: the chat goes on, only a reload would not find this again.
    }
  }

  #outgoingKeys(session) {
    const prefix = session ? `${this.scope}:out:${session}:` : `${this.scope}:out:`;
    return Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index)).filter((key) => key?.startsWith(prefix));
  }
}
