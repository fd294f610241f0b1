"""A window that is magnified to 200 % (WCAG 1.4.4), or to 320 pixels (1.4.10): what of a page is lost there."""

from playwright.sync_api import Page

ZOOMED = {"width": 640, "height": 360}  # 1280 x 720 at 200 %
NARROW = {"width": 320, "height": 256}  # 1280 x 1024 at 400 %
SMALLEST = 12  # letters, in pixels
MOST_STUCK = 1 / 3  # of the window, by what stays while the page goes by

# What lies beyond the window, or is cut by a part that does not scroll; letters over letters, letters too small. The
# value of a closed row may be cut: it is told in full where the row opens.
_LOST = """([smallest]) => {
  const said = (part) => `${part.tagName}#${part.id}.${part.className} “${part.textContent.trim().slice(0, 40)}”`;
  const styles = new Map();
  const style = (part) => styles.get(part) ?? styles.set(part, getComputedStyle(part)).get(part);
  const chain = (part) => (part && part !== document.body ? [part, ...chain(part.parentElement)] : []);
  const isShown = (part) =>
    part.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    chain(part).every((one) => style(one).clipPath === 'none');
  const parts = [...document.body.querySelectorAll('*:not(script, svg *, math *)')].filter(isShown);
  const width = document.documentElement.clientWidth;
  const isCropped = (part) => chain(part.parentElement).some((one) => style(one).overflowX !== 'visible');
  const hides = (value) => value === 'hidden' || value === 'clip';
  const texts = parts.flatMap((part) =>
    [...part.childNodes].filter(({ nodeType, data }) => nodeType === 3 && data.trim()).map((node) => [part, node]));
  const lost = [];
  for (const part of parts) {
    const { left, right, width: wide } = part.getBoundingClientRect();
    if (wide && (left < -1 || right > width + 1) && !isCropped(part)) lost.push(`beyond: ${said(part)}`);
    const { overflowX, overflowY } = style(part);
    const isCut = hides(overflowX) && part.scrollWidth > part.clientWidth + 1 ||
      hides(overflowY) && part.scrollHeight > part.clientHeight + 1;
    if (isCut && part.textContent.trim() && !part.matches('.fold > summary > .value')) lost.push(`cut: ${said(part)}`);
  }
  const boxes = [];
  for (const [part, node] of texts) {
    if (parseFloat(style(part).fontSize) < smallest) lost.push(`small: ${said(part)}`);
    if (chain(part).some((one) => ['fixed', 'sticky'].includes(style(one).position))) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const at of range.getClientRects()) {
      const box = { part, left: at.left, right: at.right, top: at.top, bottom: at.bottom };
      for (const one of chain(part).filter((inner) => style(inner).overflowX !== 'visible')) {
        const frame = one.getBoundingClientRect();
        for (const side of ['left', 'top']) box[side] = Math.max(box[side], frame[side]);
        for (const side of ['right', 'bottom']) box[side] = Math.min(box[side], frame[side]);
      }
      if (box.right - box.left > 2 && box.bottom - box.top > 2) boxes.push(box);
    }
  }
  const common = (one, other, from, to) => Math.min(one[to], other[to]) - Math.max(one[from], other[from]);
  boxes.forEach((one, index) => boxes.slice(index + 1).forEach((other) => {
    const half = Math.min(one.bottom - one.top, other.bottom - other.top) / 2;
    const isOver = common(one, other, 'left', 'right') > 2 && common(one, other, 'top', 'bottom') > half;
    if (one.part !== other.part && isOver)
      lost.push(`over each other: ${said(one.part)} and ${said(other.part)}`);
  }));
  return lost;
}"""

_STUCK = """async () => {
  scrollTo({ top: document.documentElement.scrollHeight / 2, behavior: 'instant' });
  await new Promise(requestAnimationFrame);
  const [rows, names] = [new Set(), []];
  for (const part of document.body.querySelectorAll('*')) {
    if (!['fixed', 'sticky'].includes(getComputedStyle(part).position) || !part.checkVisibility()) continue;
    const { top, bottom, width } = part.getBoundingClientRect();
    if (width < innerWidth / 2) continue;
    names.push(`${part.tagName}#${part.id}.${part.className}`);
    for (let row = Math.max(0, Math.round(top)); row < Math.min(innerHeight, bottom); row++) rows.add(row);
  }
  scrollTo({ top: 0, behavior: 'instant' });
  return [rows.size / innerHeight, names];
}"""


def lost(page: Page) -> list[str]:
    """What cannot be read, or reached, without scrolling the page sideways."""
    found: list[str] = page.evaluate(_LOST, [SMALLEST])
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("the page scrolls sideways")
    share, bars = page.evaluate(_STUCK)
    if share > MOST_STUCK:
        found.append(f"{share:.0%} of the window stay while the page goes by: {', '.join(bars)}")
    return found
