// Canned replies: `/` at the beginning of an empty box, or the button, opens their list; typing filters it, arrows and Enter choose.

import { keep } from './drafts.js'

const list = () => document.querySelector('[data-canned]')
const box = () => document.getElementById('reply')
const options = () => [...list().querySelectorAll('[role="option"]')]
const shown = () => options().filter((option) => !option.hidden)
const isOpen = () => list()?.hidden === false

function open(filter) {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  for (const option of options()) option.hidden = !words.every((word) => option.textContent.toLowerCase().includes(word))
  list().hidden = !shown().length
  mark(shown()[0])
  say(isOpen() ? `${shown().length} canned ${shown().length === 1 ? 'reply' : 'replies'}. Arrows and Enter choose.` : 'No canned reply has these words.')
}

function close() {
  list().hidden = true
  mark(null)
  say('')
}

function say(text) {
  const line = document.querySelector('[data-canned-news]')
  if (line.textContent !== text) line.textContent = text
}

function mark(chosen) {
  for (const option of options()) option.setAttribute('aria-selected', String(option === chosen))
  if (chosen) {
    box().setAttribute('aria-controls', list().id)
    box().setAttribute('aria-activedescendant', chosen.id)
    chosen.scrollIntoView({ block: 'nearest' })
  } else box().removeAttribute('aria-activedescendant')
}

const marked = () => shown().find((option) => option.getAttribute('aria-selected') === 'true')

function move(step) {
  const all = shown()
  mark(all[(all.indexOf(marked()) + step + all.length) % all.length])
}

/** Put it where it can be changed before it is sent; what was typed to find it goes. */
function choose(option) {
  const typed = box().value.startsWith('/') ? '' : box().value.trim()
  box().value = typed ? `${typed}\n\n${option.dataset.text}` : option.dataset.text
  close()
  box().focus()
  const hole = box().value.match(/\{\w+\}/) // what could not be filled in comes first
  if (hole) box().setSelectionRange(hole.index, hole.index + hole[0].length)
  keep(box())
}

/** @returns {boolean} whether a key was for the list */
export function cannedKey(event) {
  if (!isOpen()) return false
  if (event.key === 'ArrowDown') move(1)
  else if (event.key === 'ArrowUp') move(-1)
  else if (event.key === 'Enter' && !event.isComposing) choose(marked())
  else if (event.key === 'Tab' || event.key === 'Escape') close()
  else return false
  return event.key !== 'Tab'
}

document.addEventListener('input', ({ target }) => {
  if (target !== box() || !list()) return
  if (target.value.startsWith('/') && !target.value.includes('\n')) open(target.value.slice(1))
  else if (isOpen()) close()
})
document.addEventListener('mousedown', (event) => {
  const option = event.target.closest?.('[data-canned] [role="option"]')
  if (option) event.preventDefault() // the box keeps the focus
  if (option && event.button === 0) choose(option)
  else if (isOpen() && !event.target.closest('form[data-send]')) close()
})
document.addEventListener('click', ({ target }) => {
  if (!target.closest('[data-canned-open]')) return
  if (isOpen()) return close()
  box().focus()
  open('')
})
