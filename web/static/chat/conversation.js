const ANSWER_TIMEOUT = 15_000;
const HIDDEN_GRACE = 5 * 60_000;
const HIDDEN_POLL = 60_000;
const LOST_AFTER_SILENCE = 30_000;
// The service answers an emergency within a second. Who has waited for longer is told by the page itself.
const OWN_ALARM_AFTER = 2000;
const LOOK_AHEAD_AFTER = 300;

// Who looks at the page is not kept waiting for long when the service is back; what nobody sees asks less often.
const LONGEST_PAUSE = { seen: 4000, hidden: 20_000 };

function backoff(tries) {
  const step = Math.min(1000 * 2 ** Math.max(tries - 1, 0), LONGEST_PAUSE[document.hidden ? 'hidden' : 'seen']);
  return step * (0.6 + Math.random() * 0.4);
}

// Two tabs that open at the same time must not make two sessions.
function oneTabAtATime(name, task) {
  return navigator.locks ? navigator.locks.request(name, task) : task();
}

/**
 * Keeps one conversation in step with the server: opens the session, follows the log (replay, then stream, again after
 * every break) and sends the waiting messages in order, each under its own id until the server has answered it.
 *
 * Emits "change" with `detail.fresh`: messages not seen before, in order, `detail.history` if they are old ones.
 */
export class Conversation extends EventTarget {
  constructor({ api, store, ownAlarm = () => null }) {
    super();
    Object.assign(this, { api, store, ownAlarm, connection: 'connecting', loaded: false, sessionId: null, people: { read: 0, typing: null } });
    this.sleepers = new Set();
    this.run = new AbortController();
    this.run.abort();
  }

  async start() {
    this.run.abort();
    this.run = new AbortController();
    const { signal } = this.run;
    this.loaded = false;
    this.flushing = false;
    this.seen = 0;
    this.people = { read: 0, typing: null };
    this.connection = 'connecting';
    this.#listen(signal);
    this.#changed();
    await this.#openSession(signal);
    if (!signal.aborted) await this.#follow(signal);
  }

  stop() {
    this.run.abort();
  }

  startOver() {
    // Who could not send because the chat was refused has the words back.
    const unsent = this.connection === 'refused' && this.store.pending.map(({ text }) => text).join('\n\n');
    this.store.forgetSession();
    this.api.token = null;
    if (unsent) this.dispatchEvent(new CustomEvent('returned', { detail: unsent }));
    return this.start();
  }

  /** Sends words, and beside them what was chosen in the controls of a question. */
  send(text, values) {
    const entry = this.store.addPending(text, values);
    if (!this.api.token) entry.status = 'unsent';
    this.#changed();
    if (entry.status === 'unsent' || this.connection !== 'online') this.#warn(entry);
    else setTimeout(() => this.#warn(entry), OWN_ALARM_AFTER);
    this.flush({ now: true });
    this.#lookAhead(entry);
  }

  // Messages go in their order; who writes of an emergency behind one that waits is told all the same.
  async #lookAhead(entry) {
    const { signal } = this.run;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AHEAD_AFTER));
    if (signal.aborted || this.over || entry.seq || !this.store.waitsBehindAnother(entry)) return;
    const messages = await this.api.check(entry.text, { signal }).catch(() => []);
    if (signal.aborted || !messages.length || !this.store.waitsBehindAnother(entry)) return;
    this.#changed(this.store.tell(entry, messages));
  }

  /** Says what to do in an emergency, about words that cannot be sent any more. */
  warnOf(text) {
    const alarm = this.ownAlarm(text);
    if (alarm) this.#changed(this.store.tell(null, [alarm]));
  }

  retry(id) {
    const entry = this.store.pending.find((pending) => pending.id === id);
    if (!entry) return;
    entry.status = 'sending';
    this.#changed();
    this.#wake();
    this.flush({ now: true });
  }

  takeBack(id) {
    const entry = this.store.pending.find((pending) => pending.id === id);
    if (!entry) return '';
    this.store.drop([entry]);
    this.#changed();
    return entry.text;
  }

  reconnect() {
    this.#wake();
  }

  /** The number of the last message of a person that nobody at the service knows to be seen; 0, if there is none. */
  get unseen() {
    const written = [...this.store.messages.values()].filter(({ from }) => from === 'coordinator').map(({ seq }) => seq);
    const last = Math.max(0, ...written);
    return last > (this.seen ?? 0) ? last : 0;
  }

  /** Tells a person who has the chat that the patient is typing; a press of a key now and then is enough. */
  types() {
    if (this.connection !== 'online' || Date.now() - (this.typed ?? 0) < 3000) return;
    this.typed = Date.now();
    this.api.typing().catch(() => {});
  }

  /** Tells the clinic's people that the patient has seen a message. It is a comfort: what fails is told at the next look. */
  async saw(seq) {
    const before = this.seen;
    this.seen = seq;
    await this.api.seen(seq).catch(() => (this.seen = before));
  }

  get over() {
    return ['deleted', 'elsewhere'].includes(this.connection);
  }

  /** Withdraws the consent. Throws ApiError if that did not work. */
  async withdrawConsent() {
    this.#receive(await this.api.withdrawConsent());
  }

  /** Deletes everything, here and at the service. Throws ApiError if that did not work. */
  async erase() {
    try {
      await this.api.deleteSession();
    } catch (error) {
      // What is no longer known has been deleted already, by another tab or by an earlier try whose answer was lost.
      if (!error.refused || error.code === 'token_expired') throw error;
    }
    this.store.forgetSession();
    this.#leave('deleted');
  }

  get waitingForAnswer() {
    return this.flushing && this.store.pending.some(({ status }) => status === 'sending');
  }

  async flush({ now = false } = {}) {
    if (this.flushing || !this.api.token || this.over) return;
    const { signal } = this.run;
    this.flushing = true;
    try {
      for (let entry; (entry = this.store.nextToSend()); ) {
        if (!now && Date.now() < entry.notBefore) break;
        // A repeat after a server error goes on quietly; the dots and the error would only take turns.
        const quiet = entry.status === 'told' || (entry.status === 'failed' && !now);
        if (!(await this.#deliver(entry, signal, quiet))) break;
      }
    } finally {
      if (this.run.signal === signal) {
        this.flushing = false;
        this.#changed();
      }
    }
  }

  async #deliver(entry, signal, quiet) {
    if (!quiet) entry.status = 'sending';
    this.#changed();
    const deadline = Date.now() + ANSWER_TIMEOUT;
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await this.api.send(entry, { signal, timeout: deadline - Date.now() });
        if (signal.aborted) return false;
        if (this.connection !== 'online') this.#wake();
        if (reply.messages.some(({ seq }) => !seq)) return this.#isTold(entry, reply.messages);
        await this.#confirmed(entry, reply.messages, signal);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (error.refused) return this.#postpone(entry, error, backoff(attempt));
        if (!error.temporary) {
          entry.status = 'refused';
          entry.error = error.message;
          this.#warn(entry);
          this.#changed();
          return true;
        }
        const wait = Math.max(error.retryAfter * 1000, backoff(attempt));
        const most = quiet ? 1 : error.status === 0 ? 2 : 3;
        const hopeless = navigator.onLine === false || error.code === 'timeout' || Date.now() + wait >= deadline;
        if (entry.status === 'told') return this.#tryLater(entry);
        if (hopeless || attempt >= most) return this.#postpone(entry, error, wait);
        await this.#pause(wait, signal);
      }
    }
  }

  // The reply is there, and the service could not store it yet. It keeps both as long as it runs, and we keep the message longer.
  #isTold(entry, messages) {
    entry.status = 'told';
    this.#changed(this.store.tell(entry, messages));
    return this.#tryLater(entry);
  }

  #tryLater(entry) {
    entry.tries += 1;
    const delay = backoff(entry.tries + 1);
    entry.notBefore = Date.now() + delay;
    setTimeout(() => this.flush(), delay + 50);
    return true;
  }

  // What the page can say by itself, while nothing answers.
  #warn(entry) {
    if (this.run.signal.aborted || entry.seq || entry.status === 'confirmed' || !this.store.pending.includes(entry) || this.store.hasTold(entry)) return;
    const alarm = this.ownAlarm(entry.text);
    if (alarm) this.#changed(this.store.tell(entry, [alarm]));
  }

  #postpone(entry, error, wait) {
    this.#warn(entry);
    const status = error.refused ? 'unsent' : ({ timeout: 'late', network: 'unsent' }[error.code] ?? 'failed');
    entry.tries += 1;
    if (entry.status !== 'failed' || status !== 'failed') Object.assign(entry, { status, error: error.message });
    for (const later of this.store.pending) if (later.status === 'sending') later.status = 'unsent';
    const delay = Math.max(wait, backoff(entry.tries + 2));
    entry.notBefore = Date.now() + delay;
    if (status !== 'late') {
      setTimeout(() => this.flush(), delay + 50);
      this.#poke();
    }
    this.#changed();
    return false;
  }

  async #confirmed(entry, replies, signal) {
    const last = this.store.lastSeq;
    this.store.confirm(entry, Math.min(last + 1, ...replies.map(({ seq }) => seq)));
    this.#receive(replies);
    if (this.store.awaitingEcho.includes(entry)) await this.#replay(signal).catch(() => this.#poke());
    if (!replies.length) this.dispatchEvent(new CustomEvent('sent'));
  }

  async #openSession(signal) {
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        await oneTabAtATime(`${this.store.scope}:open`, () => this.#createOnce(signal));
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#lost();
        await this.#pause(Math.max(error.retryAfter * 1000, backoff(tries)), signal);
      }
    }
  }

  async #createOnce(signal) {
    if (signal.aborted) return;
    let session = this.store.readSession();
    let greeting = null;
    if (!session) {
      session = await this.api.createSession({ signal });
      if (signal.aborted) return;
      this.store.saveSession(session);
      greeting = session.messages;
    }
    this.api.token = session.token;
    this.sessionId = session.session;
    this.store.open(session.session);
    if (greeting) {
      this.loaded = true;
      this.#receive(greeting);
    }
  }

  async #follow(signal) {
    let lostTries = 0;
    let shortStreams = 0;
    while (!signal.aborted) {
      try {
        await this.#replay(signal);
        if (signal.aborted) return;
        lostTries = 0;
        const back = this.connection !== 'online';
        this.#setConnection('online');
        this.flush({ now: back });
      } catch (error) {
        if (signal.aborted) return;
        lostTries += 1;
        this.#lost(error);
        await this.#pause(Math.max(error.retryAfter * 1000, backoff(lostTries)), signal);
        continue;
      }
      if (this.#longHidden) {
        await this.#pause(HIDDEN_POLL, signal);
        continue;
      }
      const started = Date.now();
      await this.#stream(signal).catch(() => navigator.onLine === false && !signal.aborted && this.#lost());
      shortStreams = Date.now() - started > 10_000 ? 0 : shortStreams + 1;
      // Where something on the way cuts streams, the replay at the top of this loop works as a slow poll.
      await this.#pause(Math.min(backoff(shortStreams), 10_000), signal);
    }
  }

  async #stream(signal) {
    this.streaming = new AbortController();
    const cut = () => this.streaming.abort();
    signal.addEventListener('abort', cut);
    this.lastHeard = Date.now();
    try {
      await this.api.stream(this.store.cursor, (message) => this.#heard(message, signal), {
        signal: this.streaming.signal,
        onState: (state) => !signal.aborted && this.#people(state),
      });
    } finally {
      if (this.people.typing && !signal.aborted) this.#people({ ...this.people, typing: null });
      signal.removeEventListener('abort', cut);
    }
  }

  // What the clinic's people have opened, and who of them is typing.
  #people(state) {
    this.lastHeard = Date.now();
    this.people = state;
    this.#changed();
  }

  #heard(message, signal) {
    if (signal.aborted) return;
    this.lastHeard = Date.now();
    this.#receive([message], { inOrder: true });
  }

  async #replay(signal) {
    const confirmedBefore = this.store.awaitingEcho;
    const messages = await this.api.replay(this.store.cursor, { signal });
    if (signal.aborted) return;
    const history = !this.loaded;
    this.loaded = true;
    this.#receive(messages, { inOrder: true, history });
    // The server has them in its log by now, so what it shows is the truth even if it changed the text.
    this.store.drop(confirmedBefore);
    this.#changed();
  }

  #receive(messages, { inOrder = false, history = false } = {}) {
    const fresh = messages.filter((message) => this.store.add(message)).sort((a, b) => a.seq - b.seq);
    // When a consent is withdrawn, here or in another tab, lines take the place of messages that are on the screen.
    if (!history && fresh.some(({ kind, from }) => kind === 'notice' && from === 'system')) this.#readAgain(this.run.signal);
    if (inOrder) this.store.cursor = Math.max(this.store.cursor, ...messages.map(({ seq }) => seq));
    const answeredLate = this.store.pending.some(({ status, seq }) => status === 'late' && seq && fresh.some((message) => message.seq > seq));
    if (answeredLate) this.flush({ now: true });
    const unheard = fresh.filter((message) => !this.store.wasTold(message));
    if (fresh.length || history) this.#changed(unheard, history);
  }

  async #readAgain(signal) {
    try {
      const messages = await this.api.replay(0, { signal });
      if (!signal.aborted && this.store.putAway(messages)) this.#changed();
    } catch {
      // What could not be read again is read at the next start of the page.
    }
  }

  #listen(signal) {
    const on = (target, name, handler) => target.addEventListener(name, handler, { signal });
    on(window, 'online', () => this.#wake());
    on(window, 'offline', () => {
      this.#lost();
      this.streaming?.abort();
    });
    on(document, 'visibilitychange', () => this.#visibilityChanged());
    on(window, 'storage', (event) => this.#otherTab(event));
  }

  #visibilityChanged() {
    this.hiddenSince = document.hidden ? Date.now() : null;
    if (document.hidden) {
      this.hiddenTimer = setTimeout(() => this.streaming?.abort(), HIDDEN_GRACE);
      return;
    }
    clearTimeout(this.hiddenTimer);
    // A phone that slept drops connections without telling.
    if (Date.now() - (this.lastHeard ?? 0) > LOST_AFTER_SILENCE) this.#wake();
  }

  get #longHidden() {
    return document.hidden && this.hiddenSince && Date.now() - this.hiddenSince >= HIDDEN_GRACE;
  }

  #otherTab({ key, newValue }) {
    if (key === this.store.sessionKey) {
      const session = this.store.readSession()?.session;
      if (session === this.sessionId) return;
      this.store.reset();
      // Deleted in the other tab. If it starts over there, its new session follows at once, and this tab goes along.
      if (!session) return this.#leave('elsewhere');
      this.api.token = null;
      this.start();
    } else if (key && newValue === null && this.store.removedElsewhere(key)) {
      this.#changed();
    }
  }

  #leave(state) {
    this.run.abort();
    this.flushing = false;
    this.api.token = null;
    // Aborting took the ears for other tabs away with everything else.
    this.run = new AbortController();
    this.#listen(this.run.signal);
    this.#setConnection(state);
  }

  // A refusal may be the fault of the service, whose clock or key is wrong for a while: the token is kept, and the patient decides.
  #lost(error) {
    const trouble = error?.refused ? 'refused' : 'reconnecting';
    if (!this.over) this.#setConnection(navigator.onLine === false ? 'offline' : trouble);
    for (const entry of this.store.pending) this.#warn(entry);
  }

  #setConnection(state) {
    if (this.connection === state) return;
    const from = this.connection;
    this.connection = state;
    this.#changed();
    this.dispatchEvent(new CustomEvent('connection', { detail: { from, to: state } }));
  }

  // Ends the current stream or pause, so that the loop checks the connection now.
  #wake() {
    this.#poke();
    for (const wake of [...this.sleepers]) wake();
  }

  #poke() {
    this.streaming?.abort();
  }

  #pause(milliseconds, signal) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.sleepers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, signal.aborted ? 0 : milliseconds);
      this.sleepers.add(end);
      signal.addEventListener('abort', end);
    });
  }

  #changed(fresh = [], history = false) {
    this.dispatchEvent(new CustomEvent('change', { detail: { fresh, history } }));
  }
}
