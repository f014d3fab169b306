/** The explanation of a term: one line beside it, where the mouse points, the keyboard stands, or a finger taps. */

import { html } from "./html.js";

const WAIT = 250;
const APART = 6;

const tip = document.createElement("div");
tip.id = "tip";
tip.role = "tooltip";
tip.hidden = true;

let waiting = 0;

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
  const box = (element.matches(".field") ? element : described).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = tip;
  const isBeside = element.matches(".field") && box.right + APART + width < innerWidth; // the next field stays in sight
  const below = box.bottom + APART + height < innerHeight ? box.bottom + APART : box.top - APART - height;
  tip.style.left = `${isBeside ? box.right + APART : Math.max(APART, Math.min(box.left, innerWidth - width - APART))}px`;
  tip.style.top = `${Math.max(APART, isBeside ? Math.min(box.top, innerHeight - height - APART) : below)}px`;
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

addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse" || tip.contains(/** @type {Node} */ (event.target))) return;
  const element = explained(event);
  if (element === null) {
    if (!shownFor?.matches(":focus-visible")) hide();
  } else if (element !== shownFor) {
    clearTimeout(waiting);
    waiting = setTimeout(() => show(element), WAIT);
  }
});
addEventListener("focusin", (event) => {
  const element = explained(event);
  const focused = /** @type {HTMLElement} */ (event.target);
  if (element && focused.matches(":focus-visible")) show(element, focused);
  else hide();
});
addEventListener("focusout", hide);
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
