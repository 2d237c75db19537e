import { control } from './controls.js';
import { el } from './dom.js';
import { fill } from './text.js';

let made = 0;

/** The fields that a question puts together: those of its card, or the one that it asks. */
export function fieldsOf({ question, text }) {
  const { field, input, card, value = null } = question;
  if (card?.fields.length) return card.fields;
  return input ? [{ field, input, label: '', ask: text, value }] : [];
}

/** Whether the words alone would be the control: a single free text is written in the writing field. */
function isWords(fields) {
  return fields.length === 1 && fields[0].input.kind === 'text';
}

// Pressed once, these are the whole answer.
function isPressed({ input }) {
  return ['choice', 'yes_no'].includes(input.kind);
}

// Asked once more, a field shows what was answered to it, to be changed or kept.
function isAnswered({ value }) {
  return value !== null && value !== undefined;
}

/**
 * What a question is answered with: large buttons, one control, or a card of several. It lives on when the question is asked
 * again after something else, so nothing that was filled in is lost.
 *
 * `kept` holds what was filled in and not sent, or sent last, by field: a field that is asked again has it as it was left.
 * `tools.filled` keeps the same through a reload of the page.
 * `send(text, values)` sends what a person would have written, and what was chosen.
 */
export class Ask {
  constructor(message, tools, kept) {
    Object.assign(this, { message, tools, kept, fields: fieldsOf(message) });
    this.several = this.fields.length > 1;
    this.key = keyOf(message);
    const press = !this.several && !isAnswered(this.fields[0]) && (isPressed(this.fields[0]) || isWords(this.fields));
    this.node = press ? this.#pressed(this.fields[0]) : this.#form();
    for (const [field, part] of kept) if (part.sent && !this.parts?.includes(part)) kept.delete(field);
  }

  get hasField() {
    return Boolean(this.parts);
  }

  /** Moves the focus to what is answered first; a finger would only get a keyboard over half of the question. */
  focus() {
    if (matchMedia('(pointer: coarse)').matches) this.node.focus({ preventScroll: true });
    else (this.parts?.[0].first ?? this.node.querySelector('button')).focus({ preventScroll: true });
  }

  #pressed(field) {
    const { strings } = this.tools;
    const { input } = field;
    const button = ({ title, value }) => el('button', { type: 'button', class: 'choice', onclick: () => this.#press(field, title, value) }, title);
    const choices = input.options.map(button);
    if (input.optional) choices.push(button({ title: strings.skip, value: null }));
    return el('div', { class: 'choices large', role: 'group', tabindex: '-1', 'aria-label': field.label || strings.choose }, choices, this.#whyButton());
  }

  // A yes is asked for its details in the same place.
  #press(field, title, value) {
    if (field.input.kind === 'yes_no' && value === 'yes') {
      this.node.replaceWith((this.node = this.#form()));
      this.parts[0].put({ answer: 'yes' });
      this.parts[0].detail.focus();
      return;
    }
    const chosen = value !== null && field.input.kind === 'yes_no' ? { answer: value, detail: null } : value;
    this.#send([{ ...field, result: { value: chosen, words: title } }]);
  }

  #form() {
    const { strings } = this.tools;
    this.parts = this.fields.map((field) => this.#part(field));
    this.go = el('button', { type: 'submit', class: 'send' }, strings.continue);
    this.skip = el('button', { type: 'button', class: 'quiet', onclick: () => this.#leave() }, strings.skip);
    const title = this.message.question.card?.title;
    const node = el(
      'form',
      { class: 'ask', novalidate: true, tabindex: '-1', 'aria-label': (this.several && title) || this.fields[0].label || strings.yourAnswer, oninput: () => this.#changed() },
      this.parts.map(({ box }) => box),
      el('div', { class: 'ask-actions' }, this.go, this.skip),
      this.several ? this.#reasons() : this.#whyButton(),
    );
    node.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#finish();
    });
    this.#changed();
    return node;
  }

  #part(field) {
    const before = this.kept.get(field.field);
    const part = before?.field.input.kind === field.input.kind ? before : control(field, this.tools);
    const id = `ask-${(made += 1)}`;
    const label = this.several ? field.ask : field.label || this.tools.strings.yourAnswer;
    // A group of several things to fill in is named as a group, a single one by itself.
    const alone = part.single;
    const problem = el('p', { class: 'problem', id: `${id}-problem`, hidden: true });
    if (alone) part.first.id ||= `${id}-input`;
    const name = el(alone ? 'label' : 'p', { id, class: this.several ? 'ask-name' : 'visually-hidden', for: alone ? part.first.id : null }, label);
    const box = el('div', { class: 'part', role: alone ? null : 'group', 'aria-labelledby': alone ? null : id }, name, part.node, problem);
    if (!part.box && isAnswered(field)) part.put(field.value);
    if (!part.box) this.tools.filled.fill(field, part);
    Object.assign(part, { field, box, problem, sent: false });
    this.kept.set(field.field, part);
    return part;
  }

  #whyButton() {
    const { strings, send } = this.tools;
    return el('button', { type: 'button', class: 'tool', onclick: () => send(strings.why) }, strings.why);
  }

  // A card says so by itself, for all of its questions.
  #reasons() {
    const { strings } = this.tools;
    const reasons = this.fields.filter(({ why }) => why);
    return reasons.length > 0 && el('details', { class: 'reasons' }, el('summary', {}, strings.why), el('dl', {}, reasons.map(({ label, why }) => [el('dt', {}, label), el('dd', {}, why)])));
  }

  #changed() {
    const results = this.parts.map((part) => part.read());
    const open = this.parts.filter((_, at) => !results[at]);
    this.skip.textContent = results.some(Boolean) ? this.tools.strings.skipRest : this.tools.strings.skip;
    this.skip.hidden = !open.some(({ field }) => field.input.optional);
    for (const part of this.parts) if (!part.problem.hidden && part.read()) this.#complain(part, '');
    this.tools.filled.keep(this.parts);
  }

  // What is open was not answered: it is left out only where somebody says so, or leaves free words empty.
  #finish() {
    this.#deliver((field) => (field.input.optional ? field.input.kind === 'text' && this.several : false));
  }

  #leave() {
    this.#deliver((field) => field.input.optional);
  }

  #deliver(mayBeLeftOut) {
    const { strings } = this.tools;
    const given = this.parts.map((part) => ({ ...part.field, part, result: part.read() }));
    const trouble = (each) => each.result?.problem || (each.result || mayBeLeftOut(each) ? '' : each.input.optional ? strings.openOrSkip : strings.needed);
    for (const each of given) this.#complain(each.part, trouble(each));
    const wrong = given.find(trouble);
    if (!wrong) return this.#send(given);
    wrong.part.first.focus();
    this.tools.say(trouble(wrong));
  }

  #complain({ problem, first }, text) {
    problem.hidden = !text;
    problem.textContent = text;
    first.setAttribute('aria-describedby', text && problem.id);
    const wrong = text && first.type !== 'radio';
    first[wrong ? 'setAttribute' : 'removeAttribute']('aria-invalid', 'true');
  }

  #send(given) {
    const { strings, send } = this.tools;
    const words = ({ result }) => result?.words ?? strings.leftOut;
    const lines = given.map((each) => (this.several ? fill(strings.line, { label: each.label, words: words(each) }) : (each.result?.words ?? strings.skip)));
    for (const part of this.parts ?? []) part.sent = true;
    this.tools.filled.drop(this.fields);
    send(lines.join('\n'), given.map(({ field, result }) => ({ field, value: result?.value ?? null })));
  }
}

/** Two questions with the same key are answered with the same thing. */
export function keyOf(message) {
  return JSON.stringify(fieldsOf(message).map(({ field, input }) => [field, input]));
}
