// What stands around the transcript: the lines above and below it, and the dialogs.

import { el, hiddenText, inTheirLanguage, telUrl } from './dom.js';
import { fill, formatDay, readable } from './text.js';

/**
 * What is always in sight: that this is software, the way to a person, the emergency number. Once somebody has written, a phone
 * shows it as one line, with the clinic's name where there is room.
 */
export function noticeBar({ strings, clinic, askPerson }) {
  return el(
    'section',
    { class: 'notice-bar', 'aria-label': strings.important },
    el('p', { class: 'notice-text' }, strings.notice),
    el('p', { class: 'clinic-name', 'aria-hidden': 'true' }, clinic.name),
    el(
      'div',
      { class: 'notice-actions' },
      el('button', { type: 'button', class: 'person', onclick: askPerson }, strings.talkToPerson),
      emergencyLine(clinic, strings),
    ),
  );
}

/** The number of the clinic's country, said to be that, for nobody knows here where the reader is. */
export function emergencyLine({ emergencyNumber: number }, strings) {
  if (!number) return [];
  return [el('a', { class: 'emergency-link', href: telUrl(number) }, fill(strings.emergency, { number })), ' ', el('span', { class: 'elsewhere' }, strings.elsewhere)];
}

/** What is kept of what one writes, to be read before the first message. */
export function privacyLine({ privacy, privacyLink }, base, strings) {
  const link = privacyLink && el('a', { href: new URL('privacy', base).href, target: '_blank', rel: 'noopener' }, `${privacyLink} ${strings.newTab}`);
  return el('p', { class: 'privacy', hidden: true }, privacy, ' ', link);
}

export function contactLine({ phone, email, openingHours }, strings) {
  if (!phone && !email) return null;
  return el(
    'p',
    { class: 'contact' },
    strings.reachUs,
    phone && [' ', el('a', { href: telUrl(phone) }, phone)],
    email && [' ', el('a', { href: `mailto:${email}` }, email)],
    openingHours && ` (${openingHours})`,
  );
}

/** The connection in words, with what can be done about it. */
export class ConnectionBar {
  constructor({ strings, clinic, reconnect, startOver, focusElsewhere }) {
    Object.assign(this, { strings, focusElsewhere });
    this.words = el('p', {});
    this.contact = contactLine(clinic, strings);
    this.tryNow = el('button', { type: 'button', class: 'quiet', onclick: reconnect }, strings.tryNow);
    this.startNew = el('button', { type: 'button', class: 'quiet', onclick: startOver }, strings.startNew);
    this.node = el('div', { class: 'connection', hidden: true }, el('div', {}, this.words, this.contact), this.tryNow, this.startNew);
  }

  update(state) {
    const { strings, node } = this;
    const over = ['deleted', 'elsewhere'].includes(state);
    const trouble = over || ['offline', 'reconnecting', 'refused'].includes(state);
    const words = trouble ? strings.connection[state] : '';
    const hadFocus = node.contains(node.getRootNode().activeElement);
    node.hidden = !words;
    node.className = `connection ${trouble ? `trouble is-${state}` : 'mild'}`;
    this.words.textContent = words;
    inTheirLanguage(this.words, strings);
    if (this.contact) this.contact.hidden = !trouble || state === 'deleted' || state === 'elsewhere';
    this.tryNow.hidden = !['reconnecting', 'refused'].includes(state);
    this.startNew.hidden = !over && state !== 'refused';
    if (hadFocus && !node.contains(node.getRootNode().activeElement)) this.focusElsewhere();
  }
}

export function stepText({ step, steps }, strings) {
  return step && steps ? el('p', { class: 'step-of' }, fill(strings.questionStep, { step, steps })) : null;
}

/** How far the intake is, and the way back and out, while a field is open. */
export class IntakeBar {
  constructor({ strings, send, focusElsewhere }) {
    Object.assign(this, { strings, focusElsewhere });
    this.place = el('div', { class: 'place' });
    const button = (title, message) => el('button', { type: 'button', class: 'quiet', onclick: () => send(message) }, title);
    this.back = button(strings.back, strings.backMessage);
    this.answers = button(strings.answers, strings.answersMessage);
    this.node = el(
      'section',
      { class: 'intake-bar', 'aria-label': strings.intakeProgress, hidden: true },
      this.place,
      el('div', { class: 'intake-actions' }, this.back, this.answers, button([strings.stopShort, hiddenText(strings.stopRest)], strings.stopMessage)),
    );
  }

  update(question) {
    const { node } = this;
    const hadFocus = node.contains(node.getRootNode().activeElement);
    node.hidden = !question;
    if (question && this.shown !== question) {
      this.place.replaceChildren(stepText(question, this.strings) ?? '');
      node.style.setProperty('--done', question.step / question.steps);
      // There is nothing before the first one.
      this.back.hidden = this.answers.hidden = question.step <= 1;
    }
    this.shown = question;
    if (hadFocus && !node.contains(node.getRootNode().activeElement)) this.focusElsewhere();
  }
}

const FRESH = 24 * 60 * 60_000;

/** A line above the transcript as long as the latest emergency message is out of sight, so that it stays within one press. */
export class AlarmBar {
  constructor({ strings, log, show }) {
    this.log = log;
    this.message = null;
    const go = () => show(this.message);
    this.node = el(
      'section',
      { class: 'alarm-bar', 'aria-label': strings.kindLabel.emergency, hidden: true },
      el('p', {}, strings.emergencyAbove),
      el('button', { type: 'button', class: 'quiet', onclick: go }, strings.showEmergency),
    );
  }

  // `rows` are pairs of message and node, in order.
  update(rows) {
    const latest = rows.filter(({ message }) => message.kind === 'emergency').at(-1);
    this.message = latest && Date.now() - Date.parse(latest.message.at) < FRESH ? latest.node : null;
    this.moved();
  }

  moved() {
    const out = this.message && !this.#inSight();
    if (this.node.hidden === !out) return;
    // Measured once more after it has come or gone, because it takes its height from the transcript.
    this.node.hidden = !out;
  }

  #inSight() {
    const { scrollTop, clientHeight } = this.log;
    const { offsetTop, offsetHeight } = this.message;
    const middle = offsetTop + Math.min(offsetHeight, 160) / 2;
    return middle >= scrollTop && middle <= scrollTop + clientHeight;
  }
}

// A language as those who speak it write it.
function ownName(code) {
  const name = new Intl.DisplayNames([code], { type: 'language' }).of(code);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Which language alarms and other fixed texts come in; what the patient writes changes it, too. */
export class LanguageChoice {
  constructor({ strings, speak, heard, kept, say }) {
    Object.assign(this, { strings, hear: heard });
    const options = strings.languages.split(' ').map((code) => el('option', { value: code, lang: code, dir: 'auto' }, ownName(code)));
    this.node = el('select', { class: 'tool language', 'aria-label': strings.language }, options);
    this.#show(kept.language, kept.after);
    this.node.addEventListener('change', async () => {
      const chosen = this.node.value;
      try {
        await speak(chosen, this.seq);
        this.shown = chosen;
        say(fill(strings.languageIs, { language: ownName(chosen) }));
      } catch {
        this.node.value = this.shown;
        say(strings.status.not_done, { lang: strings.troublesLang });
      }
    });
  }

  reset() {
    this.#show(this.strings.lang, 0);
  }

  /** Show what the last message that was written is in, unless a language was chosen after it. */
  heard(items) {
    const last = items.findLast?.(({ message }) => message?.from === 'patient' && message.lang)?.message;
    if (!last || last.seq <= this.seq || !this.strings.languages.split(' ').includes(last.lang)) return;
    this.#show(last.lang, last.seq);
    this.hear(last.lang, last.seq);
  }

  #show(language, seq) {
    this.node.value = this.shown = language;
    this.seq = seq;
  }
}

/** The line below the writing field. */
export function toolLine({ strings, size, say, openOwnData, startOver, language }) {
  const button = (title, onclick, label) => el('button', { type: 'button', class: 'tool', onclick, 'aria-label': label, dir: label ? 'ltr' : null }, title);
  const resize = (by) => () => {
    if (size.change(by)) say(fill(strings.sizeIs, { percent: size.percent }));
    mark();
  };
  const smaller = button('A−', resize(-1), strings.smaller);
  const larger = button('A+', resize(1), strings.larger);
  const mark = () => {
    smaller.setAttribute('aria-disabled', String(!size.can(-1)));
    larger.setAttribute('aria-disabled', String(!size.can(1)));
  };
  mark();
  return el(
    'div',
    { class: 'foot-line' },
    el('p', { id: 'keys', class: 'keys' }, strings.keys),
    el(
      'div',
      { class: 'tools', role: 'group', 'aria-label': strings.tools },
      button(strings.myData, openOwnData),
      el('span', { class: 'sizes' }, smaller, larger),
      language,
      button(strings.startOver, startOver),
    ),
  );
}

/** A modal question with two answers. `open` takes further lines to show. */
export class Question {
  constructor({ title, text, yes, cancel, confirm }) {
    this.more = el('p', { hidden: true });
    const close = () => this.node.close();
    const agreed = () => {
      close();
      confirm();
    };
    this.node = el(
      'dialog',
      { 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
      el('h2', { id: 'question-title' }, title),
      el('p', { id: 'question-text' }, text),
      this.more,
      el(
        'div',
        { class: 'dialog-actions' },
        el('button', { type: 'button', class: 'plain', onclick: close }, cancel),
        el('button', { type: 'button', class: 'danger', onclick: agreed }, yes),
      ),
    );
  }

  open(more = '') {
    this.more.hidden = !more;
    this.more.textContent = more;
    this.node.showModal();
  }
}

/**
 * A button that asks once more in its own place before something that cannot be undone. `act` may fail; then the reader is told
 * and can try again.
 */
export function carefulButton({ ask, sure, yes, cancel, act, failed }) {
  const problem = el('p', { class: 'own-problem', role: 'alert', hidden: true });
  const first = el('button', { type: 'button', class: 'plain ask' }, ask);
  const go = el('button', { type: 'button', class: 'danger' }, yes);
  const back = el('button', { type: 'button', class: 'plain' }, cancel);
  const box = el('div', { class: 'sure', role: 'group', 'aria-label': sure, hidden: true }, el('p', {}, sure), problem, el('div', { class: 'dialog-actions' }, back, go));
  const show = (open) => {
    box.hidden = !open;
    first.hidden = open;
    problem.hidden = true;
  };
  first.addEventListener('click', () => {
    show(true);
    back.focus();
  });
  back.addEventListener('click', () => {
    show(false);
    first.focus();
  });
  go.addEventListener('click', async () => {
    if (go.getAttribute('aria-disabled') === 'true') return;
    go.setAttribute('aria-disabled', 'true');
    try {
      await act();
    } catch {
      problem.textContent = failed;
      problem.hidden = false;
    }
    go.removeAttribute('aria-disabled');
  });
  return el('div', {}, first, box);
}

/** "My data": what is held, a copy of it, and the two ways to take it back, each explained before it is done. */
export class OwnData {
  constructor({ strings, base, actions }) {
    Object.assign(this, { strings, base, actions, addresses: [] });
    this.content = el('div', { class: 'own-data' });
    const close = el('button', { type: 'button', class: 'plain', onclick: () => this.node.close() }, strings.close);
    this.node = el(
      'dialog',
      { class: 'wide', 'aria-labelledby': 'own-title', onclose: () => this.#forget() },
      el('div', { class: 'dialog-head' }, el('h2', { id: 'own-title' }, strings.myData), close),
      el('p', {}, strings.own.intro),
      this.content,
    );
  }

  async open() {
    const { own, status, tryAgain } = this.strings;
    this.content.replaceChildren(el('p', {}, own.loading));
    if (!this.node.open) this.node.showModal();
    try {
      const [intake, file, page] = await this.actions.ownData();
      if (this.node.open) this.#show(intake, file, page);
    } catch {
      const again = el('button', { type: 'button', class: 'plain', onclick: () => this.open() }, tryAgain);
      this.content.replaceChildren(el('p', { class: 'own-problem', role: 'alert' }, status.not_done), again);
    }
  }

  #show(intake, file, page) {
    this.content.replaceChildren(this.#answers(intake), this.#copies(file, page), this.#withdrawal(intake), this.#deletion());
  }

  #answers({ status, reference, answers }) {
    const { own } = this.strings;
    const given = Object.entries(answers ?? {});
    const state = fill(own.status[status] ?? '', { reference: reference ?? '' });
    return section(
      own.answers,
      el('p', {}, state),
      given.length
        ? el('dl', { class: 'own-answers' }, given.map(([name, value]) => el('div', {}, el('dt', {}, readable(name)), el('dd', { dir: 'auto' }, this.#words(value)))))
        : status !== 'none' && el('p', {}, own.noAnswers),
    );
  }

  // Values are plain, lists, or objects whose most telling part is one of these.
  #words(value) {
    const { own, locale } = this.strings;
    if (value === null || value === undefined || value === '') return own.leftOut;
    if (value === true) return own.yes;
    if (value === false) return own.no;
    if (Array.isArray(value)) return value.map((part) => this.#words(part)).join(', ') || own.leftOut;
    if (typeof value !== 'object') return /^[a-z_]+$/.test(value) ? readable(value) : String(value);
    if (value.answer) return [readable(value.answer), value.detail].filter(Boolean).join(', ');
    if (value.date) return formatDay(value.date, locale);
    return this.#words(value.agreed ?? value.said ?? value.name ?? value.value ?? value.year ?? value.age ?? value.text ?? Object.values(value)[0]);
  }

  #copies(file, page) {
    const { own, newTab } = this.strings;
    const name = `cordial-chat-${new Date().toISOString().slice(0, 10)}.json`;
    return section(
      own.copy,
      el('p', {}, own.copyText),
      el(
        'p',
        { class: 'copies' },
        el('a', { class: 'plain', href: this.#address(file), download: name }, own.copyFile),
        page && el('a', { class: 'plain', href: this.#address(this.#withWholeLinks(page)), target: '_blank', rel: 'noopener' }, `${own.copyPage} ${newTab}`),
      ),
    );
  }

  // Opened from memory the page has no place of its own, so links that begin with "/" would lead nowhere.
  #withWholeLinks(page) {
    const whole = page.replace(/\b(href|src)="\/(?!\/)/g, (_, attribute) => `${attribute}="${new URL('/', this.base).href}`);
    return new Blob([whole], { type: 'text/html' });
  }

  #withdrawal({ status, answers }) {
    const { own, cancel } = this.strings;
    if (status === 'none' && !Object.keys(answers ?? {}).length) return '';
    return section(
      own.withdraw,
      el('p', {}, own.withdrawText),
      carefulButton({
        ask: own.withdrawAsk, sure: own.withdrawSure, yes: own.withdrawYes, cancel, failed: this.strings.status.not_done,
        act: () => this.#finish(this.actions.withdrawConsent()),
      }),
    );
  }

  #deletion() {
    const { own, cancel } = this.strings;
    return section(
      own.erase,
      el('p', {}, own.eraseText),
      carefulButton({
        ask: own.eraseAsk, sure: own.eraseSure, yes: own.eraseYes, cancel, failed: this.strings.status.not_done,
        act: () => this.#finish(this.actions.erase()),
      }),
    );
  }

  async #finish(done) {
    await done;
    this.node.close();
    this.actions.focusConversation();
  }

  #address(blob) {
    const address = URL.createObjectURL(blob);
    this.addresses.push(address);
    return address;
  }

  #forget() {
    for (const address of this.addresses.splice(0)) URL.revokeObjectURL(address);
    this.content.replaceChildren();
  }
}

function section(title, ...content) {
  return el('section', {}, el('h3', {}, title), content);
}
