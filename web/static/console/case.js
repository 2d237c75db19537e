// A case: new messages appear by themselves, and a canned reply is put where it can be changed before it is sent.

import { keepFresh } from './fresh.js'

const talk = document.querySelector('[data-talk]')
let atEnd = true
talk.addEventListener('scroll', () => (atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 40))
const toEnd = () => (talk.scrollTop = talk.scrollHeight)
if (!location.hash) toEnd()

keepFresh(1_500, (changed) => {
  if (!changed.some((part) => part.id === 'transcript')) return
  if (atEnd) toEnd()
  const last = document.querySelector('#transcript > li:last-child')
  if (last.classList.contains('patient')) {
    document.querySelector('[data-news]').textContent = `New from the patient: ${last.querySelector('.said').textContent}`
  }
})

document.addEventListener('change', (event) => {
  if (!event.target.matches('[data-canned]') || !event.target.value) return
  const box = document.getElementById('reply')
  box.value = box.value.trim() ? `${box.value.trim()}\n\n${event.target.value}` : event.target.value
  event.target.value = ''
  box.focus()
  const hole = box.value.match(/\{\w+\}/) // what could not be filled in comes first
  if (hole) box.setSelectionRange(hole.index, hole.index + hole[0].length)
})
