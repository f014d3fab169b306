/** Maps of bytes as pictures. */

import { CLASSES, SCALE, ofRange } from "./colours.js";

/**
 * Paint a map of side x side bytes on a canvas of that size, by the scale of signs.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} side
 */
export function paintSigns(canvas, bytes, side) {
  paint(canvas, side, (i) => 3 * bytes[i], SCALE);
}

/**
 * Paint the shares of classes, (classes, side, side) bytes: each pixel the mixture of its classes' colours.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 */
export function paintClasses(canvas, bytes, [count, side]) {
  const context = sized(canvas, side);
  const image = context.createImageData(side, side);
  const pixels = side * side;
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      if (count === 1) {
        const share = bytes[i] / 255;
        sum = CLASSES[0][c] * (1 - share) + CLASSES[1][c] * share;
      } else {
        for (let k = 0; k < count; k++) sum += (CLASSES[k][c] * bytes[k * pixels + i]) / 255;
      }
      image.data[4 * i + c] = 255 - 0.65 * (255 - sum);
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/**
 * Paint a quantity, (1, side, side) bytes from its least to its greatest.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 */
export function paintRange(canvas, bytes, [, side]) {
  paint(canvas, side, (i) => 3 * bytes[i], RANGE);
}

const RANGE = new Uint8ClampedArray(Array.from({ length: 256 }, (_, i) => ofRange(i / 255)).flat());

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} side
 * @param {(i: number) => number} place
 * @param {Uint8ClampedArray} colours
 */
function paint(canvas, side, place, colours) {
  const context = sized(canvas, side);
  const image = context.createImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    const at = place(i);
    image.data.set([colours[at], colours[at + 1], colours[at + 2], 255], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} side
 */
function sized(canvas, side) {
  if (canvas.width !== side) canvas.width = canvas.height = side;
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}
