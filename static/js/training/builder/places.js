// Where the page is looked at.

/** Whether on the machine that serves it: whoever sits there can fetch things. */
export function isServersOwn() {
  return ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
}
