import { el } from './dom.js';

/** A modal question with two answers. `open` takes further lines to show. */
export class Question {
  constructor({ title, text, yes, cancel, confirm }) {
    this.more = el('p', { hidden: true });
    const close = () => this.node.close();
    const agreed = () => {
      close();
      confirm();
    };
    this.node = el(
      'dialog',
      { 'aria-labelledby': 'question-title', 'aria-describedby': 'question-text' },
      el('h2', { id: 'question-title' }, title),
      el('p', { id: 'question-text' }, text),
      this.more,
      el(
        'div',
        { class: 'dialog-actions' },
        el('button', { type: 'button', class: 'plain', onclick: close }, cancel),
        el('button', { type: 'button', class: 'danger', onclick: agreed }, yes),
      ),
    );
  }

  open(more = '') {
    this.more.hidden = !more;
    this.more.textContent = more;
    this.node.showModal();
  }
}

/**
 * A button that asks once more in its own place before something that cannot be undone. `act` may fail; then the reader is told
 * and can try again.
 */
export function carefulButton({ ask, sure, yes, cancel, act, failed }) {
  const problem = el('p', { class: 'own-problem', role: 'alert', hidden: true });
  const first = el('button', { type: 'button', class: 'plain ask' }, ask);
  const go = el('button', { type: 'button', class: 'danger' }, yes);
  const back = el('button', { type: 'button', class: 'plain' }, cancel);
  const box = el('div', { class: 'sure', role: 'group', 'aria-label': sure, hidden: true }, el('p', {}, sure), problem, el('div', { class: 'dialog-actions' }, back, go));
  const show = (open) => {
    box.hidden = !open;
    first.hidden = open;
    problem.hidden = true;
  };
  first.addEventListener('click', () => {
    show(true);
    back.focus();
  });
  back.addEventListener('click', () => {
    show(false);
    first.focus();
  });
  go.addEventListener('click', async () => {
    if (go.getAttribute('aria-disabled') === 'true') return;
    go.setAttribute('aria-disabled', 'true');
    try {
      await act();
    } catch {
      problem.textContent = failed;
      problem.hidden = false;
    }
    go.removeAttribute('aria-disabled');
  });
  return el('div', {}, first, box);
}
