// The list of cases, by itself or beside one: kept up to date, filtered at once, opened as whole rows, and used with the keyboard
// alone. Single keys can be switched off.

import { keepFresh } from './fresh.js'

const KEYS = 'cordial-keys'
const PLACE = 'cordial-list' // how far the list was scrolled, in this tab
const PAUSE = 350 // ms after the last letter until what is typed is looked for

const open = document.querySelector('[data-case]')?.dataset.case
const pane = document.querySelector('[data-list]')
const form = document.querySelector('[data-filters]')
const keys = document.getElementById('keys')
const links = () => [...document.querySelectorAll('[data-row] .row-who a')]
const first = () => links()[0]?.getAttribute('href')
const say = (text) => (document.querySelector('[data-list-news]').textContent = text)
let top = first()

function listAddress() {
  const asked = new URLSearchParams(location.search)
  if (open) asked.set('beside', open)
  return `/desk/queue${asked.size ? `?${asked}` : ''}`
}

const look = keepFresh(
  3_000,
  () => {
    if (first() === top) return
    top = first()
    say('The queue has changed: somebody else comes first now.')
  },
  { where: listAddress, kind: 'list' },
)

/** Look for what the form says, and have it in the address. */
async function apply() {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()))
  const address = `${location.pathname}${asked.size ? `?${asked}` : ''}`
  if (address === location.pathname + location.search) return
  history.replaceState(null, '', address + location.hash)
  await look()
  top = first()
  const count = links().length
  say(count === 1 ? 'One case.' : `${count} cases.`)
}

let later = 0
function applySoon() {
  clearTimeout(later)
  later = setTimeout(apply, PAUSE)
}

form.addEventListener('input', ({ target }) => target.matches('select, [type="date"]') || applySoon())
form.addEventListener('change', apply)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  clearTimeout(later)
  apply()
})
form.querySelector('[data-find]').hidden = true

document.querySelector('[data-keys]').hidden = false
keys.checked = localStorage.getItem(KEYS) !== 'off'
keys.addEventListener('change', () => localStorage.setItem(KEYS, keys.checked ? 'on' : 'off'))

document.addEventListener('keydown', (event) => {
  if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  if (event.target.closest('input, select, textarea')) return
  const act = { j: () => move(1), k: () => move(-1), r: reply, '/': () => document.getElementById('text').focus() }[event.key]
  if (!act || act() === false) return
  event.preventDefault()
})

/** To the next or the previous case, also over the end of a page of the list. */
function move(step) {
  const all = links()
  const at = open ? all.findIndex((link) => link.matches('[aria-current]')) : all.indexOf(document.activeElement)
  const next = at < 0 ? all.at(step > 0 ? 0 : -1) : all[at + step]
  if (next) goTo(next)
  else turn(step)
}

/** A case is opened where one is open; else its link gets the focus. */
const goTo = (link) => (open ? location.assign(link.href) : link.focus())

/** To the next or the previous page of the list, and the case there that comes first or last. */
async function turn(step) {
  const page = document.querySelector(`[data-page="${step}"]`)
  if (!page) return
  const before = first()
  history.replaceState(null, '', page.getAttribute('href'))
  await look()
  if (first() === before) return // nobody answered
  say(step > 0 ? 'The next page of the list.' : 'The earlier page of the list.')
  goTo(links().at(step > 0 ? 0 : -1))
}

function reply() {
  const box = open && document.querySelector('#reply:not([readonly])')
  if (!box) return false
  box.focus()
}

if (pane) {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? '{}')
  if (kept.search === location.search) pane.scrollTop = kept.top
  document.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' })
  window.addEventListener('pagehide', () => {
    sessionStorage.setItem(PLACE, JSON.stringify({ search: location.search, top: pane.scrollTop }))
  })
}
