/** An image in small. */

import { html, useEffect, useRef } from "../../html.js";
import { state } from "../../run.js";
import { paintInk } from "../../pixels.js";
import { imageOf, side } from "./shown.js";

/** @param {{sample: number}} props counted through the learnt ones and the test */
export function Thumbnail({ sample }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    if (canvas.current) paintInk(canvas.current, imageOf(sample), side.value, state.value.ink);
  });
  return html`<canvas ref=${canvas} class="thumbnail" aria-hidden="true" />`;
}
