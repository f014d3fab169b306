/** The glass box beside the drawing: a tab for each of its parts, and the sample that they are about. */

import { html, useEffect, useRef } from "../html.js";
import { ask, asked, close, isInSight, isOpen, open, part } from "../glass.js";
import { state } from "../run.js";
import { hints, words } from "../words.js";
import { Chain } from "../views/glass/chain.js";
import { Hand } from "../views/glass/hand.js";
import { Matrices } from "../views/glass/matrices.js";
import { Proof } from "../views/glass/proof.js";
import { Phases } from "../views/glass/phases.js";
import { Quantity } from "./fields.js";
import { walked } from "./tabs.js";

/**
 * The parts by their names, which are also those of their words, of what `ask` takes, and of their answers in `glass`.
 * @type {Record<string, () => any>}
 */
const PARTS = { chain: Chain, hand: Hand, phases: Phases, matrices: Matrices, proof: Proof };
const NAMES = Object.keys(PARTS);

export function GlassBox() {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const watch = new IntersectionObserver((entries) => (isInSight.value = entries.at(-1)?.isIntersecting ?? false));
    watch.observe(/** @type {HTMLElement} */ (place.current));
    return () => {
      watch.disconnect();
      isInSight.value = true;
    };
  }, []);
  const Shown = PARTS[part.value];
  const walk = (/** @type {KeyboardEvent} */ event) => {
    const next = walked(event, NAMES, part.value);
    if (next === null) return;
    open(next);
    document.getElementById(`part-${next}`)?.focus();
  };
  return html`<section ref=${place} class="glass" aria-label=${words.inside}>
    <div class="bar">
      <div role="tablist" aria-label=${words.inside} onKeyDown=${walk}>
        ${NAMES.map((name) => html`<button key=${name} role="tab" id=${`part-${name}`} tabindex=${part.value === name ? 0 : -1} aria-controls="part" aria-selected=${part.value === name} data-hint=${hints[name]} onClick=${() => open(name)}>${words[name]}</button>`)}
      </div>
      <${Sample} />
      <button class="short" aria-label=${words.close} onClick=${close}>×</button>
    </div>
    <div role="tabpanel" id="part" tabindex="0" aria-labelledby=${`part-${part.value}`}><${Shown} /></div>
  </section>`;
}

/** The sample that is followed; none: the one with the largest share of the number that is explained. */
function Sample() {
  const last = state.value.learnt.length - 1;
  return html`<${Quantity} name="followed" label=${words.sample} value=${asked.value.sample} min=${0} max=${last} whole empty=${words.largestShare} set=${(/** @type {number | null} */ sample) => ask({ sample })} />`;
}
