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
