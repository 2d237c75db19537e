import { bare } from './text.js';

/** What the page itself says in the language of the chat, fetched ahead and kept for when nothing answers. English is always there. */
export class TheirWords {
  constructor({ api, storage, key, strings }) {
    Object.assign(this, { api, storage, key, strings, known: strings.languages.split(' ') });
    this.english = { status: { ...strings.status }, connection: { ...strings.connection } };
    this.#take(strings.lang, 0, null);
    this.#kept();
  }

  /** Before anybody has written: the card alone, in the language of the browser, for whoever writes in it. */
  guess(languages) {
    const code = languages.map((each) => each.split('-')[0]).find((each) => this.known.includes(each));
    if (!this.words && code && code !== this.strings.lang) this.#fetch(code).then((words) => (this.words ??= words));
  }

  /** The chat is in this language from a message on. */
  async speak(language, after) {
    if (!this.known.includes(language)) return;
    this.asked = language;
    const words = language === this.strings.lang ? null : this.words?.lang === language ? this.words : await this.#fetch(language);
    if (this.asked !== language) return;
    this.#take(language, after, words);
    this.#keep();
  }

  /** English again, and nothing kept. */
  forget() {
    this.asked = null;
    this.#take(this.strings.lang, 0, null);
    this.storage.removeItem(this.key);
  }

  /** The page's own words for an emergency, as a message; null for a text that is none. */
  alarm(text) {
    const { strings, words } = this;
    const own = [words?.alarm, strings.ownAlarm].find((each) => each && alarms(text, each));
    if (!own) return null;
    const lang = own === strings.ownAlarm ? strings.lang : words.lang;
    return { seq: null, at: new Date().toISOString(), from: 'system', kind: 'emergency', text: own.text, lang, calls: own.calls, buttons: [], answer: null, question: null };
  }

  #fetch(language) {
    return this.api.words(language).catch(() => null);
  }

  #take(language, after, words) {
    const { strings } = this;
    Object.assign(this, { language, after, words });
    strings.troublesLang = words?.lang ?? strings.lang;
    for (const part of ['status', 'connection']) Object.assign(strings[part], this.english[part], words?.[part]);
  }

  #keep() {
    const { language, after, words } = this;
    try {
      this.storage.setItem(this.key, JSON.stringify({ language, after, words }));
    } catch {
      // The device has no room left: the next page fetches it again.
    }
  }

  #kept() {
    try {
      const { language, after, words } = JSON.parse(this.storage.getItem(this.key));
      if (language === this.strings.lang || words?.alarm) this.#take(language, after, words);
    } catch {
      // Nothing is kept, or something else.
    }
  }
}

// The check at the service knows far more: this one takes only what is said plainly.
function alarms(text, rules) {
  return text.split(/[.!?;\n。！？；।؟۔]+/).some((sentence) => says(sentence, rules));
}

function says(sentence, { words, unless_before: before, unless_in: within, spaced = true }) {
  const plain = (each) => (spaced ? ` ${bare(each)}` : bare(each).replaceAll(' ', ''));
  const said = plain(sentence);
  // Whoever names a year tells of something that is past.
  if (/\b(19|20)\d\d\b/.test(sentence) || within.some((calm) => said.includes(plain(calm)))) return false;
  return words.some((pattern) => {
    const at = said.indexOf(plain(pattern));
    if (at < 0) return false;
    const ahead = said.slice(0, at);
    const near = spaced ? ahead.split(' ').slice(-3) : ahead.slice(-6);
    return !before.some((word) => near.includes(bare(word)));
  });
}
