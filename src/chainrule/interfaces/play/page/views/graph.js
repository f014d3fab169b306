/** The network as a graph: each unit its heat-map over the plane, each weight a line; under each layer its settings. */

import { html, useEffect, useRef } from "../html.js";
import { frame, scene, state } from "../run.js";
import { view } from "../plane.js";
import { paintSigns } from "../pixels.js";
import { SCALE } from "../colours.js";
import { words } from "../words.js";
import { Depth, HiddenLayer } from "../controls/layers.js";
import { Choice } from "../controls/fields.js";

const LARGEST_UNIT = 44;

/** @typedef {{units: number, inputs: number, row: number, start: number}} Layer */

export function Graph() {
  const { layers, inputs } = state.value;
  const { hidden, is_given } = scene.value;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = frame.value;
  useEffect(() => {
    if (canvas.current && shown) draw(canvas.current, shown, layers, inputs);
  });
  const set = (/** @type {Record<string, string>} */ parts) => (view.value = { ...view.value, ...parts });
  return html`
    <div class="bar">
      <${Depth} />
      <${Choice} name="units" value=${view.value.units} options=${[["a", words.unitsA], ["z", words.unitsZ], ["delta", words.unitsDelta]]} set=${(/** @type {string} */ units) => set({ units })} />
      <${Choice} name="edges" value=${view.value.edges} options=${[["weight", words.edgesWeight], ["gradient", words.edgesGradient], ["change", words.edgesChange]]} set=${(/** @type {string} */ edges) => set({ edges })} />
    </div>
    <canvas ref=${canvas} class="network" role="img" aria-label=${described(inputs, layers)} />
    ${!is_given && html`<div class="columns" style=${{ gridTemplateColumns: `repeat(${layers.length + 1}, 1fr)` }}>
      <span>${words.inputs}</span>
      ${hidden.map((/** @type {unknown} */ _, /** @type {number} */ k) => html`<${HiddenLayer} key=${k} number=${k} />`)}
      <span>${words.output}</span>
    </div>`}
  `;
}

/**
 * The network in words, for whoever doesn't see it.
 * @param {string[]} inputs
 * @param {Layer[]} layers
 */
function described(inputs, layers) {
  return `${words.network}: ${[inputs.length, ...layers.map((each) => each.units)].join("-")}`;
}

/**
 * Where the units of each layer stand, the inputs first: each layer in the middle of its column.
 * @param {number} width
 * @param {number} height
 * @param {number[]} counts
 */
export function places(width, height, counts) {
  const column = width / counts.length;
  return counts.map((count, layer) =>
    Array.from({ length: count }, (_, unit) => ({ x: (layer + 0.5) * column, y: ((unit + 0.5) / count) * height })),
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../frame.js").Frame} shown
 * @param {Layer[]} layers
 * @param {string[]} inputs
 */
function draw(canvas, shown, layers, inputs) {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  const counts = [inputs.length, ...layers.map((each) => each.units)];
  const units = shown.arrays.units.shape[0];
  if (units !== counts.slice(1).reduce((sum, each) => sum + each, 0)) return; // a frame of the network before
  const at = places(width, height, counts);
  layers.forEach((layer, number) => drawEdges(context, shown.arrays.edges.data, layer, at[number], at[number + 1]));
  const size = Math.min(LARGEST_UNIT, (0.9 * height) / Math.max(...counts), (0.6 * width) / counts.length);
  drawUnits(context, shown.arrays.units, at.slice(1).flat(), size);
  context.fillStyle = getComputedStyle(canvas).color;
  context.font = "14px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  at[0].forEach(({ x, y }, input) => context.fillText(inputs[input], x - 6, y));
}

/** @typedef {{x: number, y: number}} Spot */

/**
 * The lines between two layers: as wide as their numbers are large, beside the largest of the layer.
 * @param {CanvasRenderingContext2D} context
 * @param {ArrayLike<number>} numbers
 * @param {Layer} layer
 * @param {Spot[]} from
 * @param {Spot[]} to
 */
function drawEdges(context, numbers, { units, start, inputs, row }, from, to) {
  let largest = 1e-30;
  for (let unit = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++) largest = Math.max(largest, Math.abs(numbers[start + unit * row + input]));
  }
  for (let unit = 0; unit < units; unit++) {
    for (let input = 0; input < inputs; input++) {
      const part = numbers[start + unit * row + input] / largest;
      const colour = part < 0 ? 3 : 3 * 255;
      context.strokeStyle = `rgb(${SCALE[colour]} ${SCALE[colour + 1]} ${SCALE[colour + 2]} / ${0.25 + 0.75 * Math.abs(part)})`;
      context.lineWidth = 0.4 + 5 * Math.abs(part);
      const [a, b] = [from[input], to[unit]];
      context.beginPath();
      context.moveTo(a.x, a.y);
      context.bezierCurveTo((a.x + b.x) / 2, a.y, (a.x + b.x) / 2, b.y, b.x, b.y);
      context.stroke();
    }
  }
}

const picture = document.createElement("canvas");

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../frame.js").Numbers} maps
 * @param {Spot[]} at
 * @param {number} size
 */
function drawUnits(context, { data, shape: [, side] }, at, size) {
  at.forEach(({ x, y }, unit) => {
    paintSigns(picture, /** @type {Uint8Array} */ (data.subarray(unit * side * side, (unit + 1) * side * side)), side);
    context.drawImage(picture, x - size / 2, y - size / 2, size, size);
    context.strokeStyle = "#555";
    context.lineWidth = 1;
    context.strokeRect(x - size / 2, y - size / 2, size, size);
  });
}
