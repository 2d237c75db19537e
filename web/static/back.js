// The link of an e-mail: asks who it is, and opens the chat on this device. What stands behind the # never leaves this page but to be judged.
import { deviceStorage, Store } from './chat/store.js';

const [, asks, link] = /^#([bc])\.([\w-]{20,100})$/.exec(location.hash) ?? [];
const form = document.querySelector(`form[data-asks="${asks}"]`);
const status = document.querySelector('[data-wait]');
const store = new Store('cordial:here', deviceStorage());

async function call(path, body) {
  const response = await fetch(`/api/chat/back${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ link, ...body }),
    cache: 'no-store',
    credentials: 'omit',
  });
  if (response.ok) return response.status === 202 ? null : response.json();
  // The page around it has the number to call, which stands in the service's own words of a refusal.
  if (response.status === 403) throw new Error(status.dataset.refused);
  const told = await response.json().catch(() => null);
  throw new Error(told?.error?.message ?? status.dataset.unreachable);
}

function goOn(opened) {
  // The same chat on its own device keeps what could not be sent: it goes out once the chat is open.
  if (store.readSession()?.session !== opened.session) store.forgetSession();
  store.saveSession(opened);
  // The link does not stay in the history of a device that others may use.
  location.replace('/chat');
}

function opened(chat) {
  const before = store.readSession();
  if (!before || before.session === chat.session) return goOn(chat);
  const other = document.querySelector('[data-other]');
  form.hidden = true;
  other.hidden = false;
  other.querySelector('button').addEventListener('click', () => goOn(chat));
  other.querySelector('h2').focus();
}

function refuse(text, field) {
  const problem = form.querySelector('[data-problem]');
  problem.textContent = text;
  problem.hidden = false;
  field?.focus();
}

/** What was filled in, or the field that is wrong. */
function answer() {
  if (asks === 'c') {
    const code = form.code.value.replace(/\s/g, '');
    return /^\d{6}$/.test(code) ? { code } : form.code;
  }
  const [day, month, year] = ['day', 'month', 'year'].map((name) => Number(form[name].value));
  const date = new Date(Date.UTC(year, month - 1, day));
  const whole = year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day && date <= new Date();
  if (whole) return { birth: date.toISOString().slice(0, 10) };
  return ['day', 'month', 'year'].map((name) => form[name]).find(({ value }) => !value) ?? form.day;
}

/** Does something once, however often a button is pressed; what goes wrong is said. */
async function once(button, work) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  form.querySelector('[data-problem]').hidden = true;
  button.setAttribute('aria-disabled', 'true');
  status.textContent = status.dataset.wait;
  try {
    await work();
  } catch (error) {
    refuse(error instanceof TypeError ? status.dataset.unreachable : error.message);
  } finally {
    status.textContent = '';
    button.removeAttribute('aria-disabled');
  }
}

function sendCode(button) {
  return once(button, async () => {
    await call('/code', {});
    const note = form.querySelector('[data-sent]');
    form.querySelector('[data-code]').hidden = false;
    note.hidden = false;
    note.textContent = note.dataset.sent;
    button.textContent = button.dataset.again;
    button.className = 'quiet';
    form.code.focus();
  });
}

if (form) {
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const given = answer();
    if (given instanceof Element) return refuse(form.querySelector('[data-problem]').dataset.problem, given);
    once(form.querySelector('button:not([type])'), async () => opened(await call('', given)));
  });
  const send = form.querySelector('[data-send]');
  send?.addEventListener('click', () => sendCode(send));
} else {
  document.querySelector('[data-none]').hidden = false;
}
// Another link that is opened in the same tab changes nothing but what stands behind the #.
addEventListener('hashchange', () => /^#[bc]\./.test(location.hash) && location.reload());
