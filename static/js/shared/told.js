// What the server tells a page once, in the page itself: {rooms, address}, and where networks are built or shown
// {layers, hyperparameters}.

const element = globalThis.document?.getElementById("told");

export const told = element ? JSON.parse(element.textContent) : {};
