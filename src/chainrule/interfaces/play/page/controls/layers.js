/** The hidden layers: more and fewer, and what each of them is. */

import { html } from "../html.js";
import { catalogue, change, scene } from "../run.js";
import { hints, words } from "../words.js";
import { Term } from "../hints.js";
import { Choice, Quantity, Switch, named } from "./fields.js";

/** @typedef {{units: number, activation: string, batch_norm: boolean, dropout: number}} Hidden */

/** @param {Hidden[]} hidden */
function set(hidden) {
  change({ hidden });
}

/** Add and remove layers. */
export function Depth() {
  const { hidden, is_given } = scene.value;
  if (is_given) return html`<p class="hint">${words.layersGiven}</p>`;
  const most = catalogue.value.most.layers;
  const last = hidden.at(-1) ?? { units: 4, activation: "sigmoid", batch_norm: false, dropout: 0 };
  return html`<div class="depth">
    <button disabled=${hidden.length === 0} aria-label=${words.removeLayer} data-hint=${hints.removeLayer} onClick=${() => set(hidden.slice(0, -1))}>−</button>
    <${Term} hint=${hints.layers}>${words.layers}: ${hidden.length}<//>
    <button disabled=${hidden.length === most} aria-label=${words.addLayer} data-hint=${hints.addLayer} onClick=${() => set([...hidden, last])}>+</button>
  </div>`;
}

/**
 * A hidden layer's settings, under its units in the drawing.
 * @param {{number: number}} props counted from 0
 */
export function HiddenLayer({ number }) {
  const { hidden } = scene.value;
  const layer = /** @type {Hidden} */ (hidden[number]);
  const most = catalogue.value.most.units;
  const put = (/** @type {Partial<Hidden>} */ parts) => set(hidden.map((/** @type {Hidden} */ each, /** @type {number} */ k) => (k === number ? { ...each, ...parts } : each)));
  const name = `${words.layer} ${number + 1}`;
  return html`<div class="hidden" role="group" aria-label=${name}>
    <div class="units">
      <button disabled=${layer.units === 1} aria-label=${`${name}: ${words.removeUnit}`} data-hint=${hints.removeUnit} onClick=${() => put({ units: layer.units - 1 })}>−</button>
      <span>${layer.units}</span>
      <button disabled=${layer.units === most} aria-label=${`${name}: ${words.addUnit}`} data-hint=${hints.addUnit} onClick=${() => put({ units: layer.units + 1 })}>+</button>
    </div>
    <details>
      <summary aria-label=${`${name}: ${words.activation} ${named(layer.activation)}`}>${named(layer.activation)}${layer.batch_norm ? " + BN" : ""}${layer.dropout ? " + DO" : ""}</summary>
      <div class="popup">
        <${Choice} name="activation" anew value=${layer.activation} options=${catalogue.value.activations.map((/** @type {string} */ each) => [each, named(each)])} set=${(/** @type {string} */ activation) => put({ activation })} />
        <${Switch} name="batchNorm" anew value=${layer.batch_norm} set=${(/** @type {boolean} */ batch_norm) => put({ batch_norm })} />
        <${Quantity} name="dropout" anew min=${0} max=${0.9} value=${layer.dropout} usual=${[0, 0.1, 0.2, 0.5]} set=${(/** @type {number} */ dropout) => put({ dropout })} />
      </div>
    </details>
  </div>`;
}
