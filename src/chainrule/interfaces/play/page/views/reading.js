/** What one points at in the plane: the answer at a place, or a sample, which is marked here and in its table. */

import { effect } from "../vendor/signals.js";
import { html } from "../html.js";
import { frame, scene, state } from "../run.js";
import { acrossOf, upOf, view, window } from "../plane.js";
import { words } from "../words.js";
import { short } from "./axes.js";
import { axisNames, className, shortened } from "./names.js";
import { spot } from "./points.js";

const NEAR = 2.5;

/** Milliseconds from one place that is asked for to the next. */
const CALM = 40;

let waiting = 0;
let last = 0;

/** @param {{at: [number, number] | null, sample: number | null}} next */
function ask(next) {
  clearTimeout(waiting);
  const put = () => {
    last = performance.now();
    if (view.value.sample !== next.sample || view.value.at?.join() !== next.at?.join()) view.value = { ...view.value, ...next };
  };
  waiting = setTimeout(put, Math.max(0, last + CALM - performance.now()));
}

/** @param {number | null} sample counted through the learnt ones and the test */
export function pointAt(sample) {
  ask({ at: null, sample });
}

/** @param {PointerEvent} event */
export function hover(event) {
  const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
  read({ across: (100 * (event.clientX - box.left)) / box.width, up: (100 * (event.clientY - box.top)) / box.height });
}

/** The pointer has gone; a finger leaves what it has touched. */
export function away(/** @type {PointerEvent} */ { pointerType }) {
  if (pointerType === "mouse") pointAt(null);
}

effect(() => {
  if (spot.value !== null) read(spot.value);
  else if (state.peek() !== null) pointAt(null);
});

/**
 * Ask for what is at a place: the sample near it, or the answer there.
 * @param {{across: number, up: number}} place in percent of the plane
 */
function read({ across, up }) {
  const { left, right, bottom, top } = window.value;
  const apart = samples().map(([x1, x2]) => Math.hypot(acrossOf(x1) - across, upOf(x2) - up));
  const least = Math.min(...apart);
  if (least < NEAR) pointAt(apart.indexOf(least));
  else ask({ at: [left + (across / 100) * (right - left), top - (up / 100) * (top - bottom)], sample: null });
}

/** @returns {number[][]} */
function samples() {
  return [...state.peek().learnt, ...state.peek().test];
}

/** The sample that one points at, marked among the points. */
export function Ring() {
  const { sample } = view.value;
  const { learnt, test } = state.value;
  const at = sample === null ? undefined : [...learnt, ...test][sample];
  if (at === undefined) return null;
  const [cx, cy] = [acrossOf(at[0]), upOf(at[1])];
  return html`<g class="pointed"><ellipse cx=${cx} cy=${cy} rx="2.8" ry="2.8" /><ellipse cx=${cx} cy=${cy} rx="3.4" ry="3.4" /></g>`;
}

/** The numbers there, on the other side of the plane. */
export function Reading() {
  const found = frame.value?.head.reading;
  const { at, sample } = view.value;
  if (!found || (at === null && sample === null)) return null;
  const [across, up] = axisNames().map((each) => shortened(each));
  const side = acrossOf(found.x1) > 50 ? "left" : "right";
  const isSample = found.sample !== undefined;
  return html`<div class=${`card reading ${side}`} role="status">
    ${isSample && html`<strong>${found.is_learnt ? words.learntPoint : words.heldOutPoint} ${found.row}</strong>`}
    <dl class="one">
      ${pair(across, short(found.x1))}${scene.value.axes[0] !== scene.value.axes[1] && pair(up, short(found.x2))}
      ${isSample && pair(words.truth, called(found.truth))}
      ${answers(found.answers)}
      ${isSample && pair(words.sampleLoss, number(found.loss))}
    </dl>
  </div>`;
}

/**
 * The answers: of one output, or the share of each class.
 * @param {(number | null)[]} all
 */
function answers(all) {
  if (all.length === 1) return pair(words.answered, number(all[0]));
  return all.map((each, k) => pair(`${words.answered} ${className(k)}`, number(each)));
}

/** @param {number | null} value */
function number(value) {
  return value === null ? "–" : short(value);
}

/** @param {number} target */
function called(target) {
  return state.value.classes ? className(target) : short(target);
}

/**
 * @param {string} name
 * @param {string | number} value
 */
function pair(name, value) {
  return html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`;
}
