// Sends replies, notes and reviews without loading the page again. What was refused stays in its box, with the reason beside it.

import { keep, sent } from './drafts.js'
import { ACCEPT, ours, parsed, swap } from './fresh.js'

const PATIENCE = 15_000 // ms for an answer
const WAY = 'cordial-send' // where this browser keeps by which key somebody sends: ctrl or enter
const under = new WeakSet() // forms that are on their way

/** By which key somebody sends. */
export const way = () => localStorage.getItem(WAY) ?? 'ctrl'

/** @param {string} key to send by, from now on in this browser */
export const sendBy = (key) => localStorage.setItem(WAY, key)

/** Whether a key in a box of a form sends it: Ctrl+Enter always does, Enter if somebody wants that. */
export function sends(event) {
  if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return false
  return event.ctrlKey || event.metaKey || (way() === 'enter' && event.target.id === 'reply' && !event.altKey)
}

/**
 * Send a form. A second press while it is on its way sends nothing; the same words sent again after an answer was lost
 * are said once, because the form keeps its number.
 * @returns {Promise<Element[]>} the parts of the page that changed with it; none if it was refused
 */
export async function send(form) {
  if (under.has(form)) return []
  const box = boxOf(form)
  under.add(form)
  form.setAttribute('aria-busy', 'true')
  try {
    const typed = box.value
    const answer = await post(form)
    return answer.page ? done(form, box, typed, answer.page) : refused(form, answer)
  } finally {
    under.delete(form)
    form.removeAttribute('aria-busy')
  }
}

const boxOf = (form) => form.querySelector('textarea')

async function post(form) {
  try {
    const body = new URLSearchParams(new FormData(form))
    const given = { method: 'POST', body, headers: { Accept: ACCEPT }, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }
    const response = await fetch(form.action, given)
    const text = await response.text()
    if (response.status === 401) return { why: 'You are logged out, so this was not sent. What you typed stays here. Log in in another tab, and send it again.' }
    if (!response.headers.get('Content-Type')?.startsWith('text/html')) return { why: JSON.parse(text).error.message }
    const page = parsed(text)
    if (!ours(page)) return { why: 'Somebody else is logged in in this browser now, so this was not sent.' }
    return response.ok ? { page } : { why: reason(page), shown: page }
  } catch {
    return { why: 'No answer came, so this may not have been sent. What you typed stays here. Send it again: it is said only once.' }
  }
}

const reason = (page) => page.querySelector('[data-trouble]:not([hidden])')?.textContent ?? page.querySelector('main')?.textContent ?? ''

/** It was taken: the box is empty again, but for what was typed meanwhile, and what is new appears. */
function done(form, box, typed, page) {
  const on = box.value.startsWith(typed) ? box.value.slice(typed.length).trimStart() : box.value
  const part = form.closest('[data-live]')
  const here = part.contains(document.activeElement) ? document.activeElement : null
  sent(box)
  box.value = ''
  const [changed] = swap(page, part)
  const again = document.getElementById(box.id)
  if (on) {
    again.value = on
    keep(again)
  }
  if (here) next(again).focus({ preventScroll: true })
  return changed
}

/** Where somebody goes on who has sent what was in a box. */
function next(box) {
  if (box.readOnly) return document.querySelector('[data-talk]')
  return box.closest('details:not([open])')?.querySelector('summary') ?? box
}

/** It was not: the words stay, the reason stands beside them, and the page shows how things are now. */
function refused(form, { why, shown }) {
  const line = form.querySelector('[data-trouble]')
  line.textContent = why
  line.hidden = false
  boxOf(form).focus({ preventScroll: true })
  line.scrollIntoView({ block: 'nearest' })
  if (shown) swap(shown)
  return []
}
