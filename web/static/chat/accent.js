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
