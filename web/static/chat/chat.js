import { Api } from './api.js';
import { Conversation } from './conversation.js';
import { applyAccent, styleSheets } from './dom.js';
import { Filled } from './filled.js';
import { deviceStorage, Store } from './store.js';
import { loadStrings, sameText } from './text.js';
import { View } from './view.js';
import { TheirWords } from './words.js';

const STYLES = ['theme', 'chat'];

/**
 * <cordial-chat language="en" api="" theme="" remember="" accent="" dir=""
 *   data-clinic="…" data-country="Lithuania" data-emergency-number="112" data-phone data-email data-opening-hours data-privacy data-privacy-link>
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
    /** Tells the clinic's people that what they wrote was seen, once it was. */
    this.look = () => {
      const seq = this.conversation?.connection === 'online' && this.conversation.unseen;
      if (seq && this.view.hasShown(seq)) this.conversation.saw(seq);
    };
  }

  async connectedCallback() {
    document.addEventListener('visibilitychange', this.look);
    if (this.conversation) return void this.conversation.start();
    const strings = await loadStrings(this.getAttribute('language') || document.documentElement.lang, this.#clinic());
    this.#build(strings);
    await this.styled;
    this.view.size.apply();
    this.view.node.hidden = false;
    this.isReady();
    if (!this.isConnected) return;
    this.conversation.start();
    this.words.guess(navigator.languages ?? []);
    // Our own page stays on the device, for when the service is away.
    if (!this.getAttribute('api')) navigator.serviceWorker?.register('/chat-keeper.js', { scope: '/chat' }).catch(() => {});
  }

  disconnectedCallback() {
    document.removeEventListener('visibilitychange', this.look);
    this.conversation?.stop();
  }

  #build(strings) {
    const api = new Api(this.getAttribute('api') ?? '');
    const scope = `cordial:${api.base || 'here'}`;
    const storage = deviceStorage(this.getAttribute('remember') === 'tab' ? 'sessionStorage' : 'localStorage');
    this.store = new Store(scope, storage);
    this.conversation = new Conversation({ api, store: this.store, ownAlarm: (text) => this.words.alarm(text) });
    this.words = new TheirWords({ api, storage, key: `${scope}:words`, strings });
    const drafts = deviceStorage('sessionStorage');
    const open = () => (this.conversation.connection === 'refused' ? null : this.conversation.sessionId);
    this.view = new View({
      strings,
      clinic: this.#clinic(),
      base: new URL(api.base || '/', document.baseURI).href,
      actions: this.#actions(),
      drafts,
      draftKey: `${scope}:draft`,
      filled: new Filled(drafts, `${scope}:filled`, open),
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
    const { clinic, country, emergencyNumber, phone, email, openingHours, privacy, privacyLink } = this.dataset;
    return { name: clinic, country, emergencyNumber, phone, email, openingHours, privacy, privacyLink };
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
        this.#forget();
        conversation.startOver();
      },
      speak: async (language, after) => {
        await api.chooseLanguage(language);
        this.words.speak(language, after);
      },
      heard: (language, seq) => this.words.speak(language, seq),
      kept: () => this.words,
      rate: (seq, helpful) => api.feedback(seq, helpful),
      ownData: () => Promise.all([api.intake(), api.exportFile(), api.exportPage().catch(() => null)]),
      withdrawConsent: async () => {
        await conversation.withdrawConsent();
        this.view.forgetCards();
      },
      erase: async () => {
        await conversation.erase();
        this.view.composer.clear();
        this.#forget();
      },
      focusConversation: () => this.view.focusConversation(),
    };
  }

  // Whoever comes next at this device begins as a stranger.
  #forget() {
    this.words.forget();
    this.view.language.reset();
    this.view.forgetCards();
  }

  #connect(strings) {
    const { conversation, view } = this;
    this.strings = strings;
    view.composer.input.addEventListener('input', () => view.person.hidden || conversation.types());
    view.log.addEventListener('scroll', this.look, { passive: true });
    // Where the chat opens on a website, it is built before it is seen.
    new IntersectionObserver(this.look).observe(view.node);
    conversation.addEventListener('change', ({ detail }) => {
      this.#render();
      requestAnimationFrame(this.look);
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
      people: conversation.people,
    });
    // For the page around it, which gives its own heading up for the conversation.
    this.toggleAttribute('begun', Boolean(this.view.begun));
  }
}

if (!customElements.get('cordial-chat')) customElements.define('cordial-chat', CordialChat);
