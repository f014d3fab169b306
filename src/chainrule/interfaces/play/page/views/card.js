/** What one points at in the network, in full: a unit with its map, its range and its weights; or a weight. */

import { html, useEffect, useRef } from "../html.js";
import { frame, state } from "../run.js";
import { words } from "../words.js";
import { ofUnits, said, useVerdicts, verdicts } from "./glass/verdicts.js";
import { short } from "./axes.js";
import { Weights } from "./images/weights.js";
import { areImages } from "./images/shown.js";
import { inputName, sourceOf } from "./names.js";
import { unitPicture } from "./network.js";
import { box, nameOf, pointed, present } from "./present.js";

const MOST_WEIGHTS = 16;

export function Card() {
  const at = pointed.value;
  const now = at && present.value; // where nothing is pointed at, frames go by
  if (at === null || now === null || !now.at[at.layer + 1]?.[at.unit]) return null;
  const side = now.at[at.layer + 1][at.unit].x > box.value.width / 2 ? "left" : "right";
  return html`<div id="card" class=${`card ${side}`}>${at.kind === "unit" ? html`<${Unit} ...${at} />` : html`<${Weight} ...${at} />`}</div>`;
}

/** @param {{layer: number, unit: number}} props */
function Unit({ layer, unit }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const { layers } = state.value;
  const shown = /** @type {import("../frame.js").Frame} */ (frame.value);
  const { arrays, head } = shown;
  const number = layers.slice(0, layer).reduce((/** @type {number} */ sum, /** @type {import("./shapes.js").Layer} */ each) => sum + each.units, 0) + unit;
  const { inputs, row } = layers[layer];
  const [low, high] = arrays.ranges.data.subarray(2 * number, 2 * number + 2);
  const idle = [null, words.saturated, words.dead][arrays.idle.data[number]];
  const isDelta = head.units === "delta";
  useVerdicts("deltas", isDelta);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) context.drawImage(unitPicture(shown, number), 0, 0, 132, 132);
  });
  return html`
    <strong>${nameOf(layer)}, ${words.unit} ${unit + 1}</strong> ${idle && html`<mark>${idle}</mark>`}
    <canvas ref=${canvas} width="132" height="132" aria-hidden="true" />
    <p>${{ a: "a", z: "z", delta: "δ" }[/** @type {"a" | "z" | "delta"} */ (head.units)]} = ${short(low)} … ${short(high)}</p>
    ${isDelta && html`<${Verdict} verdict=${ofUnits.value?.verdicts[number]} />`}
    <dl>
      ${row > inputs && html`<div><dt>${words.oneBias}</dt><dd>${short(arrays.weight.data[place(layer, unit, inputs)])}</dd></div>`}
      ${!areImages.value && Array.from({ length: Math.min(inputs, MOST_WEIGHTS) }, (_, input) => html`<div key=${input}><dt>${sourceOf(layer, input)}</dt><dd>${short(arrays.weight.data[place(layer, unit, input)])}</dd></div>`)}
    </dl>
    ${areImages.value && html`<${Weights} layer=${layer} unit=${unit} />`}
  `;
}

/** @param {{layer: number, unit: number, input: number}} props */
function Weight({ layer, unit, input }) {
  const { arrays } = /** @type {import("../frame.js").Frame} */ (frame.value);
  const at = place(layer, unit, input);
  useVerdicts("marks", true);
  return html`
    <strong>${layer ? `${nameOf(layer - 1)}, ${words.unit} ${input + 1}` : inputName(input)} → ${nameOf(layer)}, ${words.unit} ${unit + 1}</strong>
    <dl class="one">${[["weight", words.oneWeight], ["gradient", words.oneGradient], ["change", words.oneChange]].map(([name, shown]) => html`<div key=${name}><dt>${shown}</dt><dd>${short(arrays[name].data[at])}</dd></div>`)}</dl>
    <${Verdict} verdict=${verdicts.value?.verdicts[at]} />
  `;
}

/**
 * A verdict in words, or its room.
 * @param {{verdict: string | undefined}} props
 */
function Verdict({ verdict }) {
  return html`<p class="verdict">${said(Number(verdict)) || "\u00a0"}</p>`;
}

/**
 * Where theta holds a weight, or after the last input the bias.
 * @param {number} layer
 * @param {number} unit
 * @param {number} input
 */
function place(layer, unit, input) {
  const { start, row } = state.value.layers[layer];
  return start + unit * row + input;
}
