const REQUEST_TIMEOUT = 10_000;
// The server sends a heartbeat much more often; silence for this long means a dead connection.
const STREAM_SILENCE = 60_000;

export class ApiError extends Error {
  constructor({ status = 0, code = '', message = '', retryAfter = 0 }) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  get temporary() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Whether the token opens no chat, now or for good. */
  get refused() {
    return this.status === 401 || this.status === 410 || ([403, 404].includes(this.status) && /session|token/.test(this.code));
  }
}

async function errorFrom(response) {
  const body = await response.json().catch(() => null);
  return new ApiError({
    status: response.status,
    code: body?.error?.code ?? 'http',
    message: body?.error?.message ?? '',
    retryAfter: Number(response.headers.get('Retry-After')) || 0,
  });
}

// Ties a caller's signal and a time limit together; AbortSignal.any is missing in browsers that people still have.
function limit(signal, milliseconds) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timedOut = false;
  let timer;
  const restart = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timedOut = true;
      abort();
    }, milliseconds);
  };
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  restart();
  return {
    signal: controller.signal,
    restart,
    done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
    error: (cause) => (cause instanceof ApiError ? cause : new ApiError({ code: timedOut ? 'timeout' : 'network' })),
  };
}

export async function* readEvents(body, onBytes = () => {}) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      buffer += decoder.decode(value, { stream: true });
      let end;
      // A "\r" at the very end may be the first half of "\r\n", so it waits for the next piece.
      while ((end = /\r\n|\n|\r(?!$)/.exec(buffer))) {
        const line = buffer.slice(0, end.index);
        buffer = buffer.slice(end.index + end[0].length);
        if (line === '') {
          if (data.length) yield data.join('\n');
          data = [];
        } else if (line.startsWith('data:')) {
          data.push(line.slice(line[5] === ' ' ? 6 : 5));
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export class Api {
  constructor(base = '') {
    this.base = base.replace(/\/$/, '');
    this.token = null;
  }

  createSession({ signal } = {}) {
    return this.#json('POST', '/api/chat/sessions', { body: {}, signal });
  }

  send({ id, text, values }, { signal, timeout } = {}) {
    const body = values?.length ? { id, text, values } : { id, text };
    return this.#json('POST', '/api/chat/messages', { body, signal, timeout });
  }

  /** What to say at once to words that wait behind others; nothing is stored. */
  async check(text, { signal } = {}) {
    return (await this.#json('POST', '/api/chat/check', { body: { text }, signal })).messages;
  }

  async replay(after, { signal } = {}) {
    return (await this.#json('GET', `/api/chat/messages?after=${after}`, { signal })).messages;
  }

  words(language) {
    return this.#json('GET', `/api/chat/words/${language}`, {});
  }

  intake({ signal } = {}) {
    return this.#json('GET', '/api/chat/intake', { signal });
  }

  exportFile({ signal } = {}) {
    return this.#read('GET', '/api/chat/export', { signal, accept: 'application/json' }, (response) => response.blob());
  }

  exportPage({ signal } = {}) {
    return this.#read('GET', '/api/chat/export.html', { signal, accept: 'text/html' }, (response) => response.text());
  }

  chooseLanguage(language) {
    return this.#read('PUT', '/api/chat/language', { body: { language } }, () => null);
  }

  feedback(seq, helpful) {
    return this.#read('POST', '/api/chat/feedback', { body: { seq, helpful } }, () => null);
  }

  seen(seq) {
    return this.#read('POST', '/api/chat/seen', { body: { seq } }, () => null);
  }

  typing() {
    return this.#read('POST', '/api/chat/typing', {}, () => null);
  }

  async withdrawConsent() {
    return (await this.#json('POST', '/api/chat/consent/withdraw', {})).messages;
  }

  deleteSession() {
    return this.#read('DELETE', '/api/chat/session', {}, () => null);
  }

  async stream(after, onMessage, { signal, onState = () => {} } = {}) {
    const limited = limit(signal, STREAM_SILENCE);
    try {
      const response = await this.#fetch('GET', `/api/chat/stream?state=true&after=${after}`, { signal: limited.signal, accept: 'text/event-stream' });
      for await (const data of readEvents(response.body, limited.restart)) {
        const message = parse(data);
        if (Number.isInteger(message?.seq)) onMessage(message);
        else if (Number.isInteger(message?.read)) onState(message);
      }
    } catch (cause) {
      throw limited.error(cause);
    } finally {
      limited.done();
    }
  }

  #json(method, path, options) {
    return this.#read(method, path, options, (response) => response.json());
  }

  async #read(method, path, { body, signal, timeout = REQUEST_TIMEOUT, accept = 'application/json' }, take) {
    const limited = limit(signal, timeout);
    try {
      return await take(await this.#fetch(method, path, { body, signal: limited.signal, accept }));
    } catch (cause) {
      throw limited.error(cause);
    } finally {
      limited.done();
    }
  }

  async #fetch(method, path, { body, signal, accept }) {
    const headers = { Accept: accept };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body) headers['Content-Type'] = 'application/json';
    const response = await fetch(this.base + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      cache: 'no-store',
      credentials: 'omit',
    });
    if (!response.ok) throw await errorFrom(response);
    return response;
  }
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
