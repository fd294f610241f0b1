// The page's sentences in the visitor's language: _("...") is found by Babel and looked up here.

const element = globalThis.document?.getElementById("messages");
const messages = element ? JSON.parse(element.textContent) : {};

/** The sentence in the page's language, with its %(name)s places filled in. */
export function _(message, values = {}) {
  return fill(messages[message] || message, values);
}

/** A sentence that the server told, with its places filled in. */
export function fill(sentence, values) {
  return sentence.replace(/%\((\w+)\)[sd]/g, (place, name) => values[name] ?? place);
}

export const language = globalThis.document?.documentElement.lang || "en";
