import { Api } from './api.js';
import { Conversation } from './conversation.js';
import { applyAccent, styleSheets } from './dom.js';
import { deviceStorage, Store } from './store.js';
import { loadStrings, ownAlarm, sameText } from './text.js';
import { View } from './view.js';

const STYLES = ['theme', 'chat'];

/**
 * <cordial-chat language="en" api="" theme="" remember="" accent="" dir=""
 *   data-clinic="…" data-emergency-number="112" data-phone data-email data-opening-hours data-privacy data-privacy-link>
 *
 * `api` is the address of the service, empty for the page's own. `theme` is "light" or "dark", else as the device has it.
 * `remember` is "tab" where the conversation should end with the tab, else the device keeps it. What stands between the tags is
 * shown only where this script does not run, so it should say how else to reach the clinic.
 *
 * Dispatches "cordial-messages" with the new messages and whether they are old ones read again, `{ messages, history }`.
 */
export class CordialChat extends HTMLElement {
  constructor() {
    super();
    /** Done when the chat can be seen and used. */
    this.ready = new Promise((resolve) => (this.isReady = resolve));
  }

  async connectedCallback() {
    if (this.conversation) return void this.conversation.start();
    const strings = await loadStrings(this.getAttribute('language') || document.documentElement.lang, this.#clinic());
    this.#build(strings);
    await this.styled;
    this.view.size.apply();
    this.view.node.hidden = false;
    this.isReady();
    if (this.isConnected) this.conversation.start();
  }

  disconnectedCallback() {
    this.conversation?.stop();
  }

  #build(strings) {
    const api = new Api(this.getAttribute('api') ?? '');
    const scope = `cordial:${api.base || 'here'}`;
    const storage = deviceStorage(this.getAttribute('remember') === 'tab' ? 'sessionStorage' : 'localStorage');
    this.store = new Store(scope, storage);
    this.conversation = new Conversation({ api, store: this.store, ownAlarm: (text) => ownAlarm(text, strings) });
    this.view = new View({
      strings,
      clinic: this.#clinic(),
      base: new URL(api.base || '/', document.baseURI).href,
      actions: this.#actions(),
      drafts: deviceStorage('sessionStorage'),
      draftKey: `${scope}:draft`,
      storage: deviceStorage(),
      dir: this.getAttribute('dir'),
    });
    applyAccent(this.view.node, this.getAttribute('accent'));
    this.#connect(strings);
    const { links, styled } = styleSheets(STYLES, this.getAttribute('theme'));
    this.styled = styled;
    this.view.node.hidden = true;
    this.attachShadow({ mode: 'open' }).append(...links, this.view.node);
  }

  #clinic() {
    const { clinic, emergencyNumber, phone, email, openingHours, privacy, privacyLink } = this.dataset;
    return { name: clinic, emergencyNumber, phone, email, openingHours, privacy, privacyLink };
  }

  #actions() {
    const { conversation } = this;
    const { api } = conversation;
    return {
      send: (text, values) => {
        if (conversation.over) {
          conversation.warnOf(text);
          return this.#sayConnection(conversation.connection);
        }
        conversation.send(text, values);
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
      speak: (language) => api.chooseLanguage(language),
      rate: (seq, helpful) => api.feedback(seq, helpful),
      ownData: () => Promise.all([api.intake(), api.exportFile(), api.exportPage().catch(() => null)]),
      withdrawConsent: () => conversation.withdrawConsent(),
      erase: async () => {
        await conversation.erase();
        this.view.composer.clear();
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
      if (detail.fresh.length) this.dispatchEvent(new CustomEvent('cordial-messages', { detail: { messages: detail.fresh, history: detail.history } }));
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
      typing: conversation.waitingForAnswer,
      loading: !conversation.loaded,
    });
    // For the page around it, which gives its own heading up for the conversation.
    this.toggleAttribute('begun', Boolean(this.view.begun));
  }
}

if (!customElements.get('cordial-chat')) customElements.define('cordial-chat', CordialChat);
