import { carefulButton } from './dialogs.js';
import { el } from './dom.js';
import { fill, formatDay, readable } from './text.js';

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
    const { own, tryAgain } = this.strings;
    this.content.replaceChildren(el('p', {}, own.loading));
    if (!this.node.open) this.node.showModal();
    try {
      const [intake, file, page] = await this.actions.ownData();
      if (this.node.open) this.#show(intake, file, page);
    } catch {
      const again = el('button', { type: 'button', class: 'plain', onclick: () => this.open() }, tryAgain);
      this.content.replaceChildren(el('p', { class: 'own-problem', role: 'alert' }, own.failed), again);
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
    if (typeof value !== 'object') return String(value);
    if (value.date) return formatDay(value.date, locale);
    return this.#words(value.agreed ?? value.said ?? value.name ?? value.value ?? value.age ?? value.text ?? Object.values(value)[0]);
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
        ask: own.withdrawAsk, sure: own.withdrawSure, yes: own.withdrawYes, cancel, failed: own.notDone,
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
        ask: own.eraseAsk, sure: own.eraseSure, yes: own.eraseYes, cancel, failed: own.notDone,
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
