/** The answer over the plane, with the points; those of one's own are drawn here. */

import { signal } from "../vendor/signals.js";
import { html, useEffect, useRef } from "../html.js";
import { change, frame, scene, state } from "../run.js";
import { window } from "../plane.js";
import { paintClasses, paintRange } from "../pixels.js";
import { CLASSES, css, ofRange } from "../colours.js";
import { words } from "../words.js";

/** The class, or the quantity, of the points that are drawn. */
export const brush = signal(0);

const NEAR = 3;

/** @typedef {{x1: number, x2: number, y: number}} Point */

export function Answer() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { learnt, test, classes } = state.value;
  const shown = frame.value;
  const isOwn = scene.value.data.name === "own";
  useEffect(() => {
    if (!canvas.current || !shown) return;
    const { data, shape } = shown.arrays.answer;
    (classes ? paintClasses : paintRange)(canvas.current, /** @type {Uint8Array} */ (data), shape);
  });
  const [low, high] = shown?.head.answer_range ?? [0, 1];
  const dot = (/** @type {number[]} */ [x1, x2, y], /** @type {string} */ kind) => html`<circle
    class=${kind} cx=${acrossOf(x1)} cy=${upOf(x2)} r="1.4" fill=${classes ? css(CLASSES[y]) : css(ofRange((y - low) / (high - low || 1)))}
  />`;
  return html`<figure>
    <div class=${isOwn ? "plane own" : "plane"} title=${words.answerHint}>
      <canvas ref=${canvas} role="img" aria-label=${words.answer} />
      <svg viewBox="0 0 100 100" aria-hidden="true" onPointerDown=${isOwn ? drawing : null}>
        ${learnt.map((/** @type {number[]} */ each) => dot(each, "learnt"))}
        ${test.map((/** @type {number[]} */ each) => dot(each, "test"))}
      </svg>
    </div>
    <figcaption>
      ${classes ? Array.from({ length: classes }, (_, k) => html`<span key=${k}><i style=${{ background: css(CLASSES[k]) }} />${nameOf(k)}</span>`) : html`<span>${low.toPrecision(3)} <i class="range" /> ${high.toPrecision(3)}</span>`}
      ${test.length > 0 && html`<span><i class="ring" />${words.heldOut}</span>`}
    </figcaption>
  </figure>`;
}

/** @param {number} k a class */
function nameOf(k) {
  const { name, table } = scene.value.data;
  return (name === "table" && table.classes[k]) || k;
}

/** @param {number} x1 */
function acrossOf(x1) {
  const { left, right } = window.value;
  return (100 * (x1 - left)) / (right - left);
}

/** @param {number} x2 */
function upOf(x2) {
  const { bottom, top } = window.value;
  return (100 * (top - x2)) / (top - bottom);
}

/**
 * Add, move or remove a point where the pointer is pressed.
 * @param {PointerEvent} event
 */
function drawing(event) {
  event.preventDefault();
  const svg = /** @type {SVGSVGElement} */ (event.currentTarget);
  const place = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const box = svg.getBoundingClientRect();
    return { across: (100 * (clientX - box.left)) / box.width, up: (100 * (clientY - box.top)) / box.height };
  };
  const at = place(event);
  const { points } = scene.value.data;
  const near = nearest(points, at);
  if (event.shiftKey || event.button === 2) {
    if (near >= 0) put(points.filter((/** @type {Point} */ _, /** @type {number} */ k) => k !== near));
    return;
  }
  const held = near >= 0 ? near : points.length;
  const y = near >= 0 ? points[near].y : brush.value;
  const end = (/** @type {PointerEvent} */ last) => {
    svg.removeEventListener("pointerup", end);
    const next = [...points];
    next[held] = { ...pointAt(place(last)), y };
    put(next);
  };
  svg.setPointerCapture(event.pointerId);
  svg.addEventListener("pointerup", end);
}

/**
 * The point under the pointer; -1 where there is none.
 * @param {Point[]} points
 * @param {{across: number, up: number}} at
 */
function nearest(points, { across, up }) {
  const apart = points.map(({ x1, x2 }) => Math.hypot(acrossOf(x1) - across, upOf(x2) - up));
  const least = Math.min(...apart);
  return least < NEAR ? apart.indexOf(least) : -1;
}

/** @param {{across: number, up: number}} at */
function pointAt({ across, up }) {
  const { left, right, bottom, top } = window.value;
  const part = (/** @type {number} */ percent) => Math.min(1, Math.max(0, percent / 100));
  return { x1: left + part(across) * (right - left), x2: top - part(up) * (top - bottom) };
}

/** @param {Point[]} points */
function put(points) {
  change({ data: { ...scene.value.data, points } });
}
