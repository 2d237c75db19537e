const available = { en: () => import('./strings.en.js') };

export async function loadStrings(language) {
  const code = (language || 'en').toLowerCase().split('-')[0];
  const load = available[code] ?? available.en;
  return (await load()).default;
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
