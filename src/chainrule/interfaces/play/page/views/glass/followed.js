/** The sample that the glass box follows: picked among the points of the plane or in the table, and ringed there. */

import { html } from "../../html.js";
import { ask, glass, isOpen } from "../../glass.js";
import { acrossOf, upOf } from "../../plane.js";
import { state } from "../../run.js";

const NEAR = 3;

/**
 * Follow a sample, by its row of the learnt points; null: the one that the step suggests.
 * @param {number | null} sample
 */
export function follow(sample) {
  if (isOpen.peek()) ask({ sample });
}

/**
 * Follow the learnt point near a place of the plane, in percent of it, if there is one.
 * @param {{across: number, up: number}} place
 */
export function followNear({ across, up }) {
  const apart = state.peek().learnt.map((/** @type {number[]} */ [x1, x2]) => Math.hypot(acrossOf(x1) - across, upOf(x2) - up));
  const least = Math.min(...apart);
  if (least < NEAR) follow(apart.indexOf(least));
}

/** @param {MouseEvent} event */
export function pick({ currentTarget, clientX, clientY }) {
  const box = /** @type {Element} */ (currentTarget).getBoundingClientRect();
  followNear({ across: (100 * (clientX - box.left)) / box.width, up: (100 * (clientY - box.top)) / box.height });
}

/** The ring around the sample that is followed. */
export function Followed() {
  const sample = isOpen.value ? (glass.value.chain ?? glass.value.hand)?.sample : undefined;
  const at = state.value.learnt[sample];
  if (!at) return null;
  return html`<g class="followed"><circle cx=${acrossOf(at[0])} cy=${upOf(at[1])} r="2.6" /></g>`;
}
