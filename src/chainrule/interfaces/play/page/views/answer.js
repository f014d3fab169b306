/** The answer over the plane, with the points. */

import { html, useEffect, useRef } from "../html.js";
import { frame, state } from "../run.js";
import { paintClasses } from "../pixels.js";
import { CLASSES, css } from "../colours.js";

const WINDOW = { left: -1.5, right: 1.5, bottom: -1.5, top: 1.5 };

export function Answer() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { learnt, test } = state.value;
  const shown = frame.value;
  useEffect(() => {
    if (canvas.current && shown) paintClasses(canvas.current, /** @type {Uint8Array} */ (shown.arrays.answer.data), shown.arrays.answer.shape);
  });
  return html`<div class="plane">
    <canvas ref=${canvas} />
    <svg viewBox="0 0 100 100" preserveAspectRatio="none">
      ${learnt.map((/** @type {number[]} */ point) => dot(point, "learnt"))}
      ${test.map((/** @type {number[]} */ point) => dot(point, "test"))}
    </svg>
  </div>`;
}

/**
 * @param {number[]} point
 * @param {string} kind
 */
function dot([x1, x2, y], kind) {
  const cx = (100 * (x1 - WINDOW.left)) / (WINDOW.right - WINDOW.left);
  const cy = (100 * (WINDOW.top - x2)) / (WINDOW.top - WINDOW.bottom);
  return html`<circle class=${kind} cx=${cx} cy=${cy} r="1.2" fill=${css(CLASSES[Math.round(y) % 5])} />`;
}
