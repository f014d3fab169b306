/** The network as shapes: where its units stand, which lines join them, and what is at a place. */

import { shortened } from "./names.js";

const LARGEST_UNIT = 44;
const NEAR = 6;

/** Pixels above and below the units, where marks stand; of a letter of a name. */
const EDGE = 6;
const LETTER = 7.6;

/**
 * @typedef {{units: number, inputs: number, row: number, start: number}} Layer
 * @typedef {{x: number, y: number}} Spot
 * @typedef {{kind: "unit", layer: number, unit: number} | {kind: "edge", layer: number, unit: number, input: number}} Pointed layers counted from 0
 * @typedef {{layer: number, unit: number, input: number, from: Spot, to: Spot}} Edge
 * @typedef {{size: number, at: Spot[][], edges: Edge[]}} Shapes
 * @typedef {{edges: Float32Array, biases: Float32Array[]}} Parts each of the largest in its layer, -1 to 1
 * @typedef {"lit" | "done" | "dim"} State
 * @typedef {{units: State, edges: State, values: string[]}} Light of a layer: what a phase writes, what is there, what is to come
 */

/**
 * Where everything stands in a box.
 * @param {{width: number, height: number}} box
 * @param {string[]} inputs
 * @param {Layer[]} layers
 * @returns {Shapes}
 */
export function shapes({ width, height }, inputs, layers) {
  const counts = [inputs.length, ...layers.map((each) => each.units)];
  const column = width / counts.length;
  const names = LETTER * Math.max(...inputs.map((each) => shortened(each).length)) + EDGE;
  const first = Math.min(0.85 * column, Math.max(0.5 * column, names)); // names stand to the left of inputs
  const room = height - 2 * EDGE;
  const at = counts.map((count, layer) => Array.from({ length: count }, (_, unit) => ({ x: layer ? (layer + 0.5) * column : first, y: EDGE + ((unit + 0.5) / count) * room })));
  const size = Math.min(LARGEST_UNIT, (0.9 * room) / Math.max(...counts), (0.6 * width) / counts.length);
  const edges = layers.flatMap(({ units, inputs: from }, layer) =>
    Array.from({ length: units * from }, (_, k) => {
      const [unit, input] = [Math.floor(k / from), k % from];
      return { layer, unit, input, from: at[layer][input], to: at[layer + 1][unit] };
    }),
  );
  return { size, at, edges };
}

/**
 * How large the numbers of all edges are, in the order of `shapes`, and the biases of each layer.
 * @param {Layer[]} layers
 * @param {ArrayLike<number>} numbers what the lines show
 * @param {ArrayLike<number>} weights where the biases are
 * @returns {Parts}
 */
export function parts(layers, numbers, weights) {
  const edges = new Float32Array(layers.reduce((sum, { units, inputs }) => sum + units * inputs, 0));
  let first = 0;
  const biases = layers.map(({ units, inputs, row, start }) => {
    const own = edges.subarray(first, (first += units * inputs));
    for (let k = 0, unit = 0; unit < units; unit++) for (let input = 0; input < inputs; input++) own[k++] = numbers[start + unit * row + input];
    scale(own);
    return scale(Float32Array.from({ length: row > inputs ? units : 0 }, (_, unit) => weights[start + unit * row + inputs]));
  });
  return { edges, biases };
}

/** @param {Float32Array} numbers */
function scale(numbers) {
  let largest = 1e-30;
  for (const each of numbers) largest = Math.max(largest, Math.abs(each));
  for (let k = 0; k < numbers.length; k++) numbers[k] /= largest;
  return numbers;
}

/**
 * A line as an SVG path; `draw` makes the same one.
 * @param {Edge} edge
 */
export function lineOf({ from, to }) {
  const middle = (from.x + to.x) / 2;
  return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

/** @param {number} part */
export function widthOf(part) {
  return 0.4 + 5 * Math.abs(part);
}

/**
 * What is at a place: a line, if one passes near; units are found by the browser.
 * @param {Shapes} shapes
 * @param {Spot} place
 * @returns {Pointed | null}
 */
export function edgeAt({ edges }, { x, y }) {
  let least = NEAR;
  let found = null;
  for (const edge of edges) {
    const { from, to } = edge;
    if (x <= from.x || x >= to.x) continue;
    const t = timeAt((x - from.x) / (to.x - from.x));
    const apart = Math.abs(from.y + (to.y - from.y) * upAt(t) - y);
    if (apart < least) [least, found] = [apart, edge];
  }
  return found && { kind: "edge", layer: found.layer, unit: found.unit, input: found.input };
}

/**
 * The unit whose bias is drawn at a place, by the number of its layer and its own, from 0; null where there is none.
 * @param {Shapes & {parts: Parts}} shapes
 * @param {Spot} place
 */
export function biasAt({ size, at, parts: { biases } }, { x, y }) {
  const found = at.slice(1).flatMap((layer, number) => layer.map((spot, unit) => ({ layer: number, unit, spot })))
    .find(({ layer, unit, spot }) => biases[layer][unit] !== undefined && Math.hypot(spot.x - size / 2 - x, spot.y + size / 2 - y) < NEAR + 2);
  return found ?? null;
}

/**
 * How far across a line as `lineOf` draws it is at t, of the whole; and how far up.
 * @param {number} t from 0 to 1
 */
export function acrossAt(t) {
  return 1.5 * t - 1.5 * t * t + t ** 3;
}

/** @param {number} t */
export function upAt(t) {
  return t * t * (3 - 2 * t);
}

/**
 * The t at which a line has come so far across.
 * @param {number} across from 0 to 1
 */
function timeAt(across) {
  let [low, high] = [0, 1];
  for (let k = 0; k < 12; k++) {
    const t = (low + high) / 2;
    if (acrossAt(t) < across) low = t;
    else high = t;
  }
  return (low + high) / 2;
}
