// The documentation of the API: Swagger UI, which its own script has put in the window. Its few words are English:
// here they become those of the language of the page, as they come.

import { _ } from "../shared/i18n.js";
import { present } from "../shared/theme.js";

const place = document.querySelector("#swagger");

const WORDS = {
  Cancel: _("Cancel"),
  Clear: _("Clear"),
  Code: _("Code"),
  Controls: _("Controls the header"), // of "Controls Accept header."
  Description: _("Description"),
  Details: _("Details"),
  Download: _("Download"),
  "Example Value": _("Example value"),
  Execute: _("Execute"),
  Links: _("Links"),
  "Media type": _("Media type"),
  Name: _("Name"),
  "No links": _("No links"),
  "No parameters": _("No parameters"),
  Parameters: _("Parameters"),
  "Request URL": _("Request URL"),
  "Request body": _("Request body"),
  Reset: _("Reset"),
  "Response body": _("Response body"),
  "Response headers": _("Response headers"),
  Responses: _("Responses"),
  Schema: _("Schema"),
  Schemas: _("Schemas"),
  "Send empty value": _("Send empty value"),
  "Server response": _("Server response"),
  "Try it out": _("Try it out"),
  "header.": "",
  required: _("required"),
};

const dress = () => document.documentElement.classList.toggle("dark-mode", present() === "dark"); // Swagger UI's own
const scheme = matchMedia("(prefers-color-scheme: dark)");

place.style.setProperty("--required", JSON.stringify(WORDS.required)); // a word of its style
dress();
document.addEventListener("theme", dress);
scheme.addEventListener("change", dress);

window.SwaggerUIBundle({
  url: place.dataset.openapi,
  domNode: place,
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});

if (document.documentElement.lang !== "en") {
  new MutationObserver(() => translate()).observe(place, { childList: true, subtree: true, characterData: true });
}

/** What an answer or a description holds is no word of Swagger UI's. */
function translate() {
  const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: text } = texts;
    const word = text.data.trim();
    if (Object.hasOwn(WORDS, word) && WORDS[word] !== word && !text.parentElement.closest("pre, .markdown, .prop-name"))
      text.data = text.data.replace(word, WORDS[word]);
  }
}
