// Small words for making elements. No HTML from text anywhere: the page's policy forbids it.

export const $ = id => document.getElementById(id);

/** An element with attributes (class, data-…, aria-…), event handlers (onclick) and children (nodes or text). */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

const SVG = 'http://www.w3.org/2000/svg';
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter(c => c !== null && c !== undefined && c !== false));
  return element;
}

/** Sets text only when it changed, so that nothing is laid out or announced for nothing. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A shape of its own for every severity and presence: colour is never the only sign.
const SHAPES = {
  critical: 'M7 1h10l6 6v10l-6 6H7l-6-6V7z',
  major: 'M12 1.5 23.5 22H.5z',
  minor: 'M12 .8 23.2 12 12 23.2.8 12z',
  warning: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4.2a5.8 5.8 0 1 1 0 11.6 5.8 5.8 0 0 1 0-11.6z',
  drill: 'M4 2h2v20H4zm3 1h14l-4 5 4 5H7z',
  test: 'M9 2h6v2l-1 1v5l6 10-1 2H5l-1-2 6-10V5L9 4zm2.5 9L8 18h8z',
  online: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  stale: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3v12a6 6 0 0 1 0-12z',
  offline: 'M4 7 7 4l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5z',
  silent: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3a6 6 0 1 1 0 12 6 6 0 0 1 0-12zm-4 5h8v2H8z',
  unheard: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 3a6 6 0 1 1 0 12 6 6 0 0 1 0-12z',
};
export const shape = name => svg('svg', { viewBox: '0 0 24 24', class: 'shape', 'aria-hidden': 'true', focusable: 'false' },
  svg('path', { d: SHAPES[name] ?? SHAPES.unheard, 'fill-rule': 'evenodd' }));
