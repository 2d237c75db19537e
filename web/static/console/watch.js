// Every page of the console: whether it is up to date, and who needs somebody now. A page that has had no fresh data for a few
// seconds says so across its whole width, in its title and once by a sound, and so does one whose login has ended.
//
// The bar itself is in the page and appears by its style sheet if this script never runs.

import { call, tell } from './alerts.js'
import './drafts.js' // who logs out leaves nothing behind, on whichever page they are

const LATE = 8_000 // ms without fresh data after which a page is not up to date any more
const AGAIN = 3_000 // ms until a worker that did not start is tried again
const REPEAT = 60_000 // ms after which an emergency that still waits is sounded again
const SHOWN = 3 // emergencies, the newest; the others are in the queue
const SINCE = 'cordial-since' // where this browser keeps the time of its last pulse

const body = document.body
const inside = Boolean(body.dataset.person)
const bar = document.querySelector('[data-stale]')
const alarm = document.querySelector('[data-alarm]')
const title = document.title
const heardAt = new Map([['pulse', Date.now()]]) // when each kind of data was fresh last
const fits = new Map() // why some kind is not fresh, where that is known
const ticks = []
let at = body.dataset.at // that time, as people read it
let why = '' // why the page is not up to date; empty as long as it is
let waiting = 0
let alarms = 0

/** The page's own address: after a form was refused, that of the page with the form and not that of the form. */
export const address = body.dataset.address || location.pathname + location.search

/** Do something at each beat, also while nobody looks at the page. */
export function onBeat(act) {
  ticks.push(act)
}

/** Some data of the page is fresh, or is not, for a reason: out, gone. */
export function heard(kind, reason = '') {
  if (reason) fits.set(kind, reason)
  else {
    fits.delete(kind)
    heardAt.set(kind, Date.now())
  }
  judge()
}

function judge() {
  const late = [...heardAt.values()].some((then) => Date.now() - then > LATE)
  const now = fits.get('pulse') || [...fits.values()][0] || (late ? 'away' : '')
  if (now === why) return
  if (now && !why) call('stale', { id: 'stale', short: bar.dataset.title, link: '' }, LATE)
  why = now
  for (const part of bar.children) part.hidden = part.dataset.when !== why
  for (const place of bar.querySelectorAll('[data-since]')) place.textContent = at
  bar.hidden = !why
  entitle()
}

function entitle() {
  const count = alarms ? `‼ ${alarm.dataset.title} – ` : waiting ? `(${waiting}) ` : ''
  document.title = `${count}${why ? `${bar.dataset.title} – ` : ''}${title}`
}

function take(told) {
  if (told.kind === 'pulse') {
    const stranger = inside && told.person !== body.dataset.person
    if (!stranger) show(told)
    if (!why) at = told.at
    heard('pulse', stranger ? 'other' : '')
    localStorage.setItem(SINCE, told.now)
  } else if (told.kind === 'outside') {
    showOutside(told)
    heard('pulse')
  } else if (told.kind === 'out') {
    showOutside(told)
    heard('pulse', 'out')
  } else judge()
  for (const act of ticks) act()
}

function show(told) {
  waiting = told.waiting ?? 0
  warn(told.emergencies ?? [])
  countReviews(told.reviews ?? 0)
  for (const each of told.news ?? []) tell(each)
  entitle()
}

/** How many articles wait for this person's review, beside the page where they are. */
function countReviews(number) {
  const badge = document.querySelector('[data-reviews]')
  if (!badge || badge.querySelector('[data-number]').textContent === `${number}`) return
  badge.querySelector('[data-number]').textContent = number
  badge.hidden = !number
}

function showOutside(told) {
  waiting = 0
  warn(told.emergency ? [{ id: 'emergency', text: alarm.dataset.outside, short: alarm.dataset.outside, link: '' }] : [])
  entitle()
}

/** Show emergencies across the page, and sound what is new, or still there after a minute. */
function warn(emergencies) {
  alarms = emergencies.length
  const lines = emergencies.slice(0, SHOWN).map(line)
  if (alarms > SHOWN) lines.push(line({ text: alarm.dataset.more, link: '/desk/queue' }))
  const shown = lines.map((each) => each.outerHTML).join('')
  if (alarm.dataset.shown !== shown) {
    alarm.dataset.shown = shown
    alarm.replaceChildren(...lines)
  }
  alarm.hidden = !alarms
  for (const each of emergencies) call('emergency', each, REPEAT)
}

function line({ text, link }) {
  const each = document.createElement(link && link !== address ? 'a' : 'p')
  if (each.matches('a')) each.href = link
  each.textContent = text
  return each
}

function begin() {
  const worker = new Worker('/static/console/beat.js')
  let begun = false
  worker.onmessage = ({ data }) => {
    begun = true
    take(data)
  }
  worker.onerror = () => {
    worker.terminate()
    if (!begun) setTimeout(begin, AGAIN)
  }
  worker.postMessage({ inside, since: localStorage.getItem(SINCE) ?? '' })
}

// A refused form leaves the page at its own address, so that loading it again sends nothing again.
if (body.dataset.address) history.replaceState(null, '', address + location.hash)
bar.hidden = true
document.documentElement.dataset.watched = ''
document.addEventListener('visibilitychange', judge)
window.addEventListener('pageshow', judge)
setInterval(judge, 1_000)
begin()
