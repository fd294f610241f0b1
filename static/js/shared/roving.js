// Many tiles, one stop of the Tab key: the arrow keys go from tile to tile.

const MOVES = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** Makes `tile`, one of `tiles`, the one that Tab reaches. */
export function enterAt(tiles, tile) {
  for (const other of tiles) other.tabIndex = other === tile ? 0 : -1;
}

/** Moves the focus as a key says, in rows of `columns` tiles; Home and End go to the ends of the row. */
export function rove(event, tiles, columns) {
  const at = tiles.indexOf(event.target.closest("button"));
  const next = at < 0 ? null : target(event.key, at, tiles.length, columns);
  if (next === null) return;
  event.preventDefault();
  enterAt(tiles, tiles[next]);
  tiles[next].focus();
  tiles[next].scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Where a key leads from position `at`, or null where the key is none of ours. */
export function target(key, at, count, columns) {
  const start = at - (at % columns);
  if (key === "Home") return start;
  if (key === "End") return Math.min(count, start + columns) - 1;
  const move = MOVES[key];
  if (!move) return null;
  const next = at + move[0] + move[1] * columns;
  return next >= 0 && next < count ? next : at;
}

/** How many of the tiles stand in the first row, as the stylesheet lays them out. */
export function columnsOf(tiles) {
  const top = tiles[0]?.getBoundingClientRect().top;
  return Math.max(1, tiles.filter((tile) => tile.getBoundingClientRect().top === top).length);
}
