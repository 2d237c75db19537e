// The queue: kept up to date, and used with the keyboard alone. Single keys can be switched off.

import { keepFresh } from './fresh.js'

const KEYS = 'cordial-keys'
const box = document.getElementById('keys')
const first = () => document.querySelector('[data-row] a')?.getAttribute('href')
let top = first()

keepFresh(4_000, () => {
  if (first() === top) return
  top = first()
  document.querySelector('[data-news]').textContent = 'The queue has changed: somebody else comes first now.'
})

document.querySelector('[data-keys]').hidden = false
box.checked = localStorage.getItem(KEYS) !== 'off'
box.addEventListener('change', () => localStorage.setItem(KEYS, box.checked ? 'on' : 'off'))

document.addEventListener('keydown', (event) => {
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target.closest('input, select, textarea')) return
  if (event.key === 'j') move(1)
  else if (event.key === 'k') move(-1)
  else if (event.key === '/') document.getElementById('text').focus()
  else return
  event.preventDefault()
})

function move(step) {
  const links = [...document.querySelectorAll('[data-row] th a')]
  const at = links.indexOf(document.activeElement)
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)
  links[next]?.focus()
}
