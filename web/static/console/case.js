// A case: new messages appear by themselves, replies, notes and reviews are sent without loading the
// page, and what is typed is kept.

import { cannedKey } from './canned.js'
import { keep, restore } from './drafts.js'
import { keepFresh } from './fresh.js'
import './queue.js'
import { send, sendBy, sends, way } from './send.js'

const talk = document.querySelector('[data-talk]')
const KEPT = { note: 'The note is kept.', review: 'Your opinion is kept.' } // what is told of anything but a reply
let atEnd = true
// The log begins at its end: it is laid out from there, so that the end is at nought.
talk.addEventListener('scroll', () => (atEnd = talk.scrollTop > -40))
const toEnd = () => (talk.scrollTop = 0)

const path = location.pathname
keepFresh(1_500, news, { where: () => path })
comfort()

function news(changed) {
  comfort()
  if (!changed.some(({ id }) => id === 'transcript')) return
  if (atEnd) toEnd()
  const last = document.querySelector('#transcript > li:last-child')
  if (last.classList.contains('patient')) say(`New from the patient: ${last.querySelector('.said').textContent}`)
}

const say = (text) => (document.querySelector('[data-news]').textContent = text)

/** What scripts add to the forms, also to those that came anew. */
function comfort() {
  for (const part of document.querySelectorAll('[data-canned-open], [data-send-key]')) part.hidden = false
  const choice = document.getElementById('send-key')
  if (choice) choice.value = way()
  restore()
}

async function submit(form) {
  const { kind } = form.dataset
  const changed = await send(form)
  comfort()
  if (!changed.length) return
  if (!KEPT[kind] && changed.some(({ id }) => id === 'transcript')) toEnd()
  say(KEPT[kind] ?? 'Sent.')
}

document.addEventListener('submit', (event) => {
  if (!event.target.matches('form[data-send]')) return
  event.preventDefault()
  submit(event.target)
})

document.addEventListener('keydown', (event) => {
  const { target } = event
  if (!target.matches('form[data-send] textarea')) return
  if (target.id === 'reply' && cannedKey(event)) event.preventDefault()
  else if (sends(event)) {
    event.preventDefault()
    target.form.requestSubmit()
  } else if (event.key === 'Escape') target.blur() // the keys of the list work again
})

// The patient sees that somebody is typing to them, and never what.
let typed = 0
document.addEventListener('input', ({ target }) => {
  if (target.id !== 'reply' || target.form?.dataset.kind !== 'mine' || Date.now() - typed < 3_000) return
  typed = Date.now()
  fetch(`${path}/typing`, { method: 'POST' }).catch(() => {})
})

document.addEventListener('change', ({ target }) => {
  if (target.id === 'send-key') return sendBy(target.value)
  if (!target.matches('[data-mention]') || !target.value) return
  const box = document.getElementById('note')
  box.value = `${box.value.trimEnd()} ${target.value} `.trimStart()
  target.value = ''
  keep(box)
  box.focus()
})

// A menu closes when somebody goes on elsewhere.
document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('.menu[open]')) if (!menu.contains(target)) menu.open = false
})
document.addEventListener('keydown', ({ key }) => {
  const menu = key === 'Escape' && document.querySelector('.menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary').focus()
})
