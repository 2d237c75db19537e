import { el, hiddenText, newTabLink, paragraphs, webUrl } from './dom.js';
import { count, fill, formatDay } from './text.js';

const SCALE = ['preclinical', 'observational', 'early-trial', 'rct', 'rct-meta-analysis', 'approved'];
const ABOUT_STUDIES = ['safety', 'rationale', 'benefit'];
const PASSAGES_SHOWN = 3;

// `text` may be a lead-in, or the whole answer again for clients without cards. The quotes are never shown twice.
export function leadOf(text, answer) {
  const plain = (value) => value.replace(/\s+/g, ' ');
  const repeats = answer.passages?.some(({ quote }) => quote && plain(text ?? '').includes(plain(quote).trim()));
  return repeats ? '' : (text ?? '');
}

export function answerCard(message, context) {
  const { strings, base } = context;
  const { answer } = message;
  const lead = leadOf(message.text, answer);
  if (answer.status !== 'answered') return plainStatus(message, lead, context);
  const about = strings.about[answer.about] ?? '';
  const passages = answer.passages ?? [];
  return el(
    'div',
    { class: 'card', role: 'group', 'aria-label': fill(strings.answer, { about }) },
    el('p', { class: 'card-about', 'data-about': answer.about }, about),
    strings.aboutNote[answer.about] && el('p', { class: 'card-note' }, strings.aboutNote[answer.about]),
    paragraphs(lead),
    passages.slice(0, PASSAGES_SHOWN).map((passage) => quotation(passage, strings, base)),
    morePassages(passages.slice(PASSAGES_SHOWN), strings, base),
    evidence(answer, strings),
    sourceList(answer.sources ?? [], strings, base),
    reviewed(answer, strings),
    feedbackRow(message, context),
  );
}

function plainStatus(message, lead, context) {
  const { strings, base } = context;
  const { answer } = message;
  const heading = strings[answer.status];
  return el(
    'div',
    { class: `card card-${answer.status}`, role: 'group', 'aria-label': heading },
    el('p', { class: 'card-status' }, heading),
    paragraphs(lead || strings[`${answer.status}Text`] || ''),
    (answer.passages ?? []).map((passage) => quotation(passage, strings, base)),
    feedbackRow(message, context),
  );
}

// The article in the version that was quoted, with the quoted words marked.
function passageUrl({ url, version, start, end }, base) {
  const whole = webUrl(url, base);
  if (!whole) return null;
  const place = new URL(whole);
  place.search = new URLSearchParams({ version, start, end });
  place.hash = 'passage';
  return place.href;
}

function quotation(passage, strings, base) {
  const url = passageUrl(passage, base);
  const place = [passage.title, passage.heading].filter(Boolean).join(' – ');
  // Articles are wrapped text: a single line break means nothing unless a list item begins there.
  const quote = passage.quote.replace(/\n(?=\s*[-*] )/g, '\n\n');
  return el(
    'figure',
    { class: 'quote' },
    el('blockquote', { cite: url }, paragraphs(quote)),
    el('figcaption', {}, el('span', {}, place), url && newTabLink(url, strings.showInArticle, strings, `– ${place}`)),
  );
}

function morePassages(passages, strings, base) {
  if (!passages.length) return null;
  return el(
    'details',
    { class: 'more' },
    el('summary', {}, count(strings.morePassages, passages.length, strings.locale)),
    passages.map((passage) => quotation(passage, strings, base)),
  );
}

function evidence(answer, strings) {
  const words = strings.evidenceWords[answer.evidence];
  if (!words) return null;
  const step = SCALE.indexOf(answer.evidence) + 1;
  const onScale = step > 0 || (answer.evidence === 'none' && ABOUT_STUDIES.includes(answer.about));
  return el(
    'div',
    { class: 'evidence' },
    el('p', { class: 'evidence-words' }, fill(strings.evidence, { words }), onScale && scale(step, strings)),
    el(
      'details',
      {},
      el('summary', {}, strings.evidenceMore),
      strings.evidenceOffScale[answer.evidence] && el('p', {}, strings.evidenceOffScale[answer.evidence]),
      onScale && el('p', {}, strings.evidenceExplained),
      onScale && ladder(answer.evidence, strings),
    ),
  );
}

function scale(step, strings) {
  return [hiddenText(` (${fill(strings.evidenceStep, { n: step, of: SCALE.length })})`), bars(step)];
}

function bars(step) {
  return el('span', { class: 'scale', 'aria-hidden': 'true' }, SCALE.map((_, index) => el('span', { class: index < step ? 'step full' : 'step' })));
}

function ladder(current, strings) {
  const rows = [...SCALE].reverse().map((level) =>
    el(
      'li',
      { class: level === current ? 'here' : null },
      bars(SCALE.indexOf(level) + 1),
      el(
        'span',
        {},
        el('span', { class: 'level' }, capital(strings.evidenceWords[level])),
        level === current && el('span', { class: 'here-mark' }, ` (${strings.evidenceHere})`),
        el('span', { class: 'means' }, strings.evidenceMeans[level]),
      ),
    ),
  );
  return el('ol', { class: 'ladder' }, rows);
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sourceList(sources, strings, base) {
  if (!sources.length) return null;
  return el(
    'div',
    { class: 'sources' },
    el('p', { class: 'sources-title' }, strings.sources),
    el('ul', {}, sources.map((source) => el('li', {}, sourceLine(source, strings, base)))),
  );
}

function sourceLine(source, strings, base) {
  const details = [source.publisher, source.year].filter(Boolean).join(', ');
  const url = sourceUrl(source, base);
  const label = source.doi ? fill(strings.doi, { doi: bareDoi(source.doi) }) : strings.openSource;
  return [
    el('cite', {}, source.title),
    details && ` ${details}. `,
    url && newTabLink(url, label, strings, `– ${source.title}`),
  ];
}

function bareDoi(doi) {
  return doi.replace(/^(https?:\/\/(dx\.)?doi\.org\/|doi:\s*)/i, '');
}

function sourceUrl({ doi, url }, base) {
  if (doi) return webUrl(`https://doi.org/${encodeURI(bareDoi(doi))}`);
  return url ? webUrl(url, base) : null;
}

function reviewed(answer, strings) {
  if (!answer.reviewed_on) return null;
  const [before, after] = strings.reviewedOn.split('{date}');
  return el('p', { class: 'reviewed' }, before, el('time', { datetime: answer.reviewed_on }, formatDay(answer.reviewed_on, strings.locale)), after);
}

export function spokenAnswer(message, strings) {
  const { answer } = message;
  const lead = leadOf(message.text, answer);
  if (answer.status !== 'answered') return sentences([strings[answer.status], lead || strings[`${answer.status}Text`]]);
  const words = strings.evidenceWords[answer.evidence];
  return sentences([
    fill(strings.answer, { about: strings.about[answer.about] ?? '' }),
    strings.aboutNote[answer.about],
    lead,
    ...(answer.passages ?? []).slice(0, PASSAGES_SHOWN).map(({ quote }) => quote),
    words && fill(strings.evidence, { words }),
  ]);
}

export function sentences(parts) {
  return parts
    .filter(Boolean)
    .map((part) => (/[.!?…:]$/.test(part.trim()) ? part.trim() : `${part.trim()}.`))
    .join(' ');
}

/** "Was this helpful?" The last press counts; both can be pressed as often as somebody changes their mind. */
export function feedbackRow(message, { strings, actions, say }) {
  const outcome = el('span', {});
  const answer = (title, helpful) => {
    const button = el('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false' }, title);
    button.addEventListener('click', () => press(button, helpful));
    return button;
  };
  const buttons = [answer(strings.helpfulYes, true), answer(strings.helpfulNo, false)];
  const tell = (text) => {
    outcome.textContent = text;
    say(text);
  };
  const press = async (button, helpful) => {
    if (button.getAttribute('aria-pressed') === 'true') return;
    const before = buttons.map((each) => each.getAttribute('aria-pressed'));
    for (const each of buttons) each.setAttribute('aria-pressed', String(each === button));
    try {
      await actions.rate(message.seq, helpful);
      tell(strings.helpfulThanks);
    } catch {
      buttons.forEach((each, index) => each.setAttribute('aria-pressed', before[index]));
      tell(strings.status.not_done);
    }
  };
  return el('div', { class: 'feedback', role: 'group', 'aria-label': strings.helpful }, el('span', { 'aria-hidden': 'true' }, strings.helpful), buttons, outcome);
}
