/** The network on a canvas: its lines, its units with their maps, and what stands out. */

import { paintInk, paintSigns } from "../pixels.js";
import { isOnWay } from "./glass/way.js";
import { shortened } from "./names.js";
import { acrossAt, upAt, widthOf } from "./shapes.js";

const LEAST_WITH_NUMBER = 20;
const BRIGHT = { lit: 1, done: 0.6, dim: 0.12 };

/** The colours of a sign that are told apart. */
const SHADES = 32;

/**
 * @typedef {import("./shapes.js").Spot} Spot
 * @typedef {import("./shapes.js").Edge} Edge
 * @typedef {import("./shapes.js").Shapes} Shapes
 * @typedef {import("./shapes.js").Parts} Parts
 * @typedef {import("./shapes.js").Pointed} Pointed
 * @typedef {import("./shapes.js").Light} Light
 */

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
 * @param {{way: import("./glass/way.js").Way | null, lights: Light[] | null, signs: string[] | null, unitSigns: string[] | null}} inside a way stands out where nothing is pointed at; signs: of lines
 */
export function draw(canvas, { size, at, edges }, parts, frame, inputs, pointed, { way, lights, signs, unitSigns }) {
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
  const back = style.getPropertyValue("--back");
  if (signs) sign(context, edges.map(onEdge), signs, style.color, back);
  if (unitSigns) sign(context, units.map(({ x, y }) => ({ x: x + size / 2 - 1, y: y + size / 2 - 1 })), unitSigns, style.color, back);
  context.fillStyle = style.color;
  context.font = "14px system-ui, sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  at[0].forEach(({ x, y }, input) => {
    if (frame.arrays.image) context.drawImage(imagePicture(frame), x - size, y - size / 2, size, size);
    else context.fillText(shortened(inputs[input]), x - 6, y, x - 8); // a wide one is written narrower
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
 * Where a line's sign is: on every other line a little further on, where lines are near to each other.
 * @param {Edge} edge
 * @returns {Spot}
 */
function onEdge({ input, from, to }) {
  const t = input % 2 ? 0.62 : 0.42;
  return { x: from.x + (to.x - from.x) * acrossAt(t), y: from.y + (to.y - from.y) * upAt(t) };
}

/**
 * Signs at these places.
 * @param {CanvasRenderingContext2D} context
 * @param {Spot[]} places
 * @param {string[]} signs
 * @param {string} colour
 * @param {string} back
 */
function sign(context, places, signs, colour, back) {
  context.font = "bold 11px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = back;
  context.fillStyle = colour;
  places.forEach(({ x, y }, k) => {
    context.strokeText(signs[k] ?? "", x, y);
    context.fillText(signs[k] ?? "", x, y);
  });
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
