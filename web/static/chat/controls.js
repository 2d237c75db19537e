import { el, hiddenText } from './dom.js';
import { fill } from './text.js';

let made = 0;
const fresh = (name) => `${name}-${(made += 1)}`;

/**
 * What a field of the intake is answered with, by the kind of its input.
 *
 * `read` gives `{ value, words }`, `{ problem }`, or nothing while it is empty. `put` fills in what was understood before.
 * `first` is what gets the focus; with `single` it is all there is, so that it takes the label. Where what stands in its inputs is
 * not all, `items` gives the rest, and `restored` shows what was put back into them.
 */
export function control(field, tools) {
  return (MAKERS[field.input.kind] ?? longText)(field, tools);
}

function labelled(label, input) {
  input.id = fresh('input');
  return el('div', { class: 'labelled' }, el('label', { for: input.id }, label), input);
}

function pick(field, { strings }) {
  const { options, detail, kind } = field.input;
  const name = fresh('option');
  const inputs = options.map(({ value }) => el('input', { type: 'radio', name, value }));
  const boxes = options.map(({ title }, at) => el('label', { class: 'option' }, inputs[at], el('span', {}, title)));
  const more = el('input', { type: 'text', autocomplete: 'off', maxlength: '500' });
  const line = labelled(detail || strings.detail, more);
  const chosen = () => options.find((_, at) => inputs[at].checked);
  const show = () => (line.hidden = kind !== 'yes_no' || chosen()?.value !== 'yes');
  const node = el('div', { onchange: show }, el('div', { class: 'options' }, boxes), line);
  show();
  return {
    node,
    first: inputs[0],
    detail: more,
    read() {
      const { title, value } = chosen() ?? {};
      if (!value) return null;
      const said = line.hidden ? '' : more.value.trim();
      if (kind !== 'yes_no') return { value, words: title };
      return { value: { answer: value, detail: said || null }, words: said ? `${title}, ${said}` : title };
    },
    put(value) {
      const answer = value?.answer ?? value;
      for (const input of inputs) input.checked = answer === input.value;
      more.value = value?.detail ?? '';
      show();
    },
    restored: show,
  };
}

function monthNames(locale) {
  const name = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => name.format(new Date(Date.UTC(2000, month, 1))));
}

function birth(_field, { strings }) {
  const { date: words, locale } = strings;
  const months = monthNames(locale);
  const digits = (length, autocomplete) => el('input', { type: 'text', inputmode: 'numeric', maxlength: String(length), autocomplete });
  const [day, year, age] = [digits(2, 'bday-day'), digits(4, 'bday-year'), digits(3, 'off')];
  const month = el('select', { autocomplete: 'bday-month' }, el('option', { value: '' }, words.choose), months.map((name, at) => el('option', { value: String(at + 1) }, name)));
  const whole = el('div', { class: 'date' }, labelled(words.day, day), labelled(words.month, month), labelled(words.year, year));
  const alone = el('div', { class: 'date', hidden: true }, labelled(words.age, age));
  const hint = el('p', { class: 'hint' }, words.hint);
  const swap = el('button', { type: 'button', class: 'quiet' }, words.ageInstead);
  const byAge = (yes) => {
    [alone.hidden, whole.hidden, hint.hidden] = [!yes, yes, yes];
    swap.textContent = yes ? words.dateInstead : words.ageInstead;
  };
  swap.addEventListener('click', () => {
    byAge(alone.hidden);
    (alone.hidden ? day : age).focus();
    swap.dispatchEvent(new Event('input', { bubbles: true }));
  });
  const number = ({ value }) => (/^\d+$/.test(value.trim()) ? Number(value) : NaN);
  return {
    node: el('div', {}, whole, alone, hint, swap),
    first: day,
    read() {
      if (!alone.hidden) {
        if (!age.value.trim()) return null;
        return number(age) <= 130 ? { value: { age: number(age) }, words: fill(words.aged, { n: number(age) }) } : { problem: words.wrongAge };
      }
      if (![day, month, year].some(({ value }) => value.trim())) return null;
      if (!/^\d{4}$/.test(year.value.trim())) return { problem: words.wrongYear };
      if (!day.value.trim()) {
        const value = month.value ? { year: number(year), month: number(month) } : { year: number(year) };
        return { value, words: [months[month.value - 1], year.value.trim()].filter(Boolean).join(' ') };
      }
      if (!month.value) return { problem: words.noMonth };
      const date = new Date(Date.UTC(number(year), month.value - 1, number(day)));
      if (date.getUTCDate() !== number(day)) return { problem: words.noSuchDay };
      return { value: { date: date.toISOString().slice(0, 10) }, words: `${number(day)} ${months[month.value - 1]} ${year.value.trim()}` };
    },
    put(value) {
      const [y, m, d] = value?.date?.split('-') ?? [value?.year ?? '', value?.month ?? '', ''];
      [year.value, month.value, day.value] = [y, m && String(Number(m)), d && String(Number(d))];
      age.value = y ? '' : (value?.age ?? '');
      byAge(Boolean(age.value));
    },
    restored: () => byAge(Boolean(age.value)),
  };
}

function country(field, tools) {
  const combo = suggesting(field, tools, { autocomplete: 'country-name', name: 'country' });
  const put = (name) => type(combo.input, name);
  const near = likelyCountries(tools.strings.locale);
  const ready = near.map(({ title }) => el('button', { type: 'button', class: 'quiet', onclick: () => put(title) }, title));
  return {
    node: el('div', {}, combo.node, ready),
    first: combo.input,
    single: true,
    read: () => written(combo.input, (words) => (combo.named(words) ?? near.find(({ title }) => title === words))?.value ?? words),
    put(value) {
      put(value?.name ?? '');
      for (const button of ready) button.hidden = button.textContent === combo.input.value;
    },
  };
}

// The countries in which this browser's languages are spoken: most people live there.
function likelyCountries(locale) {
  const named = new Intl.DisplayNames(locale, { type: 'region' });
  const codes = navigator.languages.map((language) => language.split('-').find((part, at) => at && /^[A-Z]{2}$/.test(part)));
  return [...new Set(codes)].filter(Boolean).slice(0, 2).map((value) => ({ value, title: named.of(value) }));
}

// As if somebody had typed it, so that what goes by the input hears of it.
function type(input, text) {
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

const addressOf = ({ suggest }, base) => suggest && new URL(suggest, base).href;

function suggesting(field, { strings, say, base }, attributes, pick = () => {}, cut = whole) {
  return new Combo({ address: addressOf(field.input, base), attributes, strings, say, pick, cut });
}

// What is looked for in what was typed, behind what stays as it is.
const whole = (typed) => ['', typed];
const behindAt = (typed) => /^(.+@)(.*)$/.exec(typed)?.slice(1) ?? [typed, null];
const lastItem = (typed) => /^(.*[,;]\s*|)(.*)$/s.exec(typed).slice(1);

function contact(field, tools) {
  const { strings } = tools;
  const { options, prefix } = field.input;
  const code = prefix ? `${prefix} ` : '';
  const name = fresh('by');
  const ways = { email: { type: 'email', inputmode: 'email', autocomplete: 'email' }, phone: { type: 'tel', inputmode: 'tel', autocomplete: 'tel' } };
  const combo = suggesting(field, tools, { maxlength: '200' }, undefined, behindAt);
  const { input } = combo;
  const line = labelled('', input);
  line.append(combo.list);
  const radios = options.map(({ value }) => el('input', { type: 'radio', name, value }));
  const hint = el('p', { class: 'hint' });
  const by = (way) => {
    radios.forEach((radio) => (radio.checked = radio.value === way));
    for (const [attribute, value] of Object.entries(ways[way] ?? {})) input.setAttribute(attribute, value);
    line.firstChild.textContent = strings.contact[way];
    hint.textContent = strings.contact[`${way}Hint`] ?? '';
    const begun = input.value.trim();
    if (!begun || begun === prefix) input.value = way === 'phone' ? code : '';
  };
  by(options[0].value);
  const boxes = options.map(({ title }, at) => el('label', { class: 'option' }, radios[at], el('span', {}, title)));
  return {
    node: el('div', {}, el('div', { class: 'options', onchange: ({ target }) => by(target.value) }, boxes), line, hint),
    first: input,
    // What was written says more surely what it is than a button that was set beforehand.
    read: () => input.value.trim() !== prefix && written(input, (value) => ({ by: value.includes('@') ? 'email' : radios.find(({ checked }) => checked).value, value })),
    put(value) {
      if (value?.by) by(value.by);
      input.value = value?.value ?? '';
    },
    restored: () => by(radios.find(({ checked }) => checked).value),
  };
}

// What was written in a field, sent as `value` makes it.
function written(input, value = (words) => words) {
  const words = input.value.replace(/[\s,]+$/, '').trim();
  return words ? { value: value(words), words } : null;
}

function name() {
  const input = el('input', { type: 'text', autocomplete: 'name', autocapitalize: 'words', spellcheck: 'false', maxlength: '200', dir: 'auto' });
  return { node: input, first: input, single: true, read: () => written(input), put: (value) => (input.value = value ?? '') };
}

function longText(field, { base }) {
  const { max, options } = field.input;
  const address = addressOf(field.input, base);
  let all = [];
  const input = el('textarea', { rows: '2', maxlength: max && String(max), dir: 'auto', oninput: () => show() });
  const put = (value) => type(input, value ?? '');
  const button = (title, press) => el('button', { type: 'button', class: 'quiet', onmousedown: (event) => event.preventDefault(), onclick: press }, title);
  const ready = el('div', { class: 'ready' });
  const fits = el('div', { class: 'ready' });
  // What many people answer stands below: written by a press, with more behind it by a comma.
  const show = () => {
    const [before, sought] = lastItem(input.value);
    const found = sought || !before ? fitting(all, sought).filter(({ title }) => title !== sought) : [];
    fits.replaceChildren(...found.slice(0, 4).map(({ title }) => button(title, () => (put(`${before}${title}, `), input.focus()))));
  };
  ready.append(...options.map(({ title }) => button(title, () => put(title))));
  if (address) suggestionsFrom(address).then((given) => ((all = given), show()));
  return { node: el('div', {}, input, address && fits, ready), first: input, single: true, read: () => written(input), put };
}

function many(field, tools) {
  const { strings, say } = tools;
  const { max, options } = field.input;
  let items = [];
  const chips = el('ul', { class: 'items', 'aria-label': strings.list.items });
  const none = el('input', { type: 'checkbox', onchange: () => none.checked && change([]) });
  const noneBox = options[0] && el('label', { class: 'option' }, none, el('span', {}, options[0].title));
  const combo = suggesting(field, tools, { 'aria-label': strings.list.one, placeholder: strings.list.one, maxlength: '200', onkeypress: (event) => key(event) }, () => add());
  const button = el('button', { type: 'button', class: 'quiet', onclick: () => add(true) }, strings.list.add);
  const show = () => {
    chips.replaceChildren(...items.map((item, at) => el('li', { dir: 'auto' }, item, remove(item, at))));
    chips.hidden = !items.length;
    node.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const change = (now) => {
    items = now;
    if (items.length) none.checked = false;
    show();
  };
  const remove = (item, at) => {
    const gone = () => {
      change(items.filter((_, each) => each !== at));
      say(fill(strings.list.removed, { item }));
      combo.input.focus();
    };
    return el('button', { type: 'button', class: 'remove', onclick: gone }, el('span', { 'aria-hidden': 'true' }, '×'), hiddenText(fill(strings.list.remove, { item })));
  };
  const add = (again) => {
    const item = combo.input.value.trim();
    if (item && items.length < (max ?? 40)) {
      combo.input.value = '';
      change([...items, item]);
      say(fill(strings.list.added, { item }));
    }
    if (item || again) combo.input.focus();
  };
  const key = (event) => {
    if (event.key !== 'Enter' || !combo.input.value.trim()) return;
    event.preventDefault();
    add();
  };
  const node = el('div', {}, noneBox && el('div', { class: 'options' }, noneBox), chips, el('div', { class: 'adding' }, combo.node, button));
  chips.hidden = true;
  return {
    node,
    first: combo.input,
    items: () => items,
    read() {
      const all = [...items, combo.input.value.trim()].filter(Boolean);
      if (all.length) return { value: all, words: all.join(', ') };
      return none.checked ? { value: [], words: options[0].title } : null;
    },
    put(value) {
      change((value ?? []).map((item) => item.said ?? item.name ?? item));
      none.checked = Array.isArray(value) && !value.length;
    },
  };
}

const MAKERS = { choice: pick, yes_no: pick, date: birth, country, contact, name, list: many, text: longText };

const SHOWN = 5;
const known = new Map();

// Fetched once as a whole, so that no letter of what somebody types leaves the page before they send it.
function suggestionsFrom(address) {
  if (!known.has(address)) {
    const fetched = fetch(address, { credentials: 'omit' }).then(async (response) => (response.ok ? (await response.json()).suggestions : Promise.reject(response)));
    known.set(address, fetched.catch(() => known.delete(address) && []));
  }
  return known.get(address);
}

export function folded(text) {
  return text.normalize('NFKD').replace(/\p{M}|[.'’]/gu, '').toLowerCase().trim();
}

function fitting(all, typed, before = '') {
  const sought = folded(typed);
  const place = ({ title, also = [] }) =>
    Math.min(...[title, ...also].map(folded).map((name) => (name.startsWith(sought) ? 0 : name.includes(` ${sought}`) ? 1 : 2)));
  const ranked = all.map((each) => [place(each), each]).filter(([rank]) => rank < 2);
  return ranked.sort(([a], [b]) => a - b).slice(0, SHOWN).map(([, each]) => ({ ...each, title: before + each.title }));
}

/** A text field with suggestions below it. `pick` is called with the suggestion that was chosen; `address` may be empty. */
export class Combo {
  constructor({ address, attributes, strings, say, pick, cut = whole }) {
    Object.assign(this, { address, strings, say, pick, cut, all: [], active: -1 });
    const id = fresh('suggestions');
    this.list = el('ul', { id, class: 'suggestions', role: 'listbox', 'aria-label': strings.suggestions, hidden: true });
    const role = address ? { role: 'combobox', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id } : {};
    this.input = el('input', {
      type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', ...role, ...attributes,
      onfocus: () => this.#load(), oninput: () => this.#show(), onkeydown: (event) => this.#key(event), onblur: () => this.#left(),
    });
    this.node = el('div', { class: 'combo' }, this.input, this.list);
  }

  /** The suggestion that a text names in full, if one is. */
  named(text) {
    const sought = folded(text);
    return this.all.find(({ title, also = [] }) => [title, ...also].some((name) => folded(name) === sought));
  }

  async #load() {
    if (!this.address) return;
    this.all = await suggestionsFrom(this.address);
    if (this.input.value) this.#show();
  }

  #show() {
    const typed = this.input.value;
    const [before, sought] = this.cut(typed);
    const found = typed.trim() && sought !== null && this.input.matches(':focus') ? fitting(this.all, sought, before) : [];
    this.#mark(-1);
    this.list.replaceChildren(...found.map((each, at) => this.#option(each, at)));
    this.#open(found.length > 0 && !(found.length === 1 && folded(found[0].title) === folded(typed)));
    clearTimeout(this.told);
    if (!this.list.hidden) this.told = setTimeout(() => this.say(this.strings.suggested), 800);
  }

  #option(each, at) {
    const keepFocus = (event) => event.preventDefault();
    const choose = () => this.#choose(each);
    return el('li', { id: `${this.list.id}-${at}`, role: 'option', 'aria-selected': 'false', dir: 'auto', onmousedown: keepFocus, onclick: choose }, each.title);
  }

  #choose(each) {
    this.input.value = each.title;
    this.#close();
    this.pick(each);
  }

  #key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const options = [...this.list.children];
    if (step) this.#mark((this.active + step + options.length + (this.active < 0 && step < 0 ? 1 : 0)) % options.length);
    else if (event.key === 'Enter' && this.active >= 0) options[this.active].click();
    else if (event.key === 'Escape') this.#close();
    else return;
    event.preventDefault();
  }

  #mark(at) {
    this.active = at;
    [...this.list.children].forEach((option, each) => option.setAttribute('aria-selected', String(each === at)));
    if (at < 0) this.input.removeAttribute('aria-activedescendant');
    else this.input.setAttribute('aria-activedescendant', this.list.children[at].id);
  }

  #open(open) {
    this.list.hidden = !open;
    if (open) this.list.scrollIntoView({ block: 'nearest' });
    if (this.address) this.input.setAttribute('aria-expanded', String(open));
  }

  // Closed at once, the list would move what is being pressed away from under the finger.
  #left() {
    setTimeout(() => this.input.matches(':focus') || this.#close(), 700);
  }

  #close() {
    clearTimeout(this.told);
    this.#mark(-1);
    this.#open(false);
  }
}
