// What the server tells a page once, in the page itself: {rooms, address}.

const element = globalThis.document?.getElementById("told");

export const told = element ? JSON.parse(element.textContent) : {};
