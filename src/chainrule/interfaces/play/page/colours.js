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
