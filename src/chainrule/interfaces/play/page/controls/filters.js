/** The convolutional layers of images: more and fewer, and what each of them is. */

import { html } from "../html.js";
import { catalogue, change, scene } from "../run.js";
import { hints, words } from "../words.js";
import { Choice, Quantity, Switch, named } from "./fields.js";
import { Term } from "../hints.js";

/** @typedef {{units: number, kernel: number, activation: string, pool: boolean}} Filters */

/** @param {Filters[]} filters */
function set(filters) {
  change({ filters });
}

/** Add and remove convolutional layers. */
export function Convolutions() {
  /** @type {{filters: Filters[]}} */
  const { filters } = scene.value;
  const next = { units: 6, kernel: 3, activation: "relu", pool: false };
  return html`<div class="depth">
    <button disabled=${filters.length === 0} aria-label=${words.removeFilters} data-hint=${hints.removeFilters} onClick=${() => set(filters.slice(0, -1))}>−</button>
    <${Term} hint=${hints.convolutions}>${words.convolutions}: ${filters.length}<//>
    <button disabled=${filters.length === catalogue.value.most.convolutions} aria-label=${words.addFilters} data-hint=${hints.addFilters} onClick=${() => set([...filters, next])}>+</button>
  </div>`;
}

/**
 * A convolutional layer's settings, under its feature maps in the drawing.
 * @param {{number: number}} props counted from 0
 */
export function FilterLayer({ number }) {
  const layer = /** @type {Filters} */ (scene.value.filters[number]);
  const most = catalogue.value.most.filters;
  const put = (/** @type {Partial<Filters>} */ parts) => set(scene.value.filters.map((/** @type {Filters} */ each, /** @type {number} */ k) => (k === number ? { ...each, ...parts } : each)));
  const name = `${words.convolution} ${number + 1}`;
  const said = `${layer.kernel} × ${layer.kernel}, ${named(layer.activation)}${layer.pool ? `, ${words.pooled}` : ""}`;
  return html`<div class="hidden" role="group" aria-label=${name}>
    <div class="units">
      <button disabled=${layer.units === 1} aria-label=${`${name}: ${words.removeFilter}`} data-hint=${hints.removeFilter} onClick=${() => put({ units: layer.units - 1 })}>−</button>
      <span>${layer.units}</span>
      <button disabled=${layer.units === most} aria-label=${`${name}: ${words.addFilter}`} data-hint=${hints.addFilter} onClick=${() => put({ units: layer.units + 1 })}>+</button>
    </div>
    <details>
      <summary aria-label=${`${name}: ${words.kernel} ${said}`}>${said}</summary>
      <div class="popup">
        <${Quantity} name="kernelSide" anew whole min=${1} max=${5} value=${layer.kernel} set=${(/** @type {number} */ kernel) => put({ kernel })} />
        <${Choice} name="activation" anew value=${layer.activation} options=${catalogue.value.activations.map((/** @type {string} */ each) => [each, named(each)])} set=${(/** @type {string} */ activation) => put({ activation })} />
        <${Switch} name="pool" anew value=${layer.pool} set=${(/** @type {boolean} */ pool) => put({ pool })} />
      </div>
    </details>
  </div>`;
}
