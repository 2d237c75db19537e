import { Api } from './api.js';
import { Conversation } from './conversation.js';
import { el } from './dom.js';
import { deviceStorage, Store } from './store.js';
import { loadStrings, sameText } from './text.js';
import { View } from './view.js';

const STYLES = new URL('./chat.css', import.meta.url).href;

/**
 * <cordial-chat language="en" api="" data-clinic="…" data-emergency-number="112" data-phone data-email data-opening-hours>
 *
 * `api` is the address of the service, empty for the page's own. What stands between the tags is shown only where this
 * script does not run, so it should say how else to reach the clinic.
 */
export class CordialChat extends HTMLElement {
  async connectedCallback() {
    if (this.conversation) return void this.conversation.start();
    const strings = await loadStrings(this.getAttribute('language') || document.documentElement.lang);
    this.#build(strings);
    await this.styled;
    this.view.node.hidden = false;
    if (this.isConnected) this.conversation.start();
  }

  disconnectedCallback() {
    this.conversation?.stop();
  }

  #build(strings) {
    const api = new Api(this.getAttribute('api') ?? '');
    const scope = `cordial:${api.base || 'here'}`;
    this.store = new Store(scope);
    this.conversation = new Conversation({ api, store: this.store });
    this.view = new View({
      strings,
      clinic: this.#clinic(),
      base: new URL(api.base || '/', document.baseURI).href,
      actions: this.#actions(),
      drafts: deviceStorage('sessionStorage'),
      draftKey: `${scope}:draft`,
    });
    this.#connect(strings);
    const styles = el('link', { rel: 'stylesheet', href: STYLES });
    this.styled = new Promise((resolve) => {
      styles.addEventListener('load', resolve);
      styles.addEventListener('error', resolve);
    });
    this.view.node.hidden = true;
    this.attachShadow({ mode: 'open' }).append(styles, this.view.node);
  }

  #clinic() {
    const { clinic, emergencyNumber, phone, email, openingHours } = this.dataset;
    return { name: clinic, emergencyNumber, phone, email, openingHours };
  }

  #actions() {
    const { conversation } = this;
    return {
      send: (text) => {
        if (conversation.connection === 'ended') return this.#sayConnection('ended');
        conversation.send(text);
        return true;
      },
      isWaiting: (text) => this.store.pending.some((entry) => entry.status !== 'refused' && sameText(entry.text, text)),
      retry: (id) => conversation.retry(id),
      edit: (id) => {
        this.view.composer.putBack(conversation.takeBack(id));
        this.view.composer.focus();
      },
      reconnect: () => conversation.reconnect(),
      startOver: () => {
        this.view.composer.clear();
        conversation.startOver();
      },
      focusConversation: () => this.view.focusConversation(),
    };
  }

  #connect(strings) {
    const { conversation, view } = this;
    this.strings = strings;
    conversation.addEventListener('change', ({ detail }) => {
      this.#render();
      if (detail.fresh.length || detail.history) view.arrived(detail.fresh, detail);
      if (detail.fresh.length) this.dispatchEvent(new CustomEvent('cordial-messages', { detail: { count: detail.fresh.length, history: detail.history } }));
    });
    conversation.addEventListener('connection', ({ detail: { from, to } }) => {
      if (to !== 'online' || from !== 'connecting') this.#sayConnection(to);
    });
    conversation.addEventListener('sent', () => view.say(strings.status.sent));
    conversation.addEventListener('returned', ({ detail }) => view.composer.putBack(detail));
  }

  #sayConnection(state) {
    this.view.say(this.strings.connection[state]);
    return false;
  }

  #render() {
    const { conversation } = this;
    this.view.render({
      items: this.store.items(),
      connection: conversation.connection,
      note: conversation.note,
      typing: conversation.waitingForAnswer,
      loading: !conversation.loaded,
    });
  }
}

customElements.define('cordial-chat', CordialChat);
