import { Ask, fieldsOf, keyOf } from './ask.js';
import { AlarmBar, ConnectionBar, IntakeBar, LanguageChoice, noticeBar, OwnData, privacyLine, Question, toolLine } from './bars.js';
import { Composer } from './composer.js';
import { el, TextSize } from './dom.js';
import { bodyOf, boxTitle, choiceGroup, deliveryNode, deliveryText, messageNode, readBack, referenceBox, spoken, whoSays } from './message.js';
import { count, fill } from './text.js';

const NEAR = 80;
const SPOKEN_STAYS = 15_000;

export class View {
  constructor({ strings, clinic, base, actions, drafts, draftKey, filled, storage, dir }) {
    Object.assign(this, { strings, clinic, base, actions });
    this.rows = new Map();
    this.kept = new Map();
    this.unseen = [];
    this.atEnd = true;
    this.spokenTroubles = new Map();
    this.say = this.say.bind(this);
    this.tools = { strings, base, filled, say: this.say, send: (text, values) => this.#answer(text, values) };
    this.polite = el('div', { class: 'visually-hidden', 'aria-live': 'polite' });
    this.urgent = el('div', { class: 'visually-hidden', 'aria-live': 'assertive' });
    this.composer = new Composer({ strings, drafts, draftKey, send: (text) => this.#send(text), say: this.say });
    this.composer.input.addEventListener('keydown', (event) => this.#pageFromEmptyBox(event));
    const label = clinic.name ? fill(strings.chatWith, { clinic: clinic.name }) : strings.chat;
    this.node = el('div', { class: 'chat', role: 'region', lang: strings.lang, dir: dir || strings.dir, 'aria-label': label });
    this.size = new TextSize(this.node, storage);
    this.#makeParts();
    this.node.append(...this.#parts());
  }

  #makeParts() {
    const { strings, clinic, base, actions } = this;
    const focusElsewhere = () => this.focusConversation();
    const startOver = () => actions.startOver();
    this.transcript = this.#transcript();
    this.alarm = new AlarmBar({ strings, log: this.log, show: (node) => this.#show(node) });
    this.connection = new ConnectionBar({ strings, clinic, reconnect: () => actions.reconnect(), startOver, focusElsewhere });
    this.person = el('p', { class: 'holder', hidden: true });
    this.intake = new IntakeBar({ strings, send: (text) => this.#send(text), focusElsewhere });
    this.language = new LanguageChoice({ strings, speak: actions.speak, heard: actions.heard, kept: actions.kept(), say: this.say });
    this.privacy = privacyLine(clinic, base, strings);
    this.pinned = el('div', { class: 'pinned' });
    this.ownData = new OwnData({ strings, base, actions });
    this.startOver = new Question({
      title: strings.startOverTitle, text: strings.startOverText, yes: strings.startOverYes, cancel: strings.cancel, confirm: startOver,
    });
  }

  #parts() {
    const { strings, clinic, size, say } = this;
    const tools = toolLine({
      strings, size, say,
      language: this.language.node,
      openOwnData: () => this.ownData.open(),
      startOver: () => this.startOver.open(this.hasUnsent ? strings.startOverUnsent : ''),
    });
    return [
      noticeBar({ strings, clinic, askPerson: () => this.#askPerson() }),
      this.alarm.node,
      this.transcript,
      this.connection.node,
      this.person,
      this.intake.node,
      this.privacy,
      this.pinned,
      el('div', { class: 'foot' }, this.composer.node, tools),
      this.startOver.node,
      this.ownData.node,
      this.polite,
      this.urgent,
    ];
  }

  render({ items, connection, typing, loading, people = { read: 0, typing: null } }) {
    this.hasUnsent = items.some(({ pending }) => pending && !pending.seq);
    const wasNear = this.atEnd;
    const author = items.findLast?.(({ message }) => message.hands)?.message.hands;
    this.person.hidden = !author?.name;
    const words = people.typing ? this.strings.personTypes : this.strings.personIsHere;
    this.person.textContent = author && fill(words, { who: whoSays({ author: people.typing ?? author }, this.strings) });
    const read = items.filter(({ message }) => message.from === 'patient' && message.seq && message.seq <= people.read);
    this.lastRead = read.at(-1)?.message.seq;
    const added = this.#renderRows(items);
    const typingBegins = typing && this.typing.hidden;
    this.typing.hidden = !typing;
    this.loading.hidden = !loading || items.length > 0;
    this.begun = items.some(({ message }) => message.from === 'patient');
    this.privacy.hidden = !this.clinic.privacy || !items.length || this.begun;
    this.connection.update(connection);
    const open = this.person.hidden ? openQuestion(items) : { what: 'person' };
    // What was taken back, here or at the service, is not kept in a card either.
    const takenBack = !open.asks && items.some(({ message }) => message.kind === 'removed');
    if ((!loading && !this.begun) || takenBack) this.forgetCards();
    // A chat that the service does not know any more was deleted, in words or elsewhere.
    if (['refused', 'deleted', 'elsewhere'].includes(connection)) this.tools.filled.forget();
    this.#showAsk(open.asks && items.find(({ message }) => message === open.asks));
    this.composer.expect(open.what === 'field' && this.ask?.node.isConnected && this.ask.hasField ? 'beside' : open.what);
    this.language.heard(items);
    this.intake.update(open.what === 'field' ? open.asks.question : null);
    this.#pin(open.what === 'summary' && items.filter(({ message }) => message.kind === 'summary').at(-1));
    this.node.classList.toggle('begun', this.begun);
    if (wasNear && (added.length || typingBegins)) this.#scrollToNews(added[0], added);
    else if (wasNear) this.#scrollToEnd();
    const alarm = added.find((node) => node.matches('.kind-emergency, .kind-check'));
    if (alarm && !loading) this.#scrollToNews(alarm);
    this.#updateJump();
    this.alarm.update(items.map(({ key, message }) => ({ message, node: this.rows.get(key).node })));
  }

  arrived(fresh, { history }) {
    const others = fresh.filter(({ from }) => from !== 'patient');
    if (history) {
      this.#scrollToNews(this.#lastOwn());
      if (fresh.length) this.say(count(this.strings.loaded, fresh.length, this.strings.locale));
      return;
    }
    for (const message of others) {
      const urgent = ['emergency', 'check'].includes(message.kind);
      this.say(spoken(message, this.strings), { urgent, lang: urgent && message.lang });
    }
    this.unseen.push(...others.map(({ seq }) => this.rows.get(`seq-${seq}`)?.node).filter(Boolean));
    this.#updateJump();
  }

  say(text, { urgent = false, lang = null } = {}) {
    // What lies behind an open dialog is not read out, so it is said when the dialog has closed.
    const dialog = this.node.querySelector('dialog[open]');
    if (dialog) return dialog.addEventListener('close', () => this.say(text, { urgent, lang }), { once: true });
    const line = el('p', { lang }, text);
    (urgent ? this.urgent : this.polite).append(line);
    // Kept for a while, for a slow screen reader, then removed so that nobody finds it twice.
    setTimeout(() => line.remove(), SPOKEN_STAYS);
  }

  #pageFromEmptyBox(event) {
    const direction = { PageUp: -1, PageDown: 1 }[event.key];
    if (!direction || !this.composer.empty) return;
    event.preventDefault();
    this.log.scrollBy({ top: direction * this.log.clientHeight * 0.9 });
  }

  /** Whether a message stands, or stood, before the reader's eyes: its beginning has come into the window. */
  hasShown(seq) {
    const node = this.rows.get(`seq-${seq}`)?.node;
    return !document.hidden && this.log.clientHeight > 0 && node?.offsetTop < this.log.scrollTop + this.log.clientHeight;
  }

  focusConversation() {
    this.log.focus({ preventScroll: true });
  }

  #send(text, values) {
    if (!this.actions.send(text, values)) return false;
    this.#scrollToNews(this.#lastOwn());
    return true;
  }

  // Who answered with the controls of a question goes on with those of the next one.
  #answer(text, values) {
    const inside = this.log.contains(this.node.getRootNode().activeElement);
    if (!this.#send(text, values)) return;
    this.goesOn = inside;
    if (inside) this.focusConversation();
  }

  /** Nothing that was filled in and not sent is kept. */
  forgetCards() {
    this.kept.clear();
    this.tools.filled.forget();
    this.ask?.node.remove();
    this.ask = null;
  }

  // The controls stand below the question that is open. Asked again after something else, it has the same ones, as they were left.
  #showAsk(item) {
    const { ask } = this;
    if (!item || this.replies.get(item.key) || !fieldsOf(item.message).length) {
      if (ask?.node.contains(ask.node.getRootNode().activeElement)) this.focusConversation();
      ask?.node.remove();
      return;
    }
    if (ask?.key !== keyOf(item.message)) {
      ask?.node.remove();
      this.ask = new Ask(item.message, this.tools, this.kept);
    }
    const body = this.rows.get(item.key).node.querySelector('.body');
    if (this.ask.node.parentNode === body) return;
    body.append(this.ask.node);
    if (this.goesOn && this.node.getRootNode().activeElement === this.log) this.ask.focus();
    this.goesOn = false;
  }

  #askPerson() {
    const text = this.strings.talkToPersonMessage;
    // A worried person presses twice; the same wish is not sent again meanwhile.
    if (this.actions.isWaiting(text)) return;
    this.#send(text);
  }

  #transcript() {
    const { strings } = this;
    this.list = el('div', { class: 'messages' });
    this.typing = el(
      'div',
      { class: 'typing', hidden: true },
      el('span', { class: 'dots', 'aria-hidden': 'true' }, el('span'), el('span'), el('span')),
      strings.typing,
    );
    this.loading = el('p', { class: 'loading' }, strings.loading);
    // The log itself stays silent: the separate live region says each message once and in order.
    this.log = el(
      'div',
      { class: 'log', role: 'log', 'aria-live': 'off', 'aria-label': strings.conversation, tabindex: '0', onscroll: () => this.#scrolled() },
      el('div', { class: 'column' }, this.list, this.typing, this.loading),
    );
    // The writing field and the connection line grow: who was at the end stays at the end.
    new ResizeObserver(() => this.atEnd && this.#scrollToEnd()).observe(this.log);
    this.jumpWords = el('span', {});
    this.jump = el('button', { type: 'button', class: 'jump', hidden: true, onclick: () => this.#jumpToEnd() }, this.jumpWords);
    return el('div', { class: 'transcript' }, this.log, this.jump);
  }

  // What sends a read-back stands above the writing field as long as it is open, and in its place afterwards.
  #pin(item) {
    const [pinned] = this.pinned.children;
    const row = item && this.rows.get(item.key);
    if (pinned === row?.choices || (!pinned && !row)) return;
    const focused = pinned?.contains(pinned.getRootNode().activeElement);
    if (pinned) [...this.rows.values()].find(({ choices }) => choices === pinned)?.node.querySelector('.body').append(pinned);
    this.pinned.replaceChildren(...(row?.choices ? [row.choices] : []));
    if (focused) this.focusConversation();
  }

  #renderRows(items) {
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      if (row.node.contains(row.node.getRootNode().activeElement)) this.focusConversation();
      row.node.remove();
      this.rows.delete(key);
    }
    const answers = (this.replies = repliesTo(items));
    let place = this.list.firstChild;
    let previous = null;
    let asked = null;
    const added = [];
    for (const item of items) {
      if (!this.rows.has(item.key)) {
        const node = this.#newRow(item, asked);
        // A line in the place of something that was removed is no news.
        if (item.message.kind !== 'removed') added.push(node);
      }
      const row = this.rows.get(item.key);
      row.update(item, answers.get(item.key));
      row.node.classList.toggle('continued', previous?.from === item.message.from);
      if (row.node === place) place = place.nextSibling;
      else this.list.insertBefore(row.node, place);
      previous = item.message;
      if (item.message.buttons?.length) asked = item.message;
    }
    return added;
  }

  #newRow({ key, message }, asked) {
    const { strings } = this;
    // A pressed button sends its value, which may be a code: its words are shown.
    const shown = message.from === 'patient' ? (asked?.buttons.find(({ value }) => value === message.text)?.title ?? message.text) : message.text;
    const summary = message.kind === 'summary' ? readBack(message, this.tools) : null;
    const body = summary ? [boxTitle(message, strings), summary.blocks] : bodyOf(message, shown ?? '', this);
    const node = messageNode(message, body, this);
    const delivery = message.from === 'patient' ? deliveryNode(this.actions, strings) : null;
    const buttons = besideControls(message, strings);
    const choices = buttons.length ? choiceGroup(buttons, (choice) => this.#choose(choice), strings) : null;
    const sent = message.kind === 'handoff' && referenceBox(message.text, this.tools, (text) => this.composer.begin(text));
    if (delivery) node.append(delivery.node);
    if (choices) (message.question ? node.querySelector('.body') : node).append(choices.group);
    if (sent) node.querySelector('.body').append(sent);
    const update = (item, reply) => {
      delivery?.update(item.pending, item.message.seq && item.message.seq === this.lastRead);
      if (delivery) this.#sayTrouble(key, item.pending);
      choices?.update({ open: !reply && (this.person.hidden || message.kind === 'emergency'), chosen: reply && buttons.find(({ title, value }) => reply.text === value || reply.text === title) });
      summary?.update(!reply);
    };
    const row = { node, update, choices: choices?.group };
    this.rows.set(key, row);
    return node;
  }

  #choose(choice) {
    this.say(fill(this.strings.youChose, { title: choice.title }));
    this.#send(choice.value);
  }

  #sayTrouble(key, pending) {
    const trouble = pending && ['unsent', 'late', 'failed', 'refused'].includes(pending.status);
    const text = trouble ? deliveryText(pending, this.strings) : '';
    if (text && this.spokenTroubles.get(key) !== text) this.say(text, { lang: this.strings.troublesLang });
    if (text) this.spokenTroubles.set(key, text);
    else this.spokenTroubles.delete(key);
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.log;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #lastOwn() {
    return [...this.list.querySelectorAll('.from-patient')].at(-1);
  }

  // A long answer is read from its start: the view follows new messages only as far as the first of them stays in sight,
  // and the patient's own last message too if it is still there.
  #scrollToNews(firstNew, added = []) {
    const { log } = this;
    const own = this.#lastOwn();
    const end = log.scrollHeight - log.clientHeight;
    const seen = own && own.offsetTop >= log.scrollTop ? own : firstNew;
    // A card that does not fit below what was said before it is shown from its beginning, unless an answer is read first.
    const asked = seen?.offsetTop - 12 < end && !added.some((node) => node.matches('.kind-answer')) && added.find((node) => node.matches('.kind-question, .kind-summary'));
    const anchor = asked || seen;
    log.scrollTop = anchor ? Math.min(end, anchor.offsetTop - 12) : end;
  }

  #scrolled() {
    this.#updateJump();
    this.alarm.moved();
  }

  #show(node) {
    this.focusConversation();
    this.log.scrollTop = node.offsetTop - 12;
  }

  #updateJump() {
    const { strings } = this;
    const near = this.#nearEnd();
    this.atEnd = near;
    if (near && this.jump.getRootNode().activeElement === this.jump) this.focusConversation();
    const bottom = this.log.scrollTop + this.log.clientHeight;
    this.unseen = near ? [] : this.unseen.filter((node) => node.offsetTop > bottom - 40);
    // An arrow without news would only lie over what somebody is filling in.
    const atOpen = !this.unseen.length && this.list.lastElementChild?.matches('.kind-question, .kind-summary') && this.list.lastElementChild.offsetTop < bottom - 40;
    this.jump.hidden = near || Boolean(atOpen);
    const label = this.unseen.length ? count(strings.newBelow, this.unseen.length, strings.locale) : strings.toLatest;
    if (this.jumpWords.textContent !== label) this.jumpWords.textContent = label;
    // Without news the arrow alone is shown: it lies over what is being read.
    this.jumpWords.classList.toggle('visually-hidden', !this.unseen.length);
  }

  #jumpToEnd() {
    this.focusConversation();
    this.#scrollToEnd();
  }

  #scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}

// What the patient said next after each message, which closes that message's buttons.
function repliesTo(items) {
  const replies = new Map();
  let next = null;
  for (const { key, message, pending } of [...items].reverse()) {
    if (message.from === 'patient') {
      if (pending?.status !== 'refused') next = message;
    } else {
      replies.set(key, next);
    }
  }
  return replies;
}

// What the chat waits for: the replies to the patient's last message tell, and the ones before it while none has come yet.
function openQuestion(items) {
  const theirs = [];
  for (const { message } of [...items].reverse()) {
    if (message.from !== 'patient') theirs.push(message);
    else if (theirs.length) break;
  }
  const asks = theirs.find(({ kind, question }) => question && kind !== 'summary');
  if (asks) return { what: 'field', asks };
  if (theirs.some(({ kind, buttons }) => kind === 'summary' && buttons.length)) return { what: 'summary' };
  return { what: theirs.some(({ from, kind }) => from === 'coordinator' || kind === 'emergency' || kind === 'check') ? 'person' : 'question' };
}

// The buttons that say what no control says: one of two readings, or that an earlier answer is kept.
function besideControls({ kind, question, buttons }, strings) {
  if (kind !== 'question' || !question?.input) return buttons ?? [];
  const said = new Set([strings.skip, ...question.input.options.map(({ title }) => title)]);
  return buttons.filter(({ value }) => !said.has(value));
}
