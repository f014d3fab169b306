/** Maps of bytes as pictures. */

import { CLASSES, SCALE, ofRange } from "./colours.js";

/** 256 colours as canvases hold them: their four bytes as one number, in the order of this machine. */
const SIGNS = packed((i) => [SCALE[3 * i], SCALE[3 * i + 1], SCALE[3 * i + 2]]);
const RANGE = packed((i) => ofRange(i / 255));
const TWO_CLASSES = packed((i) => softened([0, 1, 2].map((c) => CLASSES[0][c] * (1 - i / 255) + (CLASSES[1][c] * i) / 255)));

/** @param {(i: number) => number[]} colour */
function packed(colour) {
  const bytes = Uint8ClampedArray.from(Array.from({ length: 256 }, (_, i) => [...colour(i), 255]).flat());
  return new Uint32Array(bytes.buffer);
}

/** @param {number[]} colour as a ground on which points are seen */
function softened(colour) {
  return colour.map((each) => 255 - 0.65 * (255 - each));
}

/**
 * Paint maps of side x side bytes on a canvas, one below the other, by the scale of signs.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} side
 */
export function paintSigns(canvas, bytes, side) {
  paint(canvas, side, bytes.length / side, (pixels) => look(pixels, bytes, SIGNS));
}

/**
 * Paint ink on paper: side x side bytes, 0 to ink.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} side
 * @param {number} ink
 */
export function paintInk(canvas, bytes, side, ink) {
  paint(canvas, side, bytes.length / side, (pixels) => look(pixels, bytes, inked(ink)));
}

/**
 * Paint images of ink, each at its place in a table, with a line of paper between them.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number} side
 * @param {number} ink
 * @param {number[][]} places the column and the row of each
 * @param {number} columns
 * @param {number} rows
 */
export function paintTable(canvas, bytes, side, ink, places, columns, rows) {
  const cell = side + 2;
  paint(canvas, columns * cell, rows * cell, (pixels) => {
    const colours = inked(ink);
    places.forEach(([column, row], number) => {
      for (let k = 0; k < side * side; k++) {
        const [x, y] = [column * cell + 1 + (k % side), row * cell + 1 + Math.floor(k / side)];
        pixels[y * columns * cell + x] = colours[bytes[number * side * side + k]];
      }
    });
  });
}

/** @param {number} ink the byte of a pixel that is full of it */
function inked(ink) {
  return packed((i) => Array(3).fill(255 - (230 * Math.min(i, ink)) / ink));
}

/**
 * Paint a quantity, (1, side, side) bytes from its least to its greatest.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 */
export function paintRange(canvas, bytes, [, side]) {
  paint(canvas, side, side, (pixels) => look(pixels, bytes, RANGE));
}

/**
 * Paint the shares of classes, (classes, side, side) bytes: each pixel the mixture of its classes' colours.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} bytes
 * @param {number[]} shape
 */
export function paintClasses(canvas, bytes, [count, side]) {
  paint(canvas, side, side, (pixels, channels) => {
    if (count === 1) return look(pixels, bytes, TWO_CLASSES);
    for (let i = 0; i < pixels.length; i++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < count; k++) sum += (CLASSES[k][c] * bytes[k * pixels.length + i]) / 255;
        channels[4 * i + c] = 255 - 0.65 * (255 - sum);
      }
      channels[4 * i + 3] = 255;
    }
  });
}

/**
 * @param {Uint32Array} pixels
 * @param {Uint8Array} bytes
 * @param {Uint32Array} colours
 */
function look(pixels, bytes, colours) {
  for (let i = 0; i < pixels.length; i++) pixels[i] = colours[bytes[i]];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @param {(pixels: Uint32Array, channels: Uint8ClampedArray) => void} fill
 */
function paint(canvas, width, height, fill) {
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(width, height);
  fill(new Uint32Array(image.data.buffer), image.data);
  context.putImageData(image, 0, 0);
}
