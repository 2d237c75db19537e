export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Marks a text of the page itself that may be in the language of the chat. */
export function inTheirLanguage(node, { troublesLang }) {
  Object.assign(node, { dir: 'auto', lang: troublesLang });
}

export function hiddenText(text) {
  return el('span', { class: 'visually-hidden' }, text);
}

export function paragraphs(text) {
  return text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => el('p', { dir: 'auto' }, part));
}

// Only web links: a "javascript:" address in a source must never become clickable.
export function webUrl(address, base) {
  try {
    const url = new URL(address, base);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

export function telUrl(number) {
  return `tel:${number.replace(/[^\d+]/g, '')}`;
}

export function newTabLink(url, label, strings, context = '') {
  const rest = [context, strings.newTab].filter(Boolean).join(' ');
  return el('a', { href: url, target: '_blank', rel: 'noopener' }, label, hiddenText(` ${rest}`));
}

const FOLDER = new URL('.', import.meta.url);
const DARK = { light: 'not all', dark: 'all' };
const SIZES = [0.9, 1, 1.15, 1.3, 1.5, 1.75];
const SIZE_KEY = 'cordial:text-size';

/** Links to style sheets for a shadow root. `theme` is "light" or "dark", anything else is as the reader's device has it. */
export function styleSheets(names, theme) {
  const media = DARK[theme] ?? '(prefers-color-scheme: dark)';
  const links = [...names, 'dark'].map((name) =>
    el('link', { rel: 'stylesheet', href: new URL(`${name}.css`, FOLDER).href, media: name === 'dark' ? media : null }),
  );
  // A sheet that does not come must not keep the words from being shown.
  const come = links.map((link) => new Promise((resolve) => ['load', 'error'].forEach((name) => link.addEventListener(name, resolve))));
  return { links, styled: Promise.all(come) };
}

// "medium" is what the reader chose in the browser, whatever a website does to its own letters.
function readersSize(root) {
  const probe = el('span', { class: 'visually-hidden' });
  probe.style.fontSize = 'medium';
  root.append(probe);
  const size = Number.parseFloat(getComputedStyle(probe).fontSize) || 16;
  probe.remove();
  return size;
}

/** The size of all letters: the reader's own, times a step that they choose here and that this device keeps. */
export class TextSize {
  constructor(node, storage) {
    Object.assign(this, { node, storage });
    const kept = SIZES.indexOf(Number(storage.getItem(SIZE_KEY)));
    this.step = kept < 0 ? SIZES.indexOf(1) : kept;
  }

  get percent() {
    return Math.round(SIZES[this.step] * 100);
  }

  can(change) {
    return this.step + change in SIZES;
  }

  change(by) {
    if (!this.can(by)) return false;
    this.step += by;
    this.storage.setItem(SIZE_KEY, String(SIZES[this.step]));
    this.apply();
    return true;
  }

  apply() {
    this.node.style.setProperty('--u', `${readersSize(this.node) * SIZES[this.step]}px`);
  }
}

const HEX = /^#(?:([0-9a-f])([0-9a-f])([0-9a-f])|([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2}))$/i;

function channels(colour) {
  const found = HEX.exec(colour.trim());
  if (!found) return null;
  const parts = found[1] ? found.slice(1, 4).map((digit) => digit + digit) : found.slice(4, 7);
  return parts.map((part) => Number.parseInt(part, 16) / 255);
}

// WCAG 2.2, "relative luminance" and "contrast ratio".
function luminance(colour) {
  const [red, green, blue] = channels(colour).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * Puts a clinic's colour on the surfaces that carry it, with the letters on them black or white, whichever is read more easily.
 * One of the two always has a contrast of at least 4.5, so no colour can make them unreadable.
 */
export function applyAccent(node, colour) {
  if (!colour) return;
  if (!channels(colour)) {
    console.warn(`Cordial: "${colour}" is not a colour like #0e5f5b, so the usual one is used.`);
    return;
  }
  const ink = contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#ffffff' : '#000000';
  node.style.setProperty('--accent', colour.trim());
  node.style.setProperty('--accent-ink', ink);
}
