// Keeps a page up to date: asks for it again, and swaps the parts marked `data-live` that changed. What somebody is working in
// is left alone until they are done. `data-live="append"` only gets what is new at its end, and lines for what was removed.

import { address, heard, onBeat } from './watch.js'

export const ACCEPT = 'application/x-cordial-fresh'
const AWAY = 5_000 // ms between two looks while the page is in the background
const SLACK = 500 // ms by which a beat may come early
const PATIENCE = 5_000 // ms for an answer

// The parts as they came; scripts change what is in the page. What is new each time, `data-once`, makes no difference.
const came = new Map([...document.querySelectorAll('[data-live]')].map((part) => [part.id, gist(part)]))

// What somebody is just pressing: swapped between press and release, it would not hear the click.
let pressed = null
document.addEventListener('pointerdown', ({ target }) => (pressed = target), true)
for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => setTimeout(() => (pressed = null)), true)

/**
 * @param {number} every ms between two looks
 * @param {(changed: Element[]) => void} told what to do after parts were swapped
 * @param {{where?: () => string, kind?: string}} from the address of the parts, and how what comes from there is called
 * @returns {() => Promise<void>} looks at once
 */
export function keepFresh(every, told = () => {}, { where = () => address, kind = 'page' } = {}) {
  let mark = ''
  let looked = Date.now()
  let looking = null

  async function look() {
    looked = Date.now()
    const asked = where()
    try {
      const headers = { Accept: ACCEPT, ...(mark && { 'If-None-Match': mark }) }
      const signal = AbortSignal.timeout(PATIENCE)
      const response = await fetch(asked, { headers, cache: 'no-store', redirect: 'manual', signal })
      if (asked !== where()) return // somebody looks for something else now
      if (response.status === 304) heard(kind)
      else if (response.ok) take(parsed(await response.text()), response.headers.get('ETag'))
      else if (response.status === 403 || response.status === 404) heard(kind, 'gone')
    } catch {
      // nobody answers, or too late: whoever watches the page sees that nothing was heard
    }
  }

  function take(page, newMark) {
    if (!ours(page)) return
    const [changed, all] = swap(page)
    mark = all ? (newMark ?? '') : ''
    heard(kind)
    if (changed.length) told(changed)
  }

  /** One look at a time; who wants one at once gets it after that which is under way. */
  const next = () => (looking = (looking ?? Promise.resolve()).then(look))
  const due = () => Date.now() - looked >= (document.hidden ? AWAY : every) - SLACK

  heard(kind)
  onBeat(() => due() && next())
  document.addEventListener('visibilitychange', () => document.hidden || next())
  return next
}

/** A page that came as text. */
export const parsed = (text) => new DOMParser().parseFromString(text, 'text/html')

/** Whether a page is of the console, and of the person whose page this is. */
export const ours = (page) => page.body.dataset.person === document.body.dataset.person

/**
 * Swap what changed.
 * @param {Document} page
 * @param {Element | null} done a part in which somebody has finished, so that it is swapped whatever is in it
 * @returns {[Element[], boolean]} the parts, and whether all of the page is now as it came
 */
export function swap(page, done = null) {
  const changed = []
  let all = true
  for (const part of document.querySelectorAll('[data-live]')) {
    const fresh = page.getElementById(part.id)
    if (!fresh) continue
    if (part.dataset.live === 'append') {
      if (append(part, fresh)) changed.push(part)
    } else if (part !== done && gist(fresh) === came.get(part.id)) {
      continue
    } else if (part !== done && busy(part)) {
      renumber(part, fresh)
      all = false
    } else {
      came.set(part.id, gist(fresh))
      replace(part, fresh)
      changed.push(part)
    }
  }
  return [changed, all]
}

function gist(part) {
  const copy = part.cloneNode(true)
  for (const once of copy.querySelectorAll('[data-once]')) once.remove()
  return copy.innerHTML
}

function replace(part, fresh) {
  const here = part.contains(document.activeElement) ? document.activeElement : null
  const find = here?.id ? `#${CSS.escape(here.id)}` : here?.hasAttribute('href') ? `[href="${CSS.escape(here.getAttribute('href'))}"]` : ''
  const unfolded = [...part.querySelectorAll('details[open][id]')].map(({ id }) => `#${CSS.escape(id)}`)
  part.replaceChildren(...fresh.childNodes)
  if (unfolded.length) for (const details of part.querySelectorAll(unfolded.join())) details.open = true
  if (find) part.querySelector(find)?.focus({ preventScroll: true })
}

/** What somebody has seen is theirs to act on: a form that stays for what they typed knows the conversation as the page shows it. */
function renumber(part, fresh) {
  for (const form of part.querySelectorAll('form[data-kind]')) {
    const newer = fresh.querySelector(`form[data-kind="${form.dataset.kind}"]`)
    if (form.elements.revision && newer?.elements.revision) form.elements.revision.value = newer.elements.revision.value
  }
}

function append(part, fresh) {
  const known = new Map([...part.children].map((child) => [child.id, child]))
  const lines = [...fresh.children].filter((child) => child.id)
  const added = lines.filter(({ id }) => !known.has(id))
  // When a patient withdraws their consent, lines take the place of what they told.
  const removed = lines.filter(({ id, classList }) => classList.contains('removed') && known.get(id)?.classList.contains('removed') === false)
  for (const line of removed) known.get(line.id).replaceWith(line)
  part.append(...added)
  return added.length + removed.length
}

/** Whether somebody has begun something in a part that would be lost; what they only unfolded is unfolded again. */
function busy(part) {
  const here = document.activeElement
  const writing = part.contains(here) && here.matches('input, select, textarea')
  const begun = [...part.querySelectorAll('textarea:not([readonly])')].some((box) => box.value !== box.defaultValue)
  return writing || begun || part.contains(pressed) || part.querySelector('details[open] form') !== null
}
