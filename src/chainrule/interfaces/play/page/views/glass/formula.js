/** Formulas that the run writes anew many times a second: only what differs changes, numbers keep their places. */

import { html, useEffect, useRef } from "../../html.js";
import { saidIn } from "../../said.js";

/** How long a changed number stays marked before the mark fades. */
const MARKED = 400;

/** The most digits of an index, whose room isn't kept. */
const SHORT = 3;

/** A space as wide as a digit. */
const DIGIT = "\u2007";

/** The most digits that each number has had: a shorter one leaves their room. */
const longest = /** @type {WeakMap<Node, number>} */ (new WeakMap());

/** Changed numbers, and since when. */
const changed = /** @type {Map<Element, number>} */ (new Map());

/**
 * Formulas as the library writes them, as one element; null: as they were.
 * @param {{text: string | null, class?: string}} props
 */
export function Formula({ text, class: kind = "" }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const shown = useRef(/** @type {string | null} */ (null));
  useEffect(() => {
    if (place.current === null || text === null || text === shown.current) return;
    const source = document.createElement("template");
    source.innerHTML = saidIn(text);
    if (shown.current === null) place.current.replaceChildren(source.content);
    else follow(place.current, source.content);
    shown.current = text;
  }, [text]);
  return html`<div ref=${place} class=${kind} />`;
}

/**
 * Make the children of a node those of another; what is alike stays.
 * @param {Node} node
 * @param {Node} next
 */
function follow(node, next) {
  const wanted = [...next.childNodes];
  wanted.forEach((each, k) => {
    const here = node.childNodes[k];
    if (here === undefined) node.appendChild(each);
    else if (here.isEqualNode(each)) return;
    else if (here.nodeName !== each.nodeName) {
      here.replaceWith(each);
      markAll(each);
    } else if (here instanceof Element && each instanceof Element) {
      if (!here.matches("mn")) adopt(here, each);
      if (here.nodeName.toLowerCase() === "mn") put(here, each.textContent ?? "");
      else follow(here, each);
    } else if (here.textContent !== each.textContent) here.textContent = each.textContent;
  });
  while (node.childNodes.length > wanted.length) node.lastChild?.remove();
}

/**
 * Make the attributes of an element those of another.
 * @param {Element} here
 * @param {Element} next
 */
function adopt(here, next) {
  for (const { name, value } of next.attributes) if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  for (const { name } of [...here.attributes]) if (!next.hasAttribute(name)) here.removeAttribute(name);
}

/**
 * Put a number in its place, marked if it is another one.
 * @param {Element} place
 * @param {string} number
 */
function put(place, number) {
  const before = place.textContent ?? "";
  const room = Math.max(longest.get(place) ?? before.length, number.length);
  longest.set(place, room);
  if (before.replaceAll(DIGIT, "") === number) return;
  place.textContent = number.padEnd(room > SHORT ? room : 0, DIGIT);
  mark(place);
}

/** @param {Node} node */
function markAll(node) {
  if (!(node instanceof Element)) return;
  for (const each of node.matches("mn") ? [node] : node.querySelectorAll("mn")) mark(each);
}

/** @param {Element} place */
export function mark(place) {
  if (!changed.size) setTimeout(fade, MARKED);
  changed.set(place, performance.now());
  place.classList.add("changed");
}

/** Let the marks go that are old; the style makes them fade. */
function fade() {
  const now = performance.now();
  for (const [place, since] of changed) {
    if (now - since < MARKED && place.isConnected) continue;
    place.classList.remove("changed");
    changed.delete(place);
  }
  if (changed.size) setTimeout(fade, MARKED / 2);
}
