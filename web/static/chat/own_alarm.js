// The check at the service knows far more. This one is for when nothing answers, and takes only what is said plainly.

function plain(text) {
  const bare = text.normalize('NFKD').replace(/\p{M}|['’‘`]/gu, '').toLowerCase();
  return bare.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

function says(sentence, { words, unlessBefore, unlessIn }) {
  const whole = ` ${plain(sentence)} `;
  if (unlessIn.some((calm) => whole.includes(` ${calm} `))) return false;
  return words.some((wording) => {
    const at = whole.indexOf(` ${wording} `);
    if (at < 0) return false;
    const before = whole.slice(0, at).trim().split(' ').slice(-3);
    return !before.some((word) => unlessBefore.includes(word));
  });
}

/** The page's own words for an emergency, as a message; null for a text that is none. */
export function ownAlarm(text, { ownAlarm: rules }) {
  if (!rules || !text.split(/[.!?;\n]+/).some((sentence) => says(sentence, rules))) return null;
  return { seq: null, at: new Date().toISOString(), from: 'system', kind: 'emergency', text: rules.text, buttons: [], answer: null, question: null };
}
