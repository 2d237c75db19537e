import { el } from './dom.js';
import { fill } from './text.js';

/** Which language alarms and other fixed texts come in; what the patient writes changes it, too. */
export class LanguageChoice {
  constructor({ strings, speak, say }) {
    const options = Object.entries(strings.languages).map(([code, name]) => el('option', { value: code, lang: code, dir: 'auto' }, name));
    this.node = el('select', { class: 'tool language', 'aria-label': strings.language }, options);
    this.node.value = strings.lang;
    this.node.addEventListener('change', async () => {
      const chosen = this.node.value;
      try {
        await speak(chosen);
        this.shown = chosen;
        say(fill(strings.languageIs, { language: strings.languages[chosen] }));
      } catch {
        this.node.value = this.shown ?? strings.lang;
        say(strings.languageFailed);
      }
    });
  }

  /** Show what the last message that was written is in. */
  heard(items) {
    const last = items.findLast?.(({ message }) => message?.from === 'patient' && message.lang)?.message;
    if (!last || last.seq === this.heardSeq) return;
    this.heardSeq = last.seq;
    if ([...this.node.options].some(({ value }) => value === last.lang)) this.node.value = this.shown = last.lang;
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
