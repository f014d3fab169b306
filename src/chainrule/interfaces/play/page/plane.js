/** The window of the plane that is shown: around the points, with room at their sides; and what the pictures show. */

import { effect, signal } from "./vendor/signals.js";
import { opened, send, state, status } from "./run.js";

/**
 * What the units show, whether the samples are wanted, and what one points at: a place, or a sample, counted through
 * the learnt ones and the test; of images the one that is shown, counted likewise, one of one's own in its place, and a
 * number of a feature map that is worked out.
 * @typedef {{units: string, samples: boolean, at: [number, number] | null, sample: number | null, image: number, drawing: number[] | null, pixel: import("./views/images/kernel.js").Pixel | null}} View
 */
export const view = signal(/** @type {View} */ ({ units: "a", samples: false, at: null, sample: null, image: 0, drawing: null, pixel: null }));

/** @type {import("./vendor/signals.js").Signal<{left: number, right: number, bottom: number, top: number}>} */
export const window = signal({ left: -1.5, right: 1.5, bottom: -1.5, top: 1.5 });

const ROOM = 0.15;

let wereOwn = false;

effect(() => {
  const now = state.value;
  if (now === null) return;
  const points = [...now.learnt, ...now.test];
  const areOwn = now.scene.data.name === "own";
  const next = around(points, window.peek(), areOwn && wereOwn);
  wereOwn = areOwn;
  if (JSON.stringify(next) !== JSON.stringify(window.peek())) window.value = next;
});

effect(() => {
  if (opened.value !== null) view.value = { ...view.peek(), drawing: opened.value.drawing };
});

effect(() => {
  if (status.value === "open" && state.value !== null) send({ kind: "view", ...view.value, ...window.value });
});

/**
 * A square around points; the one that there is, as long as it holds them all and isn't far too large. While points
 * are drawn it never shrinks: the next one would land elsewhere than where the hand aims.
 * @param {number[][]} points
 * @param {{left: number, right: number, bottom: number, top: number}} now
 * @param {boolean} areDrawn
 */
export function around(points, now, areDrawn) {
  const across = points.map(([x1]) => x1);
  const up = points.map(([, x2]) => x2);
  const [left, right, bottom, top] = [Math.min(...across), Math.max(...across), Math.min(...up), Math.max(...up)];
  const side = Math.max(right - left, top - bottom) || 1;
  const holds = left >= now.left && right <= now.right && bottom >= now.bottom && top <= now.top;
  if (holds && (areDrawn || now.right - now.left < 2 * (1 + 2 * ROOM) * side)) return now;
  const half = side * (0.5 + ROOM);
  const [x, y] = [(left + right) / 2, (bottom + top) / 2];
  return { left: x - half, right: x + half, bottom: y - half, top: y + half };
}

/**
 * How far from the window's left, in percent.
 * @param {number} x1
 */
export function acrossOf(x1) {
  const { left, right } = window.value;
  return (100 * (x1 - left)) / (right - left);
}

/**
 * How far from the window's top, in percent.
 * @param {number} x2
 */
export function upOf(x2) {
  const { bottom, top } = window.value;
  return (100 * (top - x2)) / (top - bottom);
}
