const available = { en: () => import('./strings.en.js') };

/** The strings of a language, each with the ways to help that it names for this clinic. */
export async function loadStrings(language, clinic = {}) {
  const code = (language || 'en').toLowerCase().split('-')[0];
  const load = available[code] ?? available.en;
  return withHelp((await load()).default, clinic);
}

// Where the patient is, the page does not know: their own country's number comes first, and the clinic's is said to be that.
function withHelp(strings, { emergencyNumber: number, country, phone, email }) {
  const inCountry = country && fill(strings.inCountry, { country });
  const localNumber = number ? fill(strings.localNumber, { number, where: inCountry ? ` ${inCountry}` : '' }) : strings.localNumberAlone;
  const contact = [phone, email].filter(Boolean).join(strings.or);
  const call = fill(strings.call, { localNumber });
  const help = contact ? `${call} ${fill(strings.reach, { contact })}` : call;
  const put = (value) => {
    if (typeof value === 'string') return fill(value, { localNumber, call, help, here: inCountry || strings.atClinic });
    if (Array.isArray(value)) return value.map(put);
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, put(each)]));
  };
  const whole = put(strings);
  whole.ownAlarm.calls = number ? [{ number, label: fill(whole.emergency, { number }) }] : [];
  return whole;
}

export function fill(template, values = {}) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function count(forms, n, locale) {
  const form = new Intl.PluralRules(locale).select(n);
  return fill(forms[form] ?? forms.other, { n: n.toLocaleString(locale) });
}

// The server counts code points, as Python does; `length` would count an emoji twice.
export function lengthOf(text) {
  return [...text].length;
}

export function sameText(a, b) {
  const plain = (text) => text.normalize('NFC').replace(/\s+/g, ' ').trim();
  return plain(a) === plain(b);
}

export function formatDay(isoDate, locale) {
  const date = new Date(`${isoDate.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.valueOf())) return isoDate;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(date);
}

export function formatTime(isoTime, locale, now = new Date()) {
  const time = new Date(isoTime);
  if (Number.isNaN(time.valueOf())) return '';
  const clock = { hour: '2-digit', minute: '2-digit' };
  const today = time.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat(locale, today ? clock : { day: 'numeric', month: 'short', ...clock }).format(time);
}

// A field's name in the record is an English word or several, joined by underscores.
export function readable(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A text in small plain letters, with single spaces between its words. */
export function bare(text) {
  const letters = text.normalize('NFKD').replace(/\p{M}|['’‘`]/gu, '').toLowerCase();
  return letters.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}
