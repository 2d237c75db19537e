// Keeps a page up to date: asks for it again, and swaps the parts marked `data-live` that changed. What somebody is working in
// is left alone until they are done. `data-live="append"` only gets what is new at its end, and lines for what was removed.

const ACCEPT = 'application/x-cordial-fresh'
const AWAY = 20_000 // ms between two looks while the page is in the background

/**
 * @param {number} every ms between two looks
 * @param {(changed: Element[]) => void} told what to do after parts were swapped
 */
export function keepFresh(every, told = () => {}) {
  let mark = ''
  let timer = 0

  async function look() {
    try {
      const headers = { Accept: ACCEPT, ...(mark && { 'If-None-Match': mark }) }
      const response = await fetch(location.href, { headers, cache: 'no-store', redirect: 'manual' })
      if (response.type === 'opaqueredirect' || response.status === 401 || response.status === 403) return say(true)
      if (response.ok) {
        const page = new DOMParser().parseFromString(await response.text(), 'text/html')
        const [changed, all] = swap(page)
        mark = all ? (response.headers.get('ETag') ?? '') : ''
        if (changed.length) told(changed)
      }
      say(false)
    } catch {
      say(true)
    }
    plan()
  }

  function plan() {
    clearTimeout(timer)
    timer = setTimeout(look, document.hidden ? AWAY : every)
  }

  document.addEventListener('visibilitychange', () => document.hidden || look())
  plan()
}

/** Swap what changed. Gives the parts, and whether all of the page is now as it came. */
function swap(page) {
  const changed = []
  let all = true
  for (const part of document.querySelectorAll('[data-live]')) {
    const fresh = page.getElementById(part.id)
    if (!fresh || fresh.innerHTML === part.innerHTML) continue
    if (part.dataset.live === 'append') {
      if (append(part, fresh)) changed.push(part)
    } else if (busy(part)) {
      all = false
    } else {
      const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null
      part.replaceChildren(...fresh.childNodes)
      if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
      changed.push(part)
    }
  }
  return [changed, all]
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

/** Whether somebody has begun something in a part that would be lost. */
function busy(part) {
  const here = document.activeElement
  const writing = part.contains(here) && here.matches('input, select, textarea')
  const begun = [...part.querySelectorAll('textarea')].some((box) => box.value !== box.defaultValue)
  return writing || begun || part.querySelector('details[open]') !== null
}

function say(lost) {
  document.body.classList.toggle('stale', lost)
  const place = document.querySelector('[data-connection]')
  if (place) place.hidden = !lost
}
