import { el } from './dom.js';
import { fill } from './text.js';

/** The line below the writing field. */
export function toolLine({ strings, size, say, openOwnData, startOver }) {
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
      button(strings.startOver, startOver),
    ),
  );
}
