// Builds elements. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes (or properties and `on...` listeners) and children. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Puts `text` into an element, unless it is there: who hears the page read out is not told it again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Gives attributes to an element, those alone that are others: what is written anew is laid out anew. */
export function give(element, attributes) {
  for (const [name, value] of Object.entries(attributes))
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** Tells the parents what happened: data goes down by properties, events go up. */
export function emit(element, type, detail) {
  element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
}

/** A canvas that shows `rgba` bytes, one canvas pixel for each picture pixel. */
export function paint(canvas, { width, height }, rgba) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}
