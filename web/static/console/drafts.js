// What somebody is typing is kept in this browser until it is sent or they log out: by person, case and box, and never sent anywhere.
// After a reload, a refused form or a login that ended it is there again. Of several tabs the newest words win.

const BEGIN = 'cordial-draft '
const KEPT = 7 * 24 * 60 * 60_000 // ms after which words that nobody sent are forgotten

const person = document.body.dataset.person
/** With what the keys of this person begin. */
export const mine = `${BEGIN}${person} `
const boxes = () => document.querySelectorAll('textarea[data-draft]')
const place = (box) => `${mine}${document.querySelector('[data-case]')?.dataset.case} ${box.id}`

/** Give every box in which nobody has typed yet what was typed there before. */
export function restore() {
  for (const box of boxes()) {
    const draft = read(place(box))
    if (!draft?.text || box.value === draft.text || box.value !== box.defaultValue) continue
    put(box, draft.text, box.readOnly ? '' : 'What you typed here before is back.')
    const folded = box.closest('details')
    if (folded) folded.open = true
  }
}

/** What was in a box has been sent: it is kept no more, and other tabs empty theirs. */
export function sent(box) {
  const key = place(box)
  write(key, '')
  drop(key)
}

/** Keep what is in a box now. */
export function keep(box) {
  tell(box, '')
  if (box.value) write(place(box), box.value)
  else drop(place(box))
}

/** Keep no more what stands under a key. */
export const drop = (key) => localStorage.removeItem(key)

/** Keep a text under a key. */
export function write(key, text) {
  try {
    localStorage.setItem(key, JSON.stringify({ text, at: Date.now() }))
  } catch {
    // a browser that keeps nothing, or has no room: the words are in the box
  }
}

/** What is kept under a key, and since when. */
export function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {
    return null
  }
}

function put(box, text, told) {
  box.value = text
  tell(box, told)
  const unsent = box.closest('[data-unsent]')
  if (unsent) unsent.hidden = !text
}

function tell(box, text) {
  const line = box.form?.querySelector('[data-draft-told]')
  if (line) line.textContent = text
}

/** Forget what fits. */
function forget(fits) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(BEGIN) && fits(key)) drop(key)
}

forget((key) => Date.now() - (read(key)?.at ?? 0) > KEPT)
document.addEventListener('submit', ({ target }) => target.matches('[data-log-out]') && forget((key) => key.startsWith(mine)))
document.addEventListener('input', ({ target }) => target.matches('textarea[data-draft]') && keep(target))
window.addEventListener('storage', ({ key, newValue }) => {
  if (!key?.startsWith(mine) || !newValue) return
  for (const box of boxes()) {
    const { text } = read(key) ?? JSON.parse(newValue)
    if (place(box) !== key || box.value === text) continue
    put(box, text, text ? 'These are your newer words, from another tab.' : 'This was sent from another tab.')
  }
})
