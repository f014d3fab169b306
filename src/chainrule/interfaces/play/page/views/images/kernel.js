/** One kernel over one patch, worked out: what a number of a feature map is made of. */

import { html, useEffect, useRef } from "../../html.js";
import { frame, state } from "../../run.js";
import { view } from "../../plane.js";
import { paintSigns } from "../../pixels.js";
import { hints, words } from "../../words.js";
import { Term } from "../../hints.js";
import { Choice } from "../../controls/fields.js";
import { short } from "../axes.js";
import { sourceOf } from "../names.js";
import { nameOf } from "../present.js";

/** @typedef {{layer: number, unit: number, row: number, column: number}} Pixel from 0 */

/**
 * The layers of feature maps, by their numbers from 0.
 * @returns {number[]}
 */
function convolutions() {
  return state.value.layers.flatMap((/** @type {{map: number[]}} */ { map }, /** @type {number} */ k) => (map.length ? [k] : []));
}

/** @param {Partial<Pixel>} parts */
export function showPixel(parts) {
  const { pixel } = view.value;
  view.value = { ...view.value, pixel: { ...(pixel ?? { layer: 0, unit: 0, row: 0, column: 0 }), ...parts } };
}

export function Kernel() {
  const layers = convolutions();
  if (layers.length === 0) return html`<p class="hint">${words.noFilters}</p>`;
  const { layer, unit, row, column } = view.value.pixel ?? { layer: 0, unit: 0, row: 0, column: 0 };
  const { units } = state.value.layers[layer] ?? { units: 0 };
  const patch = frame.value?.head.patch;
  useEffect(() => {
    if (view.value.pixel === null) showPixel({});
  }, []);
  return html`<div class="kernel">
    <div class="chooser">
      <${Choice} name="kernelLayer" label=${words.layer} value=${String(layer)} options=${layers.map((k) => [String(k), nameOf(k)])} set=${(/** @type {string} */ to) => showPixel({ layer: Number(to), unit: 0, row: 0, column: 0 })} />
      <${Choice} name="filter" value=${String(unit)} options=${Array.from({ length: units }, (_, k) => [String(k), String(k + 1)])} set=${(/** @type {string} */ to) => showPixel({ unit: Number(to) })} />
    </div>
    ${patch && html`<div class="worked">
      <div>
        <p><${Term} hint=${hints.featureMap}>${words.featureMap}<//></p>
        <${Map} layer=${layer} unit=${unit} row=${row} column=${column} />
      </div>
      <${Sum} patch=${patch} />
    </div>`}
  </div>`;
}

/**
 * A feature map, in which a number is chosen.
 * @param {Pixel} props
 */
function Map({ layer, unit, row, column }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = frame.value;
  const { layers } = state.value;
  const { map } = layers[layer];
  const number = layers.slice(0, layer).reduce((/** @type {number} */ sum, /** @type {{units: number}} */ each) => sum + each.units, 0) + unit;
  useEffect(() => {
    if (!canvas.current || !shown) return;
    const [, side] = shown.arrays.units.shape;
    paintSigns(canvas.current, /** @type {Uint8Array} */ (shown.arrays.units.data.subarray(number * side * side, (number + 1) * side * side)), side);
  });
  const click = (/** @type {MouseEvent} */ { currentTarget, clientX, clientY }) => {
    const { left, top, width, height } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
    showPixel({ layer, unit, row: Math.floor(((clientY - top) / height) * map[0]), column: Math.floor(((clientX - left) / width) * map[1]) });
  };
  const walk = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    showPixel({ layer, unit, row: Math.min(map[0] - 1, Math.max(0, row + by[0])), column: Math.min(map[1] - 1, Math.max(0, column + by[1])) });
    event.preventDefault();
  };
  return html`<div class="map">
    <canvas ref=${canvas} aria-hidden="true" />
    <svg viewBox=${`0 0 ${map[1]} ${map[0]}`} preserveAspectRatio="none" role="application" tabindex="0" aria-label=${`${words.featureMap}: ${words.keysInMap}`} onClick=${click} onKeyDown=${walk}><rect x=${column} y=${row} width="1" height="1" /></svg>
  </div>`;
}

/**
 * The patch times the kernel, map by map, and the sum of it all.
 * @param {{patch: any}} props
 */
function Sum({ patch }) {
  const { at, sum, bias, z, a, activation } = patch;
  return html`<div class="products">
    ${patch.patch.map((/** @type {number[][]} */ rows, /** @type {number} */ k) => html`<div class="row" key=${k}>
      <figure><figcaption>${words.patchOf} ${sourceOf(at.layer, k)}</figcaption><${Grid} rows=${rows} /></figure><b aria-hidden="true">×</b>
      <figure><figcaption>${words.kernelOf}</figcaption><${Grid} rows=${patch.kernel[k]} /></figure><b aria-hidden="true">=</b>
      <figure><figcaption>${words.products}</figcaption><${Grid} rows=${patch.products[k]} /></figure>
    </div>`)}
    <p class="sum">${words.sumOfProducts} ${short(sum)}${bias === null ? "" : html` + ${words.oneBias} ${short(bias)}`} = <b>z = ${short(z)}</b>${activation && html`, <b>a = ${activation}(z) = ${short(a)}</b>`}</p>
  </div>`;
}

/**
 * A table of numbers.
 * @param {{rows: number[][]}} props
 */
function Grid({ rows }) {
  return html`<table class="numbers"><tbody>${rows.map((each, r) => html`<tr key=${r}>${each.map((number, c) => html`<td key=${c}>${short(number)}</td>`)}</tr>`)}</tbody></table>`;
}
