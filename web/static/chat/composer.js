import { el } from './dom.js';
import { count, lengthOf } from './text.js';

export const LIMIT = 4000;
const SHOW_FROM = 400;
const SPOKEN_AT = [400, 100, 20, 0];

export class Composer {
  constructor({ strings, send, say, drafts, draftKey }) {
    Object.assign(this, { strings, sendText: send, say, drafts, draftKey });
    this.input = el('textarea', {
      id: 'message',
      rows: 1,
      placeholder: strings.placeholder.question,
      enterkeyhint: 'send',
      autocomplete: 'off',
      'aria-describedby': 'problem counter keys',
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.counter = el('p', { id: 'counter', class: 'counter', hidden: true });
    this.problem = el('p', { id: 'problem', class: 'problem', hidden: true });
    // Without this a tap on "Send" would take the focus, and a phone would fold its keyboard away after each message.
    const keepFocus = (event) => event.preventDefault();
    this.node = el(
      'form',
      { class: 'composer', 'aria-label': strings.writeMessage, onsubmit: (event) => this.#submit(event) },
      el('label', { for: 'message', class: 'visually-hidden' }, strings.yourMessage),
      el('div', { class: 'field' }, this.input, el('button', { type: 'submit', class: 'send', onmousedown: keepFocus }, strings.send)),
      this.problem,
      this.counter,
    );
    this.spokenLeft = Infinity;
    this.input.value = drafts.getItem(draftKey) ?? '';
    this.#typed();
  }

  putBack(text) {
    this.input.value = [text, this.input.value].filter(Boolean).join('\n\n');
    this.#typed();
  }

  /** Begins a message for somebody who goes on writing it. */
  begin(text) {
    if (this.empty) this.input.value = text;
    this.#typed();
    this.focus();
  }

  clear() {
    this.input.value = '';
    this.#typed();
  }

  focus() {
    this.input.focus();
  }

  expect(what) {
    const placeholder = this.strings.placeholder[what];
    if (this.input.placeholder !== placeholder) this.input.placeholder = placeholder;
  }

  get empty() {
    return this.input.value === '';
  }

  #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    const over = lengthOf(text) - LIMIT;
    if (!text) return this.#complain(this.strings.emptyMessage);
    if (over > 0) return this.#complain(count(this.strings.charactersOver, over, this.strings.locale));
    if (this.sendText(text) !== false) this.clear();
  }

  #key(event) {
    // While an input method is composing, Enter picks a word; keyCode 229 is how Safari says so.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.node.requestSubmit();
  }

  #complain(text) {
    this.problem.textContent = text;
    this.problem.hidden = false;
    this.counter.hidden = true;
    this.input.setAttribute('aria-invalid', 'true');
    this.say(text);
  }

  #typed() {
    const left = LIMIT - lengthOf(this.input.value.trim());
    this.problem.hidden = true;
    this.problem.textContent = '';
    this.input.removeAttribute('aria-invalid');
    this.counter.hidden = left > SHOW_FROM;
    this.counter.classList.toggle('over', left < 0);
    this.counter.textContent = this.counter.hidden ? '' : this.#counterText(left);
    this.#speakCount(left);
    this.#grow();
    if (this.input.value) this.drafts.setItem(this.draftKey, this.input.value);
    else this.drafts.removeItem(this.draftKey);
  }

  #counterText(left) {
    const { charactersLeft, charactersOver, locale } = this.strings;
    return left < 0 ? count(charactersOver, -left, locale) : count(charactersLeft, left, locale);
  }

  // Said once when a threshold is crossed, not at every key.
  #speakCount(left) {
    const crossed = SPOKEN_AT.some((mark) => this.spokenLeft > mark && left <= mark) || (left < 0 && this.spokenLeft >= 0);
    this.spokenLeft = left;
    clearTimeout(this.counterTimer);
    if (crossed) this.counterTimer = setTimeout(() => this.say(this.counter.textContent), 700);
  }

  #grow() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.input.style.blockSize = 'auto';
    this.input.style.blockSize = `${this.input.scrollHeight + 2}px`;
  }
}
