/** The network as shapes: where its units stand, which lines join them; on a canvas, and what a pointer is at. */

import { paintInk, paintSigns } from "../pixels.js";
import { isOnWay } from "./glass/way.js";

const LARGEST_UNIT = 44;
const NEAR = 6;
const LONGEST_NAME = 12;
const LEAST_WITH_NUMBER = 20;
const BRIGHT = { lit: 1, done: 0.6, dim: 0.12 };

/** Pixels above and below the units, where marks stand; of a letter of a name. */
const EDGE = 6;
const LETTER = 7.6;

/** The colours of a sign that are told apart. */
const SHADES = 32;

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
    const apart = Math.abs(from.y + (to.y - from.y) * t * t * (3 - 2 * t) - y);
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
 * Where on its line a curve as `lineOf` draws it has come so far across: t of 1.5 t - 1.5 t² + t³.
 * @param {number} across from 0 to 1
 */
function timeAt(across) {
  let [low, high] = [0, 1];
  for (let k = 0; k < 12; k++) {
    const t = (low + high) / 2;
    if (1.5 * t - 1.5 * t * t + t ** 3 < across) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/**
 * Whether a line is pointed at, itself or by its unit.
 * @param {Edge} edge
 * @param {Pointed} pointed
 */
function isOf(edge, pointed) {
  if (pointed.kind === "edge") return edge.layer === pointed.layer && edge.unit === pointed.unit && edge.input === pointed.input;
  return (edge.layer === pointed.layer && edge.unit === pointed.unit) || (edge.layer === pointed.layer + 1 && edge.input === pointed.unit);
}

/**
 * Draw the network; what is pointed at stands out.
 * @param {HTMLCanvasElement} canvas
 * @param {Shapes} shapes
 * @param {Parts} parts
 * @param {import("../frame.js").Frame} frame
 * @param {string[]} inputs
 * @param {Pointed | null} pointed
 * @param {{way: import("./glass/way.js").Way | null, lights: Light[] | null, signs: string[] | null}} inside a way stands out where nothing is pointed at; signs: of lines
 */
export function draw(canvas, { size, at, edges }, parts, frame, inputs, pointed, { way, lights, signs }) {
  const context = cleared(canvas);
  const style = getComputedStyle(canvas);
  const [blue, orange, lit, soft] = ["--blue", "--orange", "--lit", "--soft"].map((name) => style.getPropertyValue(name));
  const colour = (/** @type {number} */ part, /** @type {number} */ alpha) => `rgb(${part < 0 ? blue : orange} / ${alpha})`;
  edges.forEach((edge, k) => {
    const isLit = way !== null && isOnWay(way, edge);
    const stands = pointed === null ? way === null || isLit : isOf(edge, pointed);
    const part = Math.round(SHADES * parts.edges[k]) / SHADES; // few colours: to read one takes as long as to draw its line
    const bright = (stands ? 1 : 0.2) * (lights ? BRIGHT[lights[edge.layer].edges] : 1);
    context.strokeStyle = colour(part, isLit ? 1 : (0.25 + 0.75 * Math.abs(part)) * bright);
    context.lineWidth = widthOf(parts.edges[k]) + (lights?.[edge.layer].edges === "lit" ? 1 : 0) + (isLit || (pointed?.kind === "edge" && stands) ? 2 : 0);
    const { from, to } = edge;
    const middle = (from.x + to.x) / 2;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.bezierCurveTo(middle, from.y, middle, to.y, to.x, to.y);
    if (isLit) halo(context, lit);
    context.stroke();
  });
  const units = at.slice(1).flat();
  const isLit = at.slice(1).flatMap((layer, number) => layer.map((_, unit) => way !== null && way.units[number]?.includes(unit)));
  const [, side] = frame.arrays.units.shape;
  const maps = unitMaps(frame);
  context.imageSmoothingEnabled = !frame.arrays.image; // maps over a plane are smooth, those of images have their pixels
  units.forEach(({ x, y }, unit) => {
    context.drawImage(maps, 0, unit * side, side, side, x - size / 2, y - size / 2, size, size);
    context.strokeStyle = isLit[unit] ? lit : soft;
    context.lineWidth = isLit[unit] ? 3 : 1;
    context.strokeRect(x - size / 2, y - size / 2, size, size);
    if (frame.arrays.idle.data[unit]) mark(context, x + size / 2, y - size / 2, frame.arrays.idle.data[unit] === 2);
  });
  at.slice(1).forEach((layer, number) => layer.forEach(({ x, y }, unit) => {
    const part = parts.biases[number][unit];
    if (part === undefined || size < 12) return;
    dot(context, x - size / 2, y + size / 2, 2 + 3 * Math.abs(part), colour(part, 1), style.getPropertyValue("--back"));
  }));
  if (lights) light(context, at.slice(1), size, lights, style);
  if (signs) sign(context, edges, signs, style.color, style.getPropertyValue("--back"));
  context.fillStyle = style.color;
  context.font = "14px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  at[0].forEach(({ x, y }, input) => {
    if (frame.arrays.image) context.drawImage(imagePicture(frame), x - size, y - size / 2, size, size);
    else context.fillText(shortened(inputs[input]), x - 6, y);
  });
}

/**
 * Units that a phase writes get a frame, those to come a veil; and each its number.
 * @param {CanvasRenderingContext2D} context
 * @param {Spot[][]} at
 * @param {number} size
 * @param {Light[]} lights
 * @param {CSSStyleDeclaration} style
 */
function light(context, at, size, lights, style) {
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  at.forEach((layer, number) => layer.forEach(({ x, y }, unit) => {
    const { units, values } = lights[number];
    const says = values[unit] !== undefined && size >= LEAST_WITH_NUMBER;
    const [left, top] = [x - size / 2, y - size / 2];
    context.fillStyle = context.strokeStyle = style.getPropertyValue("--back");
    context.globalAlpha = units === "dim" ? 0.8 : 0;
    context.fillRect(left - 1, top - 1, size + 2, size + 2);
    context.globalAlpha = 1;
    context.lineWidth = 4;
    if (says) context.strokeText(values[unit], x, y);
    context.fillStyle = context.strokeStyle = style.color;
    if (says) context.fillText(values[unit], x, y);
    context.lineWidth = 3;
    if (units === "lit") context.strokeRect(left - 2, top - 2, size + 4, size + 4);
  }));
}

/**
 * Signs on lines: every other one a little further on, where lines are near to each other.
 * @param {CanvasRenderingContext2D} context
 * @param {Edge[]} edges
 * @param {string[]} signs
 * @param {string} colour
 * @param {string} back
 */
function sign(context, edges, signs, colour, back) {
  context.font = "bold 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = back;
  context.fillStyle = colour;
  edges.forEach(({ input, from, to }, k) => {
    const t = input % 2 ? 0.62 : 0.42;
    const [x, y] = [from.x + (to.x - from.x) * (1.5 * t - 1.5 * t * t + t ** 3), from.y + (to.y - from.y) * t * t * (3 - 2 * t)];
    context.strokeText(signs[k], x, y);
    context.fillText(signs[k], x, y);
  });
}

/**
 * A name that has room beside its place.
 * @param {string} name
 */
export function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/**
 * A light behind the line that is drawn next.
 * @param {CanvasRenderingContext2D} context
 * @param {string} colour
 */
function halo(context, colour) {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth += 4;
  context.stroke();
  context.restore();
}

/** @param {HTMLCanvasElement} canvas */
function cleared(canvas) {
  const scale = devicePixelRatio * (canvas.currentCSSZoom ?? 1); // the large page is zoomed
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * A disc with an edge.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 * @param {string} fill
 * @param {string} edge
 */
function dot(context, x, y, radius, fill, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 1;
  context.stroke();
}

/**
 * The mark of a unit that learns nothing, a cross, or hardly anything, a bar.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {boolean} isDead
 */
function mark(context, x, y, isDead) {
  dot(context, x, y, 6, "#1b1b1b", "#fff");
  context.strokeStyle = "#fff";
  context.lineWidth = 1.6;
  context.stroke(new Path2D(isDead ? `M${x - 2.5} ${y - 2.5}l5 5m0 -5l-5 5` : `M${x - 3} ${y}h6`));
}

const maps = document.createElement("canvas");
/** @type {import("../frame.js").Frame | null} */
let painted = null;

/**
 * The maps of all units, one below the other, on a canvas that the next frame is painted on too.
 * @param {import("../frame.js").Frame} frame
 */
function unitMaps(frame) {
  if (painted !== frame) paintSigns(maps, /** @type {Uint8Array} */ (frame.arrays.units.data), frame.arrays.units.shape[1]);
  painted = frame;
  return maps;
}

/**
 * The image that is shown, on the canvas of `unitPicture`.
 * @param {import("../frame.js").Frame} frame
 */
export function imagePicture({ head, arrays: { image } }) {
  paintInk(picture, /** @type {Uint8Array} */ (image.data), image.shape[1], head.image.ink);
  return picture;
}

const picture = document.createElement("canvas");

/**
 * A unit's map, on a canvas that the next one is drawn on too.
 * @param {import("../frame.js").Frame} frame
 * @param {number} unit
 */
export function unitPicture(frame, unit) {
  const [, side] = frame.arrays.units.shape;
  picture.width = picture.height = side;
  picture.getContext("2d")?.drawImage(unitMaps(frame), 0, unit * side, side, side, 0, 0, side, side);
  return picture;
}
