/** The views under the network, one at a time. */

import { computed, signal } from "../vendor/signals.js";
import { html } from "../html.js";
import { view } from "../plane.js";
import { hints, words } from "../words.js";
import { isOpen, open } from "../glass.js";
import { Code } from "../views/code.js";
import { Gallery } from "../views/images/gallery.js";
import { Kernel } from "../views/images/kernel.js";
import { areImages } from "../views/images/shown.js";
import { Doctor } from "../views/doctor.js";
import { Layers } from "../views/layers.js";
import { Confusion, Samples } from "../views/tables.js";

/** @type {Record<string, () => any>} */
const TABS = { doctor: Doctor, layers: Layers, confusion: Confusion, samples: Samples, code: Code };

/** Those of images come before the others. @type {Record<string, () => any>} */
const OF_IMAGES = { images: Gallery, kernel: Kernel, ...TABS };

const tabs = computed(() => (areImages.value ? OF_IMAGES : TABS));
const names = computed(() => Object.keys(tabs.value));

const chosen = signal(/** @type {string | null} */ (null));

/** The one that was chosen, if it is there; else the first. */
const tab = computed(() => (chosen.value !== null && chosen.value in tabs.value ? chosen.value : names.value[0]));

/** @param {string} name */
export function choose(name) {
  chosen.value = name;
  view.value = { ...view.value, samples: name === "samples" || name === "confusion" };
}

/**
 * The tab that an arrow key leads to; null for any other key.
 * @param {KeyboardEvent} event
 * @param {string[]} names
 * @param {string} now
 */
export function walked({ key }, names, now) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
  return by === undefined ? null : /** @type {string} */ (names.at((names.indexOf(now) + by) % names.length));
}

/** @param {KeyboardEvent} event */
function walk(event) {
  const next = walked(event, names.value, tab.value);
  if (next === null) return;
  choose(next);
  document.getElementById(`tab-${next}`)?.focus();
}

export function Tabs() {
  const Shown = tabs.value[tab.value];
  return html`
    <div class="tabs">
      <div role="tablist" aria-label=${words.views} onKeyDown=${walk}>
        ${names.value.map((name) => html`<button key=${name} role="tab" id=${`tab-${name}`} tabindex=${tab.value === name ? 0 : -1} aria-controls="panel" aria-selected=${tab.value === name} data-hint=${hints[name]} onClick=${() => choose(name)}>${words[name]}</button>`)}
      </div>
      ${!isOpen.value && html`<button data-hint=${hints.inside} onClick=${() => open()}>${words.inside}</button>`}
    </div>
    <div role="tabpanel" id="panel" tabindex="0" aria-labelledby=${`tab-${tab.value}`}><${Shown} /></div>
  `;
}
