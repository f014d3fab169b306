/** The data: a set that has a name, or points of one's own; and the inputs made of them. */

import { html } from "../html.js";
import { catalogue, change, scene, state, table } from "../run.js";
import { pick, predict } from "../take.js";
import { areImages } from "../views/images/shown.js";
import { brush } from "../views/points.js";
import { CLASSES, css } from "../colours.js";
import { Said } from "../said.js";
import { hints, words } from "../words.js";
import { Choice, Quantity, Slider, named } from "./fields.js";

export const OWN = "own";
const TABLE = "table";
const IMAGES = "digits";

/** @param {Record<string, unknown>} parts */
function set(parts) {
  change({ data: { ...scene.value.data, ...parts } });
}

export function Data() {
  const { data } = scene.value;
  const known = catalogue.value.data;
  const taken = known[data.name] ?? {};
  const names = [...Object.keys(known), OWN, ...(data.table ? [TABLE] : [])];
  return html`<fieldset>
    <legend>${words.data}</legend>
    <${Choice} name="set" anew value=${data.name} set=${choose} options=${names.map((each) => [each, called(each)])} />
    ${"noise" in taken && html`<${Slider} name="noise" anew min=${0} max=${1} step=${0.01} value=${data.noise ?? taken.noise} set=${(/** @type {number} */ noise) => set({ noise })} />`}
    ${"n" in taken && html`<${Quantity} name="points" label=${areImages.value ? words.images : words.points} anew whole min=${4} max=${catalogue.value.most.points} value=${data.n ?? taken.n} set=${(/** @type {number} */ n) => set({ n })} />`}
    <${Slider} name="test" anew min=${0} max=${0.9} step=${0.05} value=${data.test} shown=${`${Math.round(100 * data.test)} %`} set=${(/** @type {number} */ test) => set({ test, held_out: null })} />
    ${data.name === OWN ? html`<${Own} />` : data.name === TABLE ? html`<${Table} />` : html`<button data-hint=${hints.redraw} onClick=${() => set({ seed: data.seed + 1 })}>${areImages.value ? words.otherImages : words.redraw}</button>`}
    <button data-hint=${hints.openTable} onClick=${pick}>${words.openTable}</button>
    ${isRefused() && html`<${Target} value="" />`}
  </fieldset>`;
}

/** Whether the table that was sent last couldn't be learnt, and is another than the one that is. */
function isRefused() {
  const { data } = scene.value;
  return table.value?.is_learnt === false && !(data.name === TABLE && data.table.file === table.value.file);
}

/** @param {string} name */
function called(name) {
  if (name === TABLE) return scene.value.data.table.file;
  return name === OWN ? words.ownPoints : named(name);
}

/** The two inputs of a table that the plane shows. */
function Table() {
  const { data, axes } = scene.value;
  const options = data.table.inputs.map((/** @type {string} */ name, /** @type {number} */ k) => [String(k), name]);
  const put = (/** @type {number} */ axis, /** @type {string} */ k) => change({ axes: axes.map((/** @type {number} */ each, /** @type {number} */ i) => (i === axis ? Number(k) : each)) });
  return html`
    ${table.value?.file === data.table.file && html`<${Target} value=${data.table.target} />`}
    <p class="hint"><${Said} text=${data.table.note} /></p>
    ${data.table.said.length > 0 && html`<details class="said"><summary data-hint=${hints.said}>${words.said}</summary><ul>${data.table.said.map((/** @type {string} */ each, /** @type {number} */ k) => html`<li key=${k}><${Said} text=${each} /></li>`)}</ul></details>`}
    ${["across", "upwards"].map((name, axis) => html`<${Choice} key=${name} name=${name} value=${String(axes[axis])} options=${options} set=${(/** @type {string} */ k) => put(axis, k)} />`)}
  `;
}

/**
 * Which column of the table that was sent is predicted; "" where it couldn't be learnt, and another may be.
 * @param {{value: string}} props
 */
function Target({ value }) {
  const columns = table.value?.columns ?? [];
  const options = [...(value === "" ? [["", words.chooseColumn]] : []), ...columns.map((each) => [each, each])];
  return html`
    ${value === "" && html`<p class="hint">${table.value?.file}</p>`}
    <${Choice} name="column" anew value=${value} options=${options} set=${predict} />
  `;
}

/**
 * Choose a set; one's own points begin with those that are there.
 * @param {string} name
 * @param {Record<string, unknown>} parts of the scene that change with it
 */
export function choose(name, parts = {}) {
  const { data } = scene.value;
  if (table.value?.is_learnt === false) table.value = null;
  const points = name === OWN && data.points.length === 0 && !areImages.value ? here() : data.points;
  const target = name === OWN ? data.target : name === TABLE && !data.table.classes.length ? "quantity" : "class";
  const { suits } = catalogue.value;
  const suited = (name === IMAGES) === areImages.value ? fitting(target) : suits[name === IMAGES ? "images" : "points"];
  change({ data: { ...data, name, points, target, noise: null, n: null }, is_given: false, ...suited, ...parts });
}

/** The points that are shown now. */
function here() {
  return [...state.value.learnt, ...state.value.test].map(([x1, x2, y]) => ({ x1, x2, y }));
}

/**
 * A loss that fits the target, in place of one that doesn't.
 * @param {string} target
 */
function fitting(target) {
  const { loss } = scene.value;
  return target === "quantity" && loss.endsWith("entropy") ? { loss: "squared_error" } : {};
}

function Own() {
  const { data } = scene.value;
  return html`
    <${Choice} name="target" anew value=${data.target} options=${[["class", words.class], ["quantity", words.quantity]]} set=${(/** @type {string} */ target) => change({ data: { ...data, target }, ...fitting(target) })} />
    ${data.target === "class"
      ? html`<div class="brushes" role="group" aria-label=${words.class}>
          ${CLASSES.map((colour, k) => html`<button key=${k} aria-pressed=${brush.value === k} style=${{ background: css(colour) }} onClick=${() => (brush.value = k)}>${k}</button>`)}
        </div>`
      : html`<${Quantity} name="quantity" label=${words.number} min=${-1e6} max=${1e6} value=${brush.value ?? 0} set=${(/** @type {number} */ value) => (brush.value = value)} />`}
    <button aria-pressed=${brush.value === null} onClick=${() => (brush.value = brush.value === null ? 0 : null)}>${words.eraser}</button>
    <button data-hint=${hints.clear} onClick=${() => set({ points: data.points.slice(0, 1) })}>${words.clear}</button>
    <p class="hint">${words.drawing}</p>
  `;
}

export function Inputs() {
  const { inputs, data } = scene.value;
  if (data.name === TABLE) return html`<fieldset><legend>${words.inputs}</legend><p class="hint">${words.inputsOfTable}</p></fieldset>`;
  if (areImages.value) return html`<fieldset><legend>${words.inputs}</legend><p class="hint">${words.inputsOfImages}</p></fieldset>`;
  const toggle = (/** @type {string} */ name) => {
    const next = catalogue.value.inputs.filter((/** @type {string} */ each) => (each === name) !== inputs.includes(each));
    if (next.length) change({ inputs: next });
  };
  return html`<fieldset class="switches">
    <legend class="term" data-hint=${hints.inputs}>${words.inputs}<i aria-hidden="true" class="anew">${words.anewMark}</i></legend>
    ${catalogue.value.inputs.map((/** @type {string} */ name) => html`<label key=${name} class="chip" data-hint=${`${hints.inputs} ${words.anewMark} ${words.anew}.`}><input type="checkbox" name=${name} checked=${inputs.includes(name)} onChange=${() => toggle(name)} />${name}</label>`)}
  </fieldset>`;
}
