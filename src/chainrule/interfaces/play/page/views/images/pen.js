/** The pen: an image of one's own, drawn by the pointer or by the keyboard on the one that is shown. */

import { signal } from "../../vendor/signals.js";
import { view } from "../../plane.js";
import { inkShown, side } from "./shown.js";

/** Whether the pen takes ink away. */
export const erases = signal(false);

/** The pixel at which the keyboard stands. */
export const cell = signal(/** @type {{row: number, column: number} | null} */ (null));

/** How far from its middle, in pixels, the pen's ink reaches: whole within the first, none beyond the second. */
const FULL = 0.4;
const NONE = 1.25;

/**
 * Draw along the way of the pointer.
 * @param {PointerEvent} event
 */
export function press(event) {
  if (event.button > 0) return;
  const svg = /** @type {SVGSVGElement} */ (event.currentTarget);
  const box = svg.getBoundingClientRect();
  const place = (/** @type {PointerEvent} */ { clientX, clientY }) => ({ x: ((clientX - box.left) / box.width) * side.value, y: ((clientY - box.top) / box.height) * side.value });
  let last = place(event);
  stroke(last, last);
  const go = (/** @type {PointerEvent} */ next) => {
    stroke(last, place(next));
    last = place(next);
  };
  const end = () => {
    svg.removeEventListener("pointermove", go);
    svg.removeEventListener("pointerup", end);
    svg.removeEventListener("pointercancel", end);
  };
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener("pointermove", go);
  svg.addEventListener("pointerup", end);
  svg.addEventListener("pointercancel", end);
}

/**
 * The arrows go from pixel to pixel; Enter fills one, or empties a full one; Delete empties it.
 * @param {KeyboardEvent} event
 */
export function type(event) {
  const { key } = event;
  const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const { row, column } = cell.value ?? { row: 0, column: 0 };
  const number = row * side.value + column;
  if (by) cell.value = { row: within(row + by[0]), column: within(column + by[1]) };
  else if (key === "Enter") put(number, inkShown()[number] === 1 || erases.value ? 0 : 1);
  else if (key === "Delete" || key === "Backspace") put(number, 0);
  else return;
  event.preventDefault();
}

/** @param {number} place */
function within(place) {
  return Math.min(side.value - 1, Math.max(0, place));
}

/**
 * @param {number} number
 * @param {number} ink
 */
function put(number, ink) {
  view.value = { ...view.value, drawing: inkShown().map((each, k) => (k === number ? ink : each)) };
}

/**
 * Ink along a line: each pixel gets as much as the pen's nearest place gives.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 */
function stroke(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const long = dx * dx + dy * dy;
  const drawing = inkShown().map((before, k) => {
    const [x, y] = [(k % side.value) + 0.5 - from.x, Math.floor(k / side.value) + 0.5 - from.y];
    const t = long ? Math.min(1, Math.max(0, (x * dx + y * dy) / long)) : 0;
    const ink = Math.min(1, Math.max(0, (NONE - Math.hypot(x - t * dx, y - t * dy)) / (NONE - FULL)));
    return erases.value ? Math.min(before, 1 - ink) : Math.max(before, ink);
  });
  view.value = { ...view.value, drawing };
}
