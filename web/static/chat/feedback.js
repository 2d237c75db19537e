import { el } from './dom.js';

/** "Was this helpful?" The last press counts; both can be pressed as often as somebody changes their mind. */
export function feedbackRow(message, { strings, actions, say }) {
  const outcome = el('span', {});
  const answer = (title, helpful) => {
    const button = el('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, title);
    button.addEventListener('click', () => press(button, helpful));
    return button;
  };
  const buttons = [answer(strings.helpfulYes, true), answer(strings.helpfulNo, false)];
  const tell = (text) => {
    outcome.textContent = text;
    say(text);
  };
  const press = async (button, helpful) => {
    if (button.getAttribute('aria-pressed') === 'true') return;
    const before = buttons.map((each) => each.getAttribute('aria-pressed'));
    for (const each of buttons) each.setAttribute('aria-pressed', String(each === button));
    try {
      await actions.rate(message.seq, helpful);
      tell(strings.helpfulThanks);
    } catch {
      buttons.forEach((each, index) => each.setAttribute('aria-pressed', before[index]));
      tell(strings.helpfulFailed);
    }
  };
  return el('div', { class: 'feedback', role: 'group', 'aria-label': strings.helpful }, el('span', { 'aria-hidden': 'true' }, strings.helpful), buttons, outcome);
}
