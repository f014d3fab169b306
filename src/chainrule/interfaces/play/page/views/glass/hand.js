/** A weight in one's hand: fields for it and for the sample that is followed, the loss along it, the numbers that answer. */

import { html, useEffect, useRef, useState } from "../../html.js";
import { glass } from "../../glass.js";
import { edit, grip } from "../../edits.js";
import { state } from "../../run.js";
import { Said } from "../../said.js";
import { hints, words } from "../../words.js";
import { Choice, Fault, Field, expected } from "../../controls/fields.js";
import { className, shortened, sourceOf } from "../names.js";
import { Chooser, Digits } from "./chain.js";
import { Curve } from "./curve.js";

/** What inputs and targets move by, with an arrow key. */
const STRIDE = 0.1;

/** The largest number that a field takes: see `Coordinate` of `scene.py`. */
const LARGEST = 1e6;

/** Digits of a number in a field. */
const PRECISION = 6;

/** @typedef {{layer: number, unit: number, source: number | "bias"}} Place */

export function Hand() {
  const { hand } = glass.value;
  if (!hand) return null;
  if (hand.sentence) return html`<${Chooser} /><p class="hint"><${Said} text=${hand.sentence} /></p>`;
  const { of, weights, curve, sign } = hand;
  return html`<${Chooser} of=${of} /><div class="hand" key=${JSON.stringify(of)}>
    <div class="numbers" role="group" aria-label=${words.weightsOfUnit}>
      ${weights.map((/** @type {{source: number | "bias", value: number}} */ { source, value }) => html`<${Editable} key=${source} name=${`weight-${source}`} label=${source === "bias" ? words.oneBias : `${words.from} ${sourceOf(of.layer - 1, source - 1)}`} isChosen=${source === of.source} value=${value} stride=${curve.stride} hint=${hints.editWeight} edit=${(/** @type {number} */ to, /** @type {number} */ hold) => put({ ...of, source }, to, hold)} />`)}
    </div>
    <${Curve} ...${curve} name=${nameOf(of)} edit=${(/** @type {number} */ to, /** @type {number} */ hold) => put(of, to, hold)} />
    <p class="verdict">${[words.gradientNegative, words.gradientZero, words.gradientPositive][sign + 1]}</p>
    <div class="answers">
      <${Answers} pairs=${[[words.oneGradient, hand.gradient], [words.secant, hand.difference], [words.apart, hand.apart], [words.loss, hand.loss]]} />
      <${Answers} pairs=${[["z", hand.z], ["a", hand.a], ["δ", hand.delta], [words.ofLoss, hand.sample_loss]]} title=${`${words.ofPoint} ${hand.sample}`} />
    </div>
    ${hand.fields && html`<${Sample} sample=${hand.sample} ...${hand.fields} />`}
    <p class="hint">${words.editGoesOn} ${hand.has_slots && words.editKeeps} ${words.editUndo}</p>
  </div>`;
}

/**
 * A weight in words.
 * @param {Place} of
 */
function nameOf({ layer, source }) {
  return source === "bias" ? words.oneBias : `${words.oneWeight} ${words.from.toLowerCase()} ${sourceOf(layer - 1, source - 1)}`;
}

/**
 * @param {Place} of
 * @param {number} value
 * @param {number} hold
 */
function put({ layer, unit, source }, value, hold) {
  edit({ kind: "edit", layer, unit, source, value, grip: hold });
}

/**
 * Numbers with their names.
 * @param {{pairs: [string, string | null][], title?: string}} props
 */
function Answers({ pairs, title }) {
  return html`<div>${title && html`<h3>${title}</h3>`}<dl class="digits">${pairs.map(([name, number]) => html`<div key=${name}><dt>${name}</dt><dd><${Digits} number=${number} /></dd></div>`)}</dl></div>`;
}

/**
 * The sample that is followed: its inputs and its target.
 * @param {{sample: number, inputs: [string, number][], target: number, classes: number, becomes_own: boolean}} props
 */
function Sample({ sample, inputs, target, classes, becomes_own }) {
  const amend = (/** @type {number | null} */ column, /** @type {number} */ value, /** @type {number} */ hold) => edit({ kind: "amend", sample, column, value, grip: hold });
  const options = Array.from({ length: classes }, (_, k) => [String(k), String(className(k))]);
  return html`<h3>${words.amend}</h3>
    <div class="numbers" role="group" aria-label=${words.amend} key=${sample}>
      ${inputs.map(([name, value], column) => html`<${Editable} key=${column} name=${`input-${column}`} label=${shortened(name)} value=${value} stride=${STRIDE} hint=${hints.editInput} edit=${(/** @type {number} */ to, /** @type {number} */ hold) => amend(column, to, hold)} />`)}
      ${classes
        ? html`<${Choice} name="editTarget" label=${words.truth} value=${String(target)} options=${options} set=${(/** @type {string} */ to) => amend(null, Number(to), grip())} />`
        : html`<${Editable} name="target-value" label=${words.truth} value=${target} stride=${STRIDE} hint=${hints.editTarget} edit=${(/** @type {number} */ to, /** @type {number} */ hold) => amend(null, to, hold)} />`}
    </div>
    <p class="hint">${becomes_own ? words.amendBecomesOwn : words.amendKeeps}</p>`;
}

/**
 * A number that is edited as it is typed, and by the arrow keys; from focus to blur is one grip.
 * @param {{name: string, label: string, isChosen?: boolean, value: number, stride: number, hint: string, edit: (to: number, hold: number) => void}} props
 */
function Editable({ name, label, isChosen = false, value, stride, hint, edit: set }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const hold = useRef(0);
  const [fault, setFault] = useState("");
  const shown = String(Number(value.toPrecision(PRECISION)));
  const show = () => {
    if (input.current && document.activeElement !== input.current) input.current.value = shown;
  };
  useEffect(show);
  const check = (/** @type {any} */ { currentTarget: { value: text, validity } }) => {
    if (text === "" || !validity.valid) setFault(expected({ text, isEmpty: !validity.badInput, min: -LARGEST, max: LARGEST }));
  };
  const type = (/** @type {any} */ { currentTarget }) => {
    setFault("");
    if (currentTarget.value !== "" && currentTarget.validity.valid) set(currentTarget.valueAsNumber, hold.current);
  };
  const step = (/** @type {any} */ event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[/** @type {string} */ (event.key)];
    if (by === undefined) return;
    event.preventDefault();
    const from = event.currentTarget.value === "" ? value : event.currentTarget.valueAsNumber;
    const next = Math.min(LARGEST, Math.max(-LARGEST, Number((from + by * stride).toPrecision(PRECISION))));
    event.currentTarget.value = String(next);
    set(next, hold.current);
  };
  return html`<${Field} name=${name} label=${label} hint=${hint}>
    <input ref=${input} name=${name} type="number" step="any" min=${-LARGEST} max=${LARGEST} aria-current=${isChosen ? "true" : null}
      onFocus=${() => (hold.current = grip())} onInput=${type} onChange=${check} onKeyDown=${step} onBlur=${() => setTimeout(show)} />
  <//>${fault && html`<${Fault}>${fault} ${words.stays.replace("{value}", shown)}<//>`}`;
}
