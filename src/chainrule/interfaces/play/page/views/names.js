/** What things are called on the page: axes, classes, what comes into a layer. */

import { scene, state } from "../run.js";
import { words } from "../words.js";
import { areImages } from "./images/shown.js";

const LONGEST_NAME = 12;

/**
 * A name that has room beside its place.
 * @param {string} name
 */
export function shortened(name) {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/**
 * What lies along the plane's two axes.
 * @returns {string[]}
 */
export function axisNames() {
  const { data, axes } = scene.value;
  return data.name === "table" ? axes.map((/** @type {number} */ k) => data.table.inputs[k] ?? "") : ["x1", "x2"];
}

/**
 * What a class is called.
 * @param {number} k
 */
export function className(k) {
  const { name, table } = scene.value.data;
  return (name === "table" && table.classes[k]) || k;
}

/**
 * What an input of a layer is called: the network's input, or a unit of the layer before.
 * @param {number} layer
 * @param {number} input
 */
export function sourceOf(layer, input) {
  return layer ? `a${String(input + 1).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)])}` : inputName(input);
}

/**
 * What an input of the network is called.
 * @param {number} input
 */
export function inputName(input) {
  return areImages.value ? words.image : shortened(state.value.inputs[input]);
}
