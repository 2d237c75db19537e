// Shows the studies that fit while somebody chooses. The server filters; without this script, or when it cannot be reached, the
// form is sent as any other.
const form = document.getElementById('filter');
const count = document.getElementById('count');
const WAIT = 250; // ms without typing before anything is asked
let asked = 0;
let timer;

function address() {
  const given = [...new FormData(form)].filter(([name, value]) => value.trim() && !(name === 'sort' && value === 'newest'));
  const query = new URLSearchParams(given).toString();
  return query ? `/library/research?${query}` : '/library/research';
}

async function show() {
  const mine = ++asked;
  const url = address();
  let page;
  try {
    const answer = await fetch(url, { headers: { Accept: 'text/html' } });
    if (!answer.ok) throw new Error(String(answer.status));
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch {
    if (mine === asked) count.textContent = 'The studies could not be loaded. Please press Show.';
    return;
  }
  if (mine !== asked) return; // something else was chosen in the meantime
  document.getElementById('results').replaceWith(document.adoptNode(page.getElementById('results')));
  count.textContent = page.getElementById('count').textContent;
  history.replaceState(null, '', url);
}

function soon() {
  clearTimeout(timer);
  if (form.checkValidity()) timer = setTimeout(show, WAIT);
}

form.addEventListener('input', soon);
