// How somebody is called: by sounds and by notifications of the desktop, each only if they want it in this browser. What several
// pages of one browser hear is told by one of them, and only by one that can.

const WANTED = 'cordial-alerts'
const TOLD = 'cordial-told'
const KEPT = 12 * 60 * 60_000 // ms for which it is remembered what was told
const AT_ONCE = 3 // news that are shown at a time
// Of each tone: frequency in Hz, beginning and length in s, loudness.
const SOUNDS = {
  emergency: [[880, 0, 0.18, 0.5], [1175, 0.22, 0.18, 0.5], [880, 0.44, 0.18, 0.5], [1175, 0.66, 0.3, 0.5]],
  stale: [[330, 0, 0.25, 0.35], [247, 0.3, 0.4, 0.35]],
  news: [[660, 0, 0.12, 0.25], [880, 0.14, 0.2, 0.25]],
}

const menu = document.querySelector('[data-alerts]')
const question = document.querySelector('[data-alerts-ask]')
const list = document.querySelector('[data-news-list]')
const knows = 'Notification' in window
let audio = null

/**
 * Call somebody, as they want it.
 * @param {'emergency' | 'stale' | 'news'} kind
 * @param {{id: string, short: string, link: string}} told
 * @param {number} within ms in which the same is not told again
 */
export function call(kind, told, within = KEPT) {
  const { sound, desktop } = wanted()
  if (sound && audio?.state === 'running' && claim(localStorage, `sound ${told.id}`, within)) play(SOUNDS[kind])
  if (desktop && permitted() && claim(localStorage, `desktop ${told.id}`, within)) notify(told)
}

/** Tell something new, once: on this page, unless it is what the page shows, and by the ways that somebody wants. */
export function tell(told) {
  if (claim(sessionStorage, told.id, KEPT) && (document.hidden || told.link !== location.pathname)) show(told)
  call('news', told)
}

/** Whether nobody has told this within a time, as far as a store knows; from now on somebody has. */
function claim(store, id, within) {
  const told = read(store, TOLD)
  const now = Date.now()
  if (now - (told[id] ?? 0) < within) return false
  const kept = Object.entries(told).filter(([, then]) => now - then < KEPT)
  store.setItem(TOLD, JSON.stringify({ ...Object.fromEntries(kept), [id]: now }))
  return true
}

function read(store, key) {
  try {
    return JSON.parse(store.getItem(key)) ?? {}
  } catch {
    return {}
  }
}

const wanted = () => read(localStorage, WANTED)
const permitted = () => knows && Notification.permission === 'granted'

function play(tones) {
  for (const [frequency, begin, length, loudness] of tones) {
    const tone = new OscillatorNode(audio, { type: 'triangle', frequency })
    const gain = new GainNode(audio, { gain: 0 })
    const from = audio.currentTime + begin
    gain.gain.setValueAtTime(0, from)
    gain.gain.linearRampToValueAtTime(loudness, from + 0.02)
    gain.gain.setValueAtTime(loudness, from + length - 0.05)
    gain.gain.linearRampToValueAtTime(0, from + length)
    tone.connect(gain).connect(audio.destination)
    tone.start(from)
    tone.stop(from + length)
  }
}

function notify({ id, short, link }) {
  try {
    const shown = new Notification(short, { tag: id, requireInteraction: id.startsWith('emergency') })
    shown.onclick = () => {
      window.focus()
      if (link) location.href = link
    }
  } catch {
    // a phone's browser wants these from somebody else; there is the sound
  }
}

function show({ text, link }) {
  const line = list.querySelector('template').content.firstElementChild.cloneNode(true)
  Object.assign(line.querySelector('a'), { href: link, textContent: text })
  line.querySelector('button').addEventListener('click', () => line.remove())
  list.append(line)
  const lines = list.querySelectorAll('.told-line')
  if (lines.length > AT_ONCE) lines[0].remove()
}

/** Browsers let a page sound only after somebody clicked or typed in it, or in the one before. */
function listen() {
  if (!wanted().sound) return
  audio ??= new AudioContext()
  audio.onstatechange = draw
  if (audio.state === 'suspended') audio.resume()
}

async function choose(changed) {
  const now = { ...wanted(), ...changed, asked: true }
  if (changed.desktop && knows && Notification.permission === 'default') await Notification.requestPermission()
  now.desktop = Boolean(now.desktop) && permitted()
  localStorage.setItem(WANTED, JSON.stringify(now))
  listen()
  draw()
}

function draw() {
  if (!menu) return
  const { sound, desktop, asked } = wanted()
  const state = sound && audio?.state !== 'running' ? 'blocked' : sound || desktop ? 'on' : 'off'
  for (const word of menu.querySelectorAll('[data-alerts-now]')) word.hidden = word.dataset.alertsNow !== state
  menu.querySelector('[data-sound]').checked = Boolean(sound)
  menu.querySelector('[data-desktop]').checked = Boolean(desktop)
  menu.querySelector('[data-refused]').hidden = !knows || Notification.permission !== 'denied'
  if (question) question.hidden = Boolean(asked)
}

listen()
if (menu) {
  menu.hidden = false
  menu.querySelector('[data-sound]').addEventListener('change', ({ target }) => choose({ sound: target.checked }))
  menu.querySelector('[data-desktop]').addEventListener('change', ({ target }) => choose({ desktop: target.checked }))
  menu.querySelector('[data-try]').addEventListener('click', ({ target }) => {
    const told = { id: `try ${Date.now()}`, short: target.dataset.try, link: '' }
    call('emergency', told)
  })
  question?.querySelector('[data-yes]').addEventListener('click', () => choose({ sound: true, desktop: true }))
  question?.querySelector('[data-no]').addEventListener('click', () => choose({}))
  draw()
}
for (const event of ['pointerdown', 'keydown']) document.addEventListener(event, listen, { capture: true })
window.addEventListener('storage', ({ key }) => {
  if (key !== WANTED) return
  listen()
  draw()
})
