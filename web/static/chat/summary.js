import { el, hiddenText } from './dom.js';
import { fill } from './text.js';

const PAIR = /^\s*(?:[-•*]\s*)?([^:]{1,60}):\s+(\S.*)$/;

/**
 * A read-back: "Label: value" lines become rows with a way to change each, everything else stays as it was written.
 *
 * `update` closes the rows when the patient has gone on; as with quick replies, the buttons stay and keep the focus.
 */
export function readBack(text, strings, send) {
  const blocks = [];
  const buttons = [];
  let rows = null;
  for (const line of text.split('\n')) {
    const pair = PAIR.exec(line);
    if (pair) {
      if (!rows) blocks.push((rows = el('dl', {})));
      rows.append(row(pair[1], pair[2], strings, send, buttons));
    } else if (line.trim()) {
      rows = null;
      blocks.push(el('p', { dir: 'auto' }, line));
    }
  }
  const update = (open) => {
    for (const button of buttons) button.setAttribute('aria-disabled', String(!open));
  };
  return { blocks, update };
}

function row(label, value, strings, send, buttons) {
  const change = () => {
    if (button.getAttribute('aria-disabled') !== 'true') send(fill(strings.changeMessage, { label: label.toLowerCase() }));
  };
  const button = el('button', { type: 'button', class: 'change', onclick: change }, strings.change, hiddenText(` ${label}`));
  buttons.push(button);
  return el('div', {}, el('dt', {}, label), el('dd', { class: 'value', dir: 'auto' }, value), el('dd', { class: 'change-cell' }, button));
}
