// The rows of the sections follow the headings of the text while somebody types: a new heading gets a row, a reworded one keeps
// its own, and that of one that is gone is put aside, in case it comes back. The service does the same for whoever has no script.

const HEADING = /^#{2,3} +(.*?)[ #]*$/gm
const NO_ROW = ['key-takeaways', 'common-questions']

const plain = (heading) => heading.normalize('NFKD').replace(/[\u0080-\uffff]/g, '').toLowerCase()
const slug = (heading) => plain(heading).replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
const heading = (row) => row.querySelector('[name=row_heading]').value
const aside = new Map() // rows of headings that are gone
let made = 0

function headings(text) {
  const found = new Map([...text.matchAll(HEADING)].map(([, words]) => [slug(words), words]).reverse())
  return [...found].reverse().filter(([name]) => name && !NO_ROW.includes(name)).map(([, words]) => words)
}

/** Let the rows of a form be those of its text. */
function follow(form) {
  const place = form.querySelector('[data-rows]')
  if (!place) return
  const rows = [...place.children]
  const wanted = headings(form.elements.body.value)
  const names = wanted.map(slug)
  if (rows.map(heading).join('\n') === wanted.join('\n')) return
  const free = rows.filter((row) => !names.includes(slug(heading(row))))
  const reworded = rows.length === wanted.length
  const next = wanted.map((words, at) => {
    const same = rows.find((row) => slug(heading(row)) === names[at])
    const before = reworded && free.includes(rows[at]) ? rows[at] : null
    return named(same ?? aside.get(names[at]) ?? before ?? fresh(form), words)
  })
  for (const row of rows) if (!next.includes(row)) aside.set(slug(heading(row)), row)
  place.replaceChildren(...next)
}

function named(row, words) {
  row.querySelector('[name=row_heading]').value = words
  row.querySelector('legend').textContent = words
  return row
}

function fresh(form) {
  const row = form.querySelector('[data-new-row]').content.firstElementChild.cloneNode(true)
  made += 1
  for (const part of row.querySelectorAll('[id]')) part.id = part.id.replace(/new$/, `new-${made}`)
  for (const label of row.querySelectorAll('label')) label.htmlFor = label.htmlFor.replace(/new$/, `new-${made}`)
  row.querySelector('[name=row_about]').value = form.elements.about.value
  return row
}

/** Put a text into a form, and let the rows be its own. */
export function fill(form, text) {
  form.elements.body.value = text
  follow(form)
}

document.addEventListener('input', ({ target }) => target.name === 'body' && follow(target.form))
