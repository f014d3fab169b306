/** The images of the scene, and the one that is shown: chosen among them, or drawn. */

import { computed } from "../../vendor/signals.js";
import { state } from "../../run.js";
import { view } from "../../plane.js";
import { follow } from "../glass/followed.js";

/** Whether samples are images. */
export const areImages = computed(() => state.value?.images !== undefined);

/** The side of an image. */
export const side = computed(() => /** @type {number} */ (state.value.side));

const packed = computed(() => /** @type {string} */ (state.value.images));

/** All images, one after another, as bytes. */
export const images = computed(() => Uint8Array.from(atob(packed.value), (each) => each.charCodeAt(0)));

/**
 * The bytes of an image.
 * @param {number} sample counted through the learnt ones and the test
 */
export function imageOf(sample) {
  const size = side.value * side.value;
  return images.value.subarray(sample * size, (sample + 1) * size);
}

/**
 * Show an image; where the glass box is open, it follows one that is learnt.
 * @param {number} sample
 */
export function showImage(sample) {
  view.value = { ...view.value, image: sample, drawing: null };
  if (sample < state.value.learnt.length) follow(sample);
}

/** Show an empty image, to be drawn on. */
export function showEmpty() {
  view.value = { ...view.value, drawing: new Array(side.value ** 2).fill(0) };
}

/** The ink of the image that is shown, pixel by pixel, from 0 to 1. */
export function inkShown() {
  const { drawing, image } = view.value;
  return drawing ?? Array.from(imageOf(Math.min(image, images.value.length / side.value ** 2 - 1)), (each) => each / state.value.ink);
}
