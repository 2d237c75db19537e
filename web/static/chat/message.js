import { stepText } from './bars.js';
import { answerCard, sentences, spokenAnswer } from './card.js';
import { el, hiddenText, paragraphs, telUrl } from './dom.js';
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
    paragraphs(text),
    ['emergency', 'check'].includes(message.kind) && callButtons(text, context),
  ];
}

export function boxTitle({ kind }, strings) {
  const title = strings.kindLabel[kind];
  return title && BOXED.includes(kind) && el('p', { class: 'box-title' }, title);
}

// The first lines say whom to call: one number, or several, each after its place and a colon. A number without its place would
// mislead whoever is elsewhere, so each button says what the text says.
function callButtons(text, { strings }) {
  const [first, second = ''] = text.split('\n');
  const named = [...`${first}\n${second}`.matchAll(/(?:([^.!?:\n]+): )?\b(\d{3,5})\b/g)];
  if (!named.length) return null;
  const link = ([, place, number]) =>
    el('a', { class: 'call', href: telUrl(number) }, place ? `${place.trim()}: ${number}` : fill(strings.callNow, { number }));
  return el('p', { class: 'calls' }, named.map(link));
}

export function choiceGroup(message, choose, strings) {
  const outcome = el('p', { class: 'visually-hidden', hidden: true });
  const buttons = message.buttons.map((choice) => {
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

  const update = (pending) => {
    entry = pending;
    const status = deliveryText(pending, strings);
    const failed = pending && ['unsent', 'late', 'failed', 'refused'].includes(pending.status);
    if (node.contains(node.getRootNode().activeElement) && !failed) actions.focusConversation();
    node.hidden = !status;
    node.classList.toggle('trouble', Boolean(failed));
    words.textContent = status;
    again.hidden = !failed;
    edit.hidden = pending?.status !== 'refused';
  };
  return { node, update };
}

export function deliveryText(pending, strings) {
  if (!pending) return '';
  const { status, seq, error } = pending;
  if (status === 'confirmed' || status === 'sending') return '';
  if (status === 'late' && seq) return strings.status.lateStored;
  if (status === 'refused' || status === 'failed') return error || strings.status[status];
  return strings.status[status];
}

export function spoken(message, strings) {
  const body =
    message.kind === 'answer' && message.answer
      ? spokenAnswer(message, strings)
      : sentences([message.question && fill(strings.questionStep, message.question), strings.kindLabel[message.kind], message.text]);
  const titles = (message.buttons ?? []).map(({ title }) => title).join(', ');
  const text = titles ? `${body} ${fill(strings.choices, { titles })}` : body;
  return fill(strings.saidBy, { who: whoSays(message, strings), text });
}
