// Asks for the console's pulse again and again. It runs beside the page, as a worker: browsers slow down the clock of a page that
// nobody looks at, and an emergency must be heard there, too. The page begins it with `{ inside, since }`.

const EVERY = 1_500 // ms from one question to the next
const PATIENCE = 5_000 // ms for an answer

let since = ''

onmessage = ({ data }) => {
  since = data.since
  beat(data.inside)
}

async function beat(inside) {
  const begun = Date.now()
  postMessage(await (inside ? ask() : askOutside()))
  setTimeout(beat, Math.max(0, begun + EVERY - Date.now()), inside)
}

/** Somebody is logged in; or else, whether they are missed. */
async function ask() {
  try {
    const answer = await get(`/desk/pulse?since=${encodeURIComponent(since)}`)
    if (answer.status === 401) return { ...(await askOutside()), kind: 'out' }
    if (!answer.ok) return { kind: 'away' }
    const told = await answer.json()
    since = told.now
    return { kind: 'pulse', ...told }
  } catch {
    return { kind: 'away' }
  }
}

/** Nobody is logged in. */
async function askOutside() {
  try {
    const answer = await get('/desk/login/pulse')
    return answer.ok ? { kind: 'outside', ...(await answer.json()) } : { kind: 'away' }
  } catch {
    return { kind: 'away' }
  }
}

function get(address) {
  const signal = AbortSignal.timeout(PATIENCE)
  return fetch(address, { headers: { Accept: 'application/json' }, cache: 'no-store', redirect: 'error', signal })
}
