/** Points of one's own on the plane: added, moved and removed, by the pointer or by the keyboard. */

import { signal } from "../vendor/signals.js";
import { acrossOf, upOf, window } from "../plane.js";
import { change, coming, scene } from "../run.js";
import { isOpen } from "../glass.js";
import { followNear } from "./glass/followed.js";

/** The class, or the quantity, of the points that are drawn; null erases. */
export const brush = signal(/** @type {number | null} */ (0));

/** Where the keyboard, or a point under way, stands; in percent of the plane from its left and its top. */
export const spot = signal(/** @type {{across: number, up: number} | null} */ (null));

const NEAR = 3;
const STRIDE = 2;

/** Pixels that a pointer may move in a click. */
const STILL = 4;

/** @typedef {{x1: number, x2: number, y: number}} Point */

/**
 * Add, move or remove a point where the pointer is pressed.
 * @param {PointerEvent} event
 */
export function press(event) {
  if (event.button > 0) return;
  const svg = /** @type {SVGSVGElement} */ (event.currentTarget);
  const box = svg.getBoundingClientRect();
  const place = (/** @type {PointerEvent} */ { clientX, clientY }) => ({ across: (100 * (clientX - box.left)) / box.width, up: (100 * (clientY - box.top)) / box.height });
  const near = nearest(place(event));
  if (event.shiftKey || brush.value === null) return remove(near);
  const follow = (/** @type {PointerEvent} */ next) => (spot.value = place(next));
  const end = (/** @type {PointerEvent} */ last) => {
    svg.removeEventListener("pointermove", follow);
    svg.removeEventListener("pointerup", end);
    svg.removeEventListener("pointercancel", end);
    spot.value = null;
    if (last.type !== "pointerup") return;
    const isClick = Math.hypot(last.clientX - event.clientX, last.clientY - event.clientY) < STILL;
    if (isClick && near >= 0 && isOpen.peek()) followNear(place(last));
    else set(place(last), near);
  };
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

/**
 * The arrows move; of points of one's own, Enter adds, Delete removes, a digit chooses the class.
 * @param {KeyboardEvent} event
 */
export function type(event) {
  const { key } = event;
  const { across, up } = spot.value ?? { across: 50, up: 50 };
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  const isOwn = scene.value.data.name === "own";
  if (dx || dy) spot.value = { across: within(across + STRIDE * dx), up: within(up + STRIDE * dy) };
  else if (!isOwn && key === "Enter") followNear({ across, up });
  else if (!isOwn) return;
  else if (key === "Enter" && brush.value !== null) set({ across, up }, -1);
  else if (key === "Delete" || key === "Backspace" || key === "Enter") remove(nearest({ across, up }));
  else if (/^[0-4]$/.test(key) && scene.value.data.target === "class") brush.value = Number(key);
  else return;
  event.preventDefault();
}

/**
 * The point near a place; -1 where there is none.
 * @param {{across: number, up: number}} at
 */
function nearest({ across, up }) {
  const apart = coming().data.points.map((/** @type {Point} */ { x1, x2 }) => Math.hypot(acrossOf(x1) - across, upOf(x2) - up));
  const least = Math.min(...apart);
  return least < NEAR ? apart.indexOf(least) : -1;
}

/**
 * Put a point at a place: that of this number, or a new one.
 * @param {{across: number, up: number}} at
 * @param {number} number
 */
function set({ across, up }, number) {
  const { left, right, bottom, top } = window.value;
  const next = [...coming().data.points];
  const x1 = left + (within(across) / 100) * (right - left);
  const x2 = top - (within(up) / 100) * (top - bottom);
  next[number < 0 ? next.length : number] = { x1, x2, y: number < 0 ? brush.value : next[number].y };
  put(next);
}

/** @param {number} number */
function remove(number) {
  if (number >= 0) put(coming().data.points.filter((/** @type {Point} */ _, /** @type {number} */ k) => k !== number));
}

/** @param {number} percent */
function within(percent) {
  return Math.min(100, Math.max(0, percent));
}

/** @param {Point[]} points */
function put(points) {
  change({ data: { ...coming().data, points } });
}
