import { el, telUrl } from './dom.js';
import { fill } from './text.js';

/** What is always in sight: that this is software, the way to a person, the emergency number. */
export function noticeBar({ strings, clinic, askPerson }) {
  return el(
    'section',
    { class: 'notice-bar', 'aria-label': strings.important },
    el('p', {}, strings.notice),
    el(
      'div',
      { class: 'notice-actions' },
      el('button', { type: 'button', class: 'person', onclick: askPerson }, strings.talkToPerson),
      clinic.emergencyNumber &&
        el('a', { class: 'emergency-link', href: telUrl(clinic.emergencyNumber) }, fill(strings.emergency, { number: clinic.emergencyNumber })),
    ),
  );
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
    this.node = el(
      'section',
      { class: 'intake-bar', 'aria-label': strings.intakeProgress, hidden: true },
      this.place,
      el('div', { class: 'intake-actions' }, this.back, button(strings.stop, strings.stopMessage)),
    );
  }

  update(question) {
    const { node } = this;
    const hadFocus = node.contains(node.getRootNode().activeElement);
    node.hidden = !question;
    if (question && this.shown !== question) {
      const progress = el('progress', { max: question.steps, value: question.step, 'aria-hidden': 'true' });
      this.place.replaceChildren(stepText(question, this.strings) ?? '', progress);
      // There is nothing before the first one.
      this.back.hidden = question.step <= 1;
    }
    this.shown = question;
    if (hadFocus && !node.contains(node.getRootNode().activeElement)) this.focusElsewhere();
  }
}
