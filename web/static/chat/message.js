import { fieldsOf } from './ask.js';
import { stepText } from './bars.js';
import { answerCard, sentences, spokenAnswer } from './card.js';
import { control } from './controls.js';
import { el, hiddenText, inTheirLanguage, paragraphs, telUrl } from './dom.js';
import { fill, formatTime } from './text.js';

const BOXED = ['emergency', 'check', 'handoff', 'summary', 'notice'];

/** Who speaks, in words: a coordinator by name, and always whether it is a person or software. */
export function whoSays({ from, author }, strings) {
  if (!author?.name) return strings.from[from] ?? from;
  const role = strings.authorRole[author.role] ?? author.role;
  return fill(role ? strings.author : strings.authorWithoutRole, { name: author.name, role });
}

/** One message as an article. `body` is what it says, made by `bodyOf` or by the caller. */
export function messageNode(message, body, { strings }) {
  return el(
    'article',
    { class: `message from-${message.from} kind-${message.kind}` },
    el(
      'p',
      { class: 'meta' },
      el('span', { class: 'who' }, whoSays(message, strings)),
      ' ',
      el('time', { datetime: message.at }, formatTime(message.at, strings.locale)),
    ),
    el('div', { class: 'body', lang: message.lang === 'und' ? null : message.lang }, body),
  );
}

export function bodyOf(message, text, context) {
  if (message.kind === 'answer' && message.answer) return answerCard(message, context);
  return [
    message.question && stepText(message.question, context.strings),
    boxTitle(message, context.strings),
    message.question && cardTitle(message),
    message.question ? questionText(message, text, context.strings) : paragraphs(text),
    ['emergency', 'check'].includes(message.kind) && callButtons(message.calls),
  ];
}

export function boxTitle({ kind }, strings) {
  const title = strings.kindLabel[kind];
  return title && BOXED.includes(kind) && el('p', { class: 'box-title' }, title);
}

function cardTitle({ question: { card } }) {
  return card?.fields.length > 1 && el('p', { class: 'box-title' }, card.title);
}

// What a card says itself is not said above it as well. A long text that is quoted in a question is a touch away.
function questionText(message, text, strings) {
  const [first, ...more] = fieldsOf(message);
  if (more.length && text === first.ask) return null;
  const [, lead, quoted, after] = /^([^]*?)\s*["“]([^]{120,})["”]\s*([^]*)$/.exec(text) ?? [];
  if (!quoted) return paragraphs(text);
  const before = lead.replace(/[^.!?]*:$/, '');
  return [paragraphs(before), el('details', { class: 'whole' }, el('summary', {}, strings.wholeText), paragraphs(quoted)), paragraphs(after)];
}

// A number without its place would mislead whoever is elsewhere, so each button has the words that came with it.
function callButtons(calls) {
  if (!calls?.length) return null;
  return el('p', { class: 'calls' }, calls.map(({ number, label }) => el('a', { class: 'call', href: telUrl(number), dir: 'auto' }, label)));
}

export function choiceGroup(choices, choose, strings) {
  const outcome = el('p', { class: 'visually-hidden', hidden: true });
  const buttons = choices.map((choice) => {
    const mark = el('span', { class: 'mark' });
    const button = el('button', { type: 'button', class: 'choice' }, mark, choice.title);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') choose(choice);
    });
    return { button, mark, choice };
  });
  const group = el('div', { class: 'choices', role: 'group', 'aria-label': strings.choose }, buttons.map(({ button }) => button), outcome);

  // Buttons that have been answered stay where they are and keep the focus: only their state changes.
  const update = ({ open, chosen }) => {
    group.classList.toggle('closed', !open);
    for (const { button, mark, choice } of buttons) {
      const picked = !open && choice === chosen;
      if (open) button.removeAttribute('aria-disabled');
      else button.setAttribute('aria-disabled', 'true');
      button.classList.toggle('picked', picked);
      mark.replaceChildren(...(picked ? [el('span', { 'aria-hidden': 'true' }, '✓ '), hiddenText(`${strings.chosen}: `)] : []));
    }
    outcome.hidden = open;
    outcome.textContent = open ? '' : chosen ? fill(strings.youChose, { title: chosen.title }) : strings.closedChoices;
  };
  return { group, update };
}

export function deliveryNode(actions, strings) {
  const words = el('p', { class: 'delivery-words' });
  const again = el('button', { type: 'button', class: 'quiet' }, strings.tryAgain);
  const edit = el('button', { type: 'button', class: 'quiet' }, strings.edit);
  const node = el('div', { class: 'delivery', hidden: true }, words, el('div', { class: 'delivery-actions' }, again, edit));
  let entry = null;
  again.addEventListener('click', () => actions.retry(entry.id));
  edit.addEventListener('click', () => actions.edit(entry.id));

  const update = (pending, read) => {
    entry = pending;
    const status = deliveryText(pending, strings) || (read ? strings.seenByPerson : '');
    const failed = pending && ['unsent', 'late', 'failed', 'refused'].includes(pending.status);
    if (node.contains(node.getRootNode().activeElement) && !failed) actions.focusConversation();
    node.hidden = !status;
    node.classList.toggle('trouble', Boolean(failed));
    words.textContent = status;
    if (deliveryText(pending, strings)) inTheirLanguage(words, strings);
    else words.removeAttribute('lang');
    again.hidden = !failed;
    edit.hidden = pending?.status !== 'refused';
  };
  return { node, update };
}

export function deliveryText(pending, strings) {
  if (!pending) return '';
  const { status, seq, error } = pending;
  if (status === 'confirmed' || status === 'sending') return '';
  if (status === 'late' && seq) return strings.status.late_stored;
  // The reason of a refusal comes from the service, in English.
  const english = strings.troublesLang === strings.lang;
  if (status === 'refused' && error) return english ? error : `${strings.status.refused} ${error}`;
  if (status === 'failed' && error && english) return error;
  return strings.status[status];
}

export function spoken(message, strings) {
  const { kind, text, question, buttons } = message;
  const asked = kind === 'question' && question;
  const [first, ...more] = asked ? fieldsOf(message) : [];
  const labels = [first, ...more].map((field) => field?.label).join(', ');
  const titles = (buttons ?? []).map(({ title }) => title).join(', ');
  const body = sentences([
    asked && fill(strings.questionStep, asked),
    strings.kindLabel[kind],
    more.length && asked.card.title,
    kind === 'answer' && message.answer ? spokenAnswer(message, strings) : !(more.length && text === first.ask) && text,
    more.length ? fill(strings.toFillIn, { labels }) : titles && fill(strings.choices, { titles }),
  ]);
  return fill(strings.saidBy, { who: whoSays(message, strings), text: body });
}

const REFERENCE = /\bC-[0-9A-Z]{4}-[0-9A-Z]{4}\b/;

/**
 * A read-back, subject by subject: as it was said, as it was understood, what a person has to check, each line changed in its place.
 *
 * `update` closes the rows when the patient has gone on; as with quick replies, the buttons stay and keep the focus.
 */
export function readBack({ text, review: subjects = [], buttons: offered }, tools) {
  const buttons = [];
  const [first, ...rest] = text.split('\n').filter((line) => line.trim());
  // The lines between are the answers. What is asked at the end stands above the buttons for it.
  const lines = subjects.length ? [first, offered.length > 0 && rest.at(-1)] : [first, ...rest];
  const [lead, ...after] = lines.filter(Boolean).map((line) => el('p', { dir: 'auto' }, line));
  const update = (open) => {
    for (const button of buttons) button.setAttribute('aria-disabled', String(!open));
  };
  return { blocks: [lead, subjects.map((subject) => group(subject, tools, buttons)), after], update };
}

function group({ title, fields }, tools, buttons) {
  return el('section', { class: 'subject' }, el('h2', {}, title), el('dl', {}, fields.map((field) => row(field, tools, buttons))));
}

function row(field, tools, buttons) {
  const { strings } = tools;
  const { label, said, shown, skipped, to_check: toCheck } = field;
  const line = el('div', { class: toCheck ? 'to-check' : null });
  const edit = () => {
    const back = () => {
      line.replaceChildren(...cells);
      button.focus();
    };
    line.replaceChildren(el('dt', {}, label), el('dd', { class: 'in-place' }, editor(field, tools, back)));
    line.querySelector('input, textarea, select').focus();
  };
  const press = () => button.getAttribute('aria-disabled') !== 'true' && edit();
  const button = el('button', { type: 'button', class: 'change', onclick: press }, strings.change, hiddenText(` ${label}`));
  buttons.push(button);
  const cells = [
    el('dt', {}, label),
    el(
      'dd',
      { class: 'value', dir: 'auto' },
      skipped ? el('span', { class: 'left-out' }, strings.leftOut) : said,
      !skipped && shown && el('span', { class: 'understood' }, fill(strings.understoodAs, { shown })),
      toCheck && el('span', { class: 'check-mark' }, strings.toCheck),
    ),
    el('dd', { class: 'change-cell' }, button),
  ];
  line.append(...cells);
  return line;
}

function editor(field, tools, back) {
  const { strings, send, say } = tools;
  const part = control(field, tools);
  if (field.value !== null && field.value !== undefined) part.put(field.value);
  const problem = el('p', { class: 'problem', hidden: true });
  const save = (event) => {
    event.preventDefault();
    const result = part.read();
    const trouble = result ? result.problem : strings.needed;
    if (!trouble) return send(fill(strings.line, { label: field.label, words: result.words }), [{ field: field.field, value: result.value }]);
    [problem.hidden, problem.textContent] = [false, trouble];
    part.first.focus();
    say(trouble);
  };
  const leave = () => send(fill(strings.line, { label: field.label, words: strings.leftOut }), [{ field: field.field, value: null }]);
  if (part.single) part.first.setAttribute('aria-label', field.label);
  return el(
    'form',
    { class: 'ask', novalidate: true, 'aria-label': `${strings.change} ${field.label}`, onsubmit: save },
    part.node,
    problem,
    el(
      'div',
      { class: 'ask-actions' },
      el('button', { type: 'submit', class: 'send' }, strings.save),
      el('button', { type: 'button', class: 'quiet', onclick: back }, strings.cancel),
      field.input.optional && !field.skipped && el('button', { type: 'button', class: 'quiet', onclick: leave }, strings.skip),
    ),
  );
}

/** The reference number to be copied, and the ways to go on after the answers were sent; null for a text without a number. */
export function referenceBox(text, { strings, say, send }, begin) {
  const [reference] = REFERENCE.exec(text) ?? [];
  if (!reference) return null;
  const number = el('output', { class: 'number' }, reference);
  const copy = el('button', { type: 'button', class: 'quiet', onclick: () => copyNumber() }, strings.copy);
  const copyNumber = async () => {
    try {
      await navigator.clipboard.writeText(reference);
      copy.textContent = strings.copied;
      say(strings.copied);
    } catch {
      // Without the right to copy, the number is marked, so that the reader can do it.
      getSelection().selectAllChildren(number);
      say(strings.notCopied);
    }
  };
  return el(
    'div',
    { class: 'reference', role: 'group', 'aria-label': strings.reference },
    el('p', { class: 'reference-title' }, strings.reference),
    el('p', { class: 'reference-line' }, number, copy),
    el(
      'p',
      { class: 'reference-line' },
      el('button', { type: 'button', class: 'quiet', onclick: () => begin(strings.addMessage) }, strings.addSomething),
      el('button', { type: 'button', class: 'quiet', onclick: () => send(strings.answersMessage) }, strings.answers),
    ),
  );
}
