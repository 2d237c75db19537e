// What somebody types into a form with `data-keep` is kept in this browser until it is saved or they log out: by person and form,
// and never sent anywhere. After a reload, or a login that ended, the form is as they left it. It still names the text that they
// saw, so that saving it shows what somebody else has saved since.

import { drop, mine, read, write } from './drafts.js'
import { fill } from './section_rows.js'

const SENT = 'cordial-form-sent' // where this tab keeps which words were sent last

const place = (form) => `${mine}${form.dataset.keep}`
const boxes = (form) => [...form.elements].filter(({ name, type, dataset }) => name && type !== 'submit' && (type !== 'hidden' || 'keepToo' in dataset))
const typed = (form) => JSON.stringify(boxes(form).map(({ name, value }) => [name, value]))
const words = (text) => JSON.stringify(JSON.parse(text).filter(([name]) => name !== 'revision'))

for (const form of document.querySelectorAll('form[data-keep]')) {
  // What the service shows of a form that it did not take is newer than what was kept before.
  if ('unsaved' in form.dataset) write(place(form), typed(form))
  else restore(form)
}

function restore(form) {
  const kept = read(place(form))
  if (!kept?.text) return
  if (words(kept.text) === words(typed(form))) return drop(place(form))
  const seen = form.elements.revision?.value
  put(form, JSON.parse(kept.text))
  const told = form.querySelector('[data-kept-told]')
  if (!told) return
  told.hidden = false
  told.querySelector('[data-older]').hidden = form.elements.revision.value === seen
}

/** Fill a form again: of several boxes of one name, each with what stood in it. */
function put(form, pairs) {
  const text = pairs.find(([name]) => name === 'body')
  if (text) fill(form, text[1])
  const left = boxes(form)
  for (const [name, value] of pairs) {
    const at = left.findIndex((box) => box.name === name)
    if (at >= 0) left.splice(at, 1)[0].value = value
  }
}

/** The service says that a form was taken: what was sent of it is kept no more, unless somebody has typed on in another tab. */
function done({ dataset }) {
  const key = `${mine}${dataset.done}`
  if (read(key)?.text === sessionStorage.getItem(SENT)) drop(key)
}

document.querySelectorAll('[data-done]').forEach(done)
document.addEventListener('input', ({ target: { form } }) => form?.matches('[data-keep]') && write(place(form), typed(form)))
document.addEventListener('submit', ({ target }) => {
  if (!target.matches('[data-keep]')) return
  write(place(target), typed(target))
  sessionStorage.setItem(SENT, typed(target))
})
document.addEventListener('click', ({ target }) => {
  if (!target.matches('[data-forget]')) return
  drop(place(target.form))
  location.reload()
})
