// The text of an event stream, as it comes in pieces, becomes events:
// https://html.spec.whatwg.org/multipage/server-sent-events.html

export class EventLines {
  #hear;
  #rest = "";
  #event = {};

  /** `hear` gets {id, kind, fields} of each whole event; `fields` is its JSON. */
  constructor(hear) {
    this.#hear = hear;
  }

  /** The next piece of the text; it may end anywhere, in the middle of a line too. */
  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#read(line);
  }

  #read(line) {
    if (line === "") return this.#close();
    const [, name, value] = line.match(/^([^:]*)(?:: ?(.*))?$/s);
    if (name === "id") this.#event.id = Number(value);
    if (name === "event") this.#event.kind = value;
    if (name === "data") this.#event.data = this.#event.data === undefined ? value : `${this.#event.data}\n${value}`;
    return undefined;
  }

  #close() {
    const { id, kind, data } = this.#event;
    this.#event = {};
    if (data !== undefined) this.#hear({ id, kind, fields: JSON.parse(data) });
  }
}
