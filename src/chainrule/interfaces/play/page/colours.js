/** The page's colours: blue to orange through white for signs, five that are told apart for classes. Safe for the colour-blind. */

/** Negative, zero, positive. Source: Okabe and Ito, "Color universal design" (2008). */
const SIGNS = [[0, 114, 178], [247, 247, 247], [213, 94, 0]];

/** Class 0 to 4, likewise. */
export const CLASSES = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0]];

/** 256 colours from the most negative to the most positive, as RGB bytes. */
export const SCALE = scale();

function scale() {
  const bytes = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const part = (Math.max(i, 1) - 128) / 127;
    const end = SIGNS[part < 0 ? 0 : 2];
    for (let c = 0; c < 3; c++) bytes[3 * i + c] = SIGNS[1][c] + Math.abs(part) * (end[c] - SIGNS[1][c]);
  }
  return bytes;
}

/** @param {number[]} colour */
export function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

/**
 * The colour of a quantity, from 0, dark blue, to 1, yellow: lighter is more, for every eye.
 * @param {number} part
 */
export function ofRange(part) {
  const at = Math.min(1, Math.max(0, part)) * (RANGE.length - 1);
  const below = Math.min(Math.floor(at), RANGE.length - 2);
  return RANGE[below].map((from, c) => Math.round(from + (at - below) * (RANGE[below + 1][c] - from)));
}

/** Source: the ends and the middles of "cividis", Nunez, Anderton and Renslow (2018). */
const RANGE = [[0, 34, 78], [65, 77, 107], [124, 123, 120], [187, 173, 108], [254, 232, 56]];
