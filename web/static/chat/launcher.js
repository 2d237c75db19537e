import { contactLine, emergencyLine } from './bars.js';
import { applyAccent, el, styleSheets, TextSize } from './dom.js';
import { deviceStorage } from './store.js';
import { count, fill, loadStrings } from './text.js';

// The same words as in launcher.css: a window with no room beside the panel. There it is modal, so that nothing behind it gets
// the focus unseen.
const NARROW = '(max-width: 30em), (max-height: 30em)';
const POSITIONS = ['bottom-right', 'bottom-left'];

/** The button and the panel on a website; the conversation itself is <cordial-chat> inside the panel. */
export class CordialLauncher extends HTMLElement {
  constructor({ api, clinic, options, strings }) {
    super();
    Object.assign(this, { api, clinic, options, strings, chat: null, unread: 0, loading: false, failed: 0 });
    this.scope = `cordial:${api.replace(/\/$/, '')}`;
    this.storage = deviceStorage(options.remember === 'tab' ? 'sessionStorage' : 'localStorage');
    this.narrow = matchMedia(NARROW);
    this.#build();
  }

  async connectedCallback() {
    this.#standAlone();
    await this.styled;
    new TextSize(this.node, deviceStorage()).apply();
    this.node.hidden = false;
    requestAnimationFrame(() => performance.mark('cordial-launcher'));
    this.narrow.addEventListener('change', () => this.#otherWidth());
    const begun = this.storage.getItem(`${this.scope}:session`) !== null;
    if (this.options.open === 'true' && !this.narrow.matches) this.open({ focus: false });
    else if (begun) this.#load();
  }

  get isOpen() {
    return this.panel.open;
  }

  async open({ focus = true } = {}) {
    if (this.isOpen) return;
    this.#showPanel();
    this.#markRead();
    if (focus) this.panel.focus();
    await this.#load();
    if (focus && this.isOpen && this.shadowRoot.activeElement === this.panel) this.#focusInside();
  }

  close() {
    if (!this.isOpen) return;
    this.panel.close();
    this.#markOpen();
    this.button.focus();
  }

  #build() {
    const { strings, options } = this;
    const { links, styled } = styleSheets(['theme', 'launcher'], options.theme);
    const side = POSITIONS.includes(options.position) ? options.position : POSITIONS[0];
    const dir = options.dir || strings.dir;
    // Left and right are meant as the clinic said, in a language written from the right too.
    const atStart = (side === 'bottom-left') !== (dir === 'rtl');
    this.styled = styled;
    this.polite = el('div', { class: 'visually-hidden', 'aria-live': 'polite' });
    this.node = el('div', { class: atStart ? 'launcher at-start' : 'launcher', lang: strings.lang, dir, hidden: true }, this.#button(), this.#panel(), this.polite);
    applyAccent(this.node, options.accent);
    this.attachShadow({ mode: 'open' }).append(...links, this.node);
  }

  #button() {
    const { strings, options } = this;
    this.badge = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
    this.state = el('span', { class: 'visually-hidden' });
    this.button = el(
      'button',
      { type: 'button', class: 'open', 'aria-expanded': 'false', onclick: () => (this.isOpen ? this.close() : this.open()) },
      bubble(),
      el('span', { class: 'label' }, options.label || strings.launcher),
      this.state,
      this.badge,
    );
    this.button.addEventListener('keydown', (event) => event.key === 'Escape' && this.close());
    // The chat is fetched while somebody is about to press.
    for (const name of ['pointerenter', 'focus']) this.button.addEventListener(name, () => void import('./chat.js').catch(() => {}), { once: true });
    return this.button;
  }

  #panel() {
    const { strings, clinic } = this;
    this.content = el('div', { class: 'wait' });
    this.panel = el(
      'dialog',
      { class: 'panel', tabindex: '-1', 'aria-labelledby': 'panel-title' },
      el(
        'div',
        { class: 'panel-head' },
        el('h2', { id: 'panel-title' }, fill(strings.chatWith, { clinic: clinic.name })),
        el('button', { type: 'button', class: 'close', onclick: () => this.close(), 'aria-label': strings.closeChat }, strings.close),
      ),
      this.content,
    );
    this.panel.addEventListener('keydown', (event) => this.#key(event));
    this.panel.addEventListener('cancel', (event) => {
      event.preventDefault();
      this.close();
    });
    return this.panel;
  }

  #key(event) {
    if (event.key !== 'Escape' || event.isComposing || event.defaultPrevented) return;
    // A dialog of the chat that lies over the panel is closed first, and by itself.
    const over = event.composedPath().some((node) => node !== this.panel && node instanceof HTMLDialogElement && node.open);
    if (over) return;
    event.preventDefault();
    this.close();
  }

  #showPanel() {
    // Only the modal way moves the focus by itself; `open` alone leaves it where the reader is.
    if (this.narrow.matches) this.panel.showModal();
    else this.panel.open = true;
    this.#markOpen();
  }

  #otherWidth() {
    if (!this.isOpen) return;
    const inner = this.chat?.shadowRoot.activeElement;
    const focused = this.shadowRoot.activeElement;
    this.panel.close();
    this.#showPanel();
    (inner ?? focused)?.focus({ preventScroll: true });
  }

  #markOpen() {
    this.button.setAttribute('aria-expanded', String(this.isOpen));
    this.#showUnread();
  }

  // A touch on the button should not bring up the keyboard of a phone over half of the greeting.
  #focusInside() {
    if (matchMedia('(pointer: coarse)').matches) this.chat?.view.focusConversation();
    else this.chat?.view.composer.focus();
  }

  async #load() {
    if (this.chat || this.loading) return;
    this.loading = true;
    this.content.replaceChildren(el('p', {}, this.strings.loading), ...this.#otherWays());
    try {
      // A module that could not be fetched once is not asked for again under the same name.
      await (this.failed ? import(`./chat.js?again=${this.failed}`) : import('./chat.js'));
      this.chat = this.#makeChat();
      this.content.replaceWith(this.chat);
      await this.chat.ready;
    } catch {
      this.failed += 1;
      this.#missing();
    } finally {
      this.loading = false;
    }
  }

  #makeChat() {
    const { clinic, options, api } = this;
    const attributes = { language: options.language, theme: options.theme, remember: options.remember, accent: options.accent, dir: options.dir };
    const chat = el('cordial-chat', { api, ...attributes });
    const { name, country, emergencyNumber, phone, email, openingHours, privacy, privacyLink } = clinic;
    const details = { clinic: name, country, emergencyNumber, phone, email, openingHours, privacy, privacyLink };
    for (const [key, value] of Object.entries(details)) if (value) chat.dataset[key] = value;
    chat.addEventListener('cordial-messages', ({ detail }) => this.#arrived(detail.messages));
    return chat;
  }

  // Without the chat, what remains is said: the number for emergencies and the other ways to the clinic.
  #otherWays() {
    const { strings, clinic } = this;
    return [el('p', {}, emergencyLine(clinic, strings)), contactLine(clinic, strings)].filter(Boolean);
  }

  #missing() {
    const { strings } = this;
    const again = el('button', { type: 'button', onclick: () => this.#load() }, strings.tryAgain);
    this.content.replaceChildren(el('p', {}, strings.chatMissing), ...this.#otherWays(), again);
    this.polite.textContent = strings.chatMissing;
  }

  #arrived(messages) {
    const read = this.#read;
    const fresh = messages.filter(({ from, seq }) => from !== 'patient' && seq > read);
    this.latest = Math.max(this.latest ?? 0, ...messages.map(({ seq }) => seq));
    if (this.isOpen) return this.#markRead();
    if (!fresh.length) return;
    this.unread += fresh.length;
    this.#showUnread();
    this.polite.textContent = count(this.strings.unread, this.unread, this.strings.locale);
  }

  get #readKey() {
    return `${this.scope}:read:${this.chat?.conversation?.sessionId ?? ''}`;
  }

  get #read() {
    return Number(this.storage.getItem(this.#readKey)) || 0;
  }

  #markRead() {
    if (this.latest > this.#read) this.storage.setItem(this.#readKey, String(this.latest));
    this.unread = 0;
    this.polite.textContent = '';
    this.#showUnread();
  }

  #showUnread() {
    const { strings, unread } = this;
    const words = this.isOpen ? strings.closeChat : strings.openChat;
    this.state.textContent = ` – ${unread ? `${count(strings.unread, unread, strings.locale)}. ` : ''}${words}`;
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 99 ? '99+' : String(unread);
  }

  // Set here and as important, so that no rule of the website for all elements can move, hide or colour it.
  #standAlone() {
    this.style.setProperty('all', 'initial', 'important');
    this.style.setProperty('display', 'block', 'important');
  }
}

function bubble() {
  const namespace = 'http://www.w3.org/2000/svg';
  const picture = document.createElementNS(namespace, 'svg');
  picture.setAttribute('viewBox', '0 0 24 24');
  picture.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('d', 'M5 3h14a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3h-7l-5 4v-4H5a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3zm2.5 6.2v1.6h9V9.2zm0 3.3v1.6h6v-1.6z');
  path.setAttribute('fill-rule', 'evenodd');
  picture.append(path);
  return picture;
}

/** Puts the launcher at the end of the page. Called by /widget.js, once on a page. */
export async function launch({ api, clinic, options }) {
  if (!customElements.get('cordial-launcher')) customElements.define('cordial-launcher', CordialLauncher);
  if (document.readyState === 'loading') await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
  const strings = await loadStrings(options.language || document.documentElement.lang, clinic);
  document.body.append(new CordialLauncher({ api, clinic, options, strings }));
}
