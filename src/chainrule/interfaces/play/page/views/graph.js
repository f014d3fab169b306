/** The network as a graph: each unit its heat-map over the plane, each weight a line. */

import { html, useEffect, useRef } from "../html.js";
import { frame, state } from "../run.js";
import { paintSigns } from "../pixels.js";
import { SCALE } from "../colours.js";

const UNIT = 36;

export function Graph() {
  const { layers, scene, bias } = state.value;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = frame.value;
  useEffect(() => {
    if (canvas.current && shown) draw(canvas.current, shown, layers, scene.inputs.length, bias);
  });
  return html`<canvas ref=${canvas} class="network" />`;
}

/**
 * Where the units of each layer stand, the inputs first.
 * @param {number} width
 * @param {number} height
 * @param {number[]} counts
 */
export function places(width, height, counts) {
  return counts.map((count, layer) =>
    Array.from({ length: count }, (_, unit) => ({
      x: UNIT + (layer / Math.max(1, counts.length - 1)) * (width - 2 * UNIT),
      y: ((unit + 0.5) / count) * height,
    })),
  );
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("../frame.js").Frame} shown
 * @param {{units: number, inputs: number, start: number}[]} layers
 * @param {number} inputs
 * @param {boolean} bias
 */
function draw(canvas, shown, layers, inputs, bias) {
  const scale = devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(scale, scale);
  const at = places(width, height, [inputs, ...layers.map((each) => each.units)]);
  const { data: edges } = shown.arrays.edges;
  layers.forEach(({ units, start, inputs: from }, layer) => {
    const row = from + Number(bias);
    let largest = 1e-12;
    for (let i = 0; i < units * row; i++) largest = Math.max(largest, Math.abs(edges[start + i]));
    for (let unit = 0; unit < units; unit++) {
      for (let input = 0; input < from; input++) {
        const part = edges[start + unit * row + input] / largest;
        const colour = 3 * Math.round(128 + 127 * Math.sign(part));
        context.strokeStyle = `rgb(${SCALE[colour]} ${SCALE[colour + 1]} ${SCALE[colour + 2]})`;
        context.lineWidth = 0.3 + 5 * Math.abs(part);
        const [a, b] = [at[layer][input], at[layer + 1][unit]];
        context.beginPath();
        context.moveTo(a.x, a.y);
        context.bezierCurveTo((a.x + b.x) / 2, a.y, (a.x + b.x) / 2, b.y, b.x, b.y);
        context.stroke();
      }
    }
  });
  const { data: maps, shape } = shown.arrays.units;
  const [, side] = shape;
  const picture = document.createElement("canvas");
  let unit = 0;
  at.slice(1).forEach((layer) =>
    layer.forEach(({ x, y }) => {
      paintSigns(picture, maps.subarray(unit * side * side, (unit + 1) * side * side), side);
      context.drawImage(picture, x - UNIT / 2, y - UNIT / 2, UNIT, UNIT);
      context.strokeStyle = "#444";
      context.lineWidth = 1;
      context.strokeRect(x - UNIT / 2, y - UNIT / 2, UNIT, UNIT);
      unit++;
    }),
  );
}
