/** The explanation of a term: one line beside it, where the mouse points, the keyboard stands, or a finger taps. */

import { html } from "./html.js";

const WAIT = 400;
const APART = 6;

const tip = document.createElement("div");
tip.id = "tip";
tip.role = "tooltip";
tip.hidden = true;

let waiting = 0;

/** Whether what has the focus came to it by the keyboard: what was clicked is known. */
let isByKey = true;

/** What the mouse points at, if that has an explanation. */
let pointed = /** @type {HTMLElement | null} */ (null);

/** Whose explanation is shown. */
let shownFor = /** @type {HTMLElement | null} */ (null);

/**
 * A term whose explanation can be reached by itself, where no control stands for it.
 * @param {{hint: string, children?: any}} props
 */
export function Term({ hint, children }) {
  return html`<button type="button" class="term" data-hint=${hint}>${children}</button>`;
}

/**
 * Show the explanation of an element, described is what has the focus.
 * @param {HTMLElement} element
 * @param {HTMLElement} described
 */
function show(element, described = element) {
  hide();
  shownFor = described;
  tip.textContent = element.dataset.hint ?? "";
  document.querySelector("main")?.append(tip); // within a landmark; the page's own drawing leaves it alone
  described.setAttribute("aria-describedby", tip.id);
  tip.hidden = false;
  const fields = element.closest("fieldset, .popup");
  tip.classList.toggle("narrow", fields !== null);
  const own = (element.matches(".field") ? element : described).getBoundingClientRect();
  const { left, right } = fields?.getBoundingClientRect() ?? own;
  const [x, y] = place({ left, right, top: own.top, bottom: own.bottom }, tip.offsetWidth, tip.offsetHeight, fields !== null);
  Object.assign(tip.style, { left: `${x}px`, top: `${y}px` });
}

/** What one may want to click next. */
const CONTROLS = "button:not(.term), select, summary, input, a[href], label.file, svg[role]";

/**
 * Where the explanation of what stands in a box covers the fewest controls; beside its other fields first, if it is a field.
 * @param {{left: number, right: number, top: number, bottom: number}} box
 * @param {number} width
 * @param {number} height
 * @param {boolean} isField
 * @returns {[number, number]} its left and its top
 */
function place(box, width, height, isField) {
  const across = [box.left, box.right - width].map((each) => Math.max(APART, Math.min(each, innerWidth - width - APART)));
  const upright = [box.top, box.bottom - height].map((each) => Math.max(APART, Math.min(each, innerHeight - height - APART)));
  const beside = pairs([box.right + APART, box.left - APART - width], upright);
  const below = pairs(across, [box.bottom + APART, box.top - APART - height]);
  const places = isField ? [...beside, ...below] : [...below, ...beside];
  const inside = places.filter(([left, top]) => left >= 0 && left + width <= innerWidth && top >= 0 && top + height <= innerHeight);
  const controls = [...document.querySelectorAll(CONTROLS)].filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect());
  const covered = inside.map(([left, top]) => controls.filter((each) => each.left < left + width && each.right > left && each.top < top + height && each.bottom > top).length);
  return inside[covered.indexOf(Math.min(...covered))] ?? [APART, APART];
}

/**
 * Each of one list with each of another, the first with the first in front.
 * @param {number[]} lefts
 * @param {number[]} tops
 * @returns {[number, number][]}
 */
function pairs(lefts, tops) {
  return lefts.flatMap((left) => tops.map((top) => /** @type {[number, number]} */ ([left, top])));
}

function hide() {
  clearTimeout(waiting);
  tip.hidden = true;
  shownFor?.removeAttribute("aria-describedby");
  shownFor = null;
}

/**
 * The element that has the explanation of what an event is about.
 * @param {Event} event
 */
function explained({ target }) {
  const found = target instanceof Element ? target.closest("[data-hint]") : null;
  return found instanceof HTMLElement ? found : null;
}

/**
 * Whether the pointer is on the explanation, which lets it through to what lies below.
 * @param {PointerEvent} event
 */
function isOnTip({ clientX, clientY }) {
  const { left, right, top, bottom } = tip.getBoundingClientRect();
  return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
}

addEventListener("pointermove", (event) => {
  if (event.pointerType !== "mouse" || isOnTip(event)) return;
  const element = explained(event);
  if (element === pointed) return;
  pointed = element;
  clearTimeout(waiting);
  if (element !== null && element !== shownFor) waiting = setTimeout(() => show(element), WAIT);
  else if (element === null && !shownFor?.matches(":focus-visible")) hide();
});
addEventListener("focusin", (event) => {
  const element = explained(event);
  const focused = /** @type {HTMLElement} */ (event.target);
  if (element && isByKey && focused.matches(":focus-visible")) show(element, focused);
  else hide();
});
addEventListener("focusout", hide);
addEventListener("input", hide);
addEventListener("pointerdown", () => (isByKey = false), true);
addEventListener("keydown", () => (isByKey = true), true);
addEventListener("click", (event) => {
  const element = explained(event);
  const isTap = event instanceof PointerEvent && event.pointerType !== "mouse";
  const isTerm = event.target instanceof Element && event.target.closest(".term") !== null;
  if (element && isTerm && (isTap || event.target.closest("button"))) {
    event.preventDefault(); // the word explains itself; its control stays as it is
    show(element);
  } else if (isTap) hide();
}, true);
addEventListener("keydown", ({ key }) => key === "Escape" && hide());
addEventListener("scroll", hide, true);
