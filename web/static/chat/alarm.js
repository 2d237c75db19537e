import { el } from './dom.js';

const FRESH = 24 * 60 * 60_000;

/** A line above the transcript as long as the latest emergency message is out of sight, so that it stays within one press. */
export class AlarmBar {
  constructor({ strings, log, show }) {
    this.log = log;
    this.message = null;
    const go = () => show(this.message);
    this.node = el(
      'section',
      { class: 'alarm-bar', 'aria-label': strings.kindLabel.emergency, hidden: true },
      el('p', {}, strings.emergencyAbove),
      el('button', { type: 'button', class: 'quiet', onclick: go }, strings.showEmergency),
    );
  }

  // `rows` are pairs of message and node, in order.
  update(rows) {
    const latest = rows.filter(({ message }) => message.kind === 'emergency').at(-1);
    this.message = latest && Date.now() - Date.parse(latest.message.at) < FRESH ? latest.node : null;
    this.moved();
  }

  moved() {
    const out = this.message && !this.#inSight();
    if (this.node.hidden === !out) return;
    // Measured once more after it has come or gone, because it takes its height from the transcript.
    this.node.hidden = !out;
  }

  #inSight() {
    const { scrollTop, clientHeight } = this.log;
    const { offsetTop, offsetHeight } = this.message;
    const middle = offsetTop + Math.min(offsetHeight, 160) / 2;
    return middle >= scrollTop && middle <= scrollTop + clientHeight;
  }
}
