/** The weights of a unit as small images: one for each map that it looks at. */

import { html, useEffect, useRef } from "../../html.js";
import { frame, state } from "../../run.js";
import { paintSigns } from "../../pixels.js";
import { sourceOf } from "../names.js";

/** @typedef {{units: number, inputs: number, kernel: [number, number], map: number[]}} Layer */

/**
 * @param {{layer: number, unit: number}} props counted from 0
 */
export function Weights({ layer, unit }) {
  /** @type {Layer[]} */
  const layers = state.value.layers;
  const sizes = layers.map(({ units, inputs, kernel: [height, width] }) => units * inputs * height * width);
  const { inputs, kernel: [height, width] } = layers[layer];
  const from = sizes.slice(0, layer).reduce((sum, each) => sum + each, 0) + unit * inputs * height * width;
  return html`<div class="weights">${Array.from({ length: inputs }, (_, k) => html`<figure key=${k}><${Picture} from=${from + k * height * width} height=${height} width=${width} /><figcaption>${sourceOf(layer, k)}</figcaption></figure>`)}</div>`;
}

/** @param {{from: number, height: number, width: number}} props */
function Picture({ from, height, width }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = frame.value;
  useEffect(() => {
    const bytes = shown?.arrays.kernels?.data.subarray(from, from + height * width);
    if (canvas.current && bytes) paintSigns(canvas.current, /** @type {Uint8Array} */ (bytes), width);
  });
  return html`<canvas ref=${canvas} aria-hidden="true" />`;
}
