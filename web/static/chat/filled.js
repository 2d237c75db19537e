/**
 * What was filled in and not sent, kept in this tab of the browser so that a reload of the page loses nothing.
 *
 * One entry for the conversation that is open; whatever another one left is removed. It goes when it is sent, when the consent is
 * withdrawn, and when the chat is deleted or begun anew.
 */
export class Filled {
  constructor(storage, key, session) {
    Object.assign(this, { storage, key, session });
  }

  /** Fills a control of a field in as it was left before the page was loaded again. */
  fill({ field, input }, part) {
    const left = this.#read()[field];
    if (left?.kind === input.kind) restore(part, left.state);
  }

  /** Notes how the controls of some fields stand. */
  keep(parts) {
    const fields = this.#read();
    for (const part of parts) {
      const { field, input } = part.field;
      if (part.read()) fields[field] = { kind: input.kind, state: stateOf(part) };
      else delete fields[field];
    }
    this.#write(fields);
  }

  /** Forgets some fields: what they held was sent. */
  drop(sent) {
    const fields = this.#read();
    for (const { field } of sent) delete fields[field];
    this.#write(fields);
  }

  forget() {
    this.storage.removeItem(this.key);
  }

  #read() {
    try {
      const { session, fields } = JSON.parse(this.storage.getItem(this.key));
      return session && session === this.session() ? fields : {};
    } catch {
      return {};
    }
  }

  #write(fields) {
    const session = this.session();
    if (!session || !Object.keys(fields).length) return this.forget();
    try {
      this.storage.setItem(this.key, JSON.stringify({ session, fields }));
    } catch {
      // The device has no room left: only a reload would not find this again.
    }
  }
}

const inputsOf = ({ node }) => (node.matches('input') ? [node] : [...node.querySelectorAll('input, select, textarea')]);
const isMark = ({ type }) => type === 'radio' || type === 'checkbox';

function stateOf(part) {
  return { items: part.items?.() ?? null, inputs: inputsOf(part).map((input) => (isMark(input) ? input.checked : input.value)) };
}

function restore(part, { items, inputs }) {
  if (items) part.put(items);
  inputsOf(part).forEach((input, at) => {
    const [name, left] = [isMark(input) ? 'checked' : 'value', inputs[at]];
    if (typeof left === typeof input[name]) input[name] = left;
  });
  part.restored?.();
}
