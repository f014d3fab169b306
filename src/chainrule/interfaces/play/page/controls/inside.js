/** The glass box beside the drawing: a tab for each of its parts, and the sample that is followed. */

import { html, useEffect, useRef } from "../html.js";
import { ask, asked, close, isInSight, isOpen, open, part } from "../glass.js";
import { hints, words } from "../words.js";
import { Chain } from "../views/glass/chain.js";
import { walked } from "./tabs.js";

/**
 * The parts by their names, which are also those of their words, of what `ask` takes, and of their answers in `glass`.
 * @type {Record<string, () => any>}
 */
const PARTS = { chain: Chain };
const NAMES = Object.keys(PARTS);

/** The button that opens and closes the glass box. */
export function Inside() {
  return html`<button aria-pressed=${isOpen.value} data-hint=${hints.inside} onClick=${() => (isOpen.value ? close() : open())}>${words.inside}</button>`;
}

export function GlassBox() {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const watch = new IntersectionObserver(([{ isIntersecting }]) => (isInSight.value = isIntersecting));
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

/** The sample that is followed, and the way back to the one that the step itself suggests. */
function Sample() {
  const { sample } = asked.value;
  return html`<span class="followed" data-hint=${hints.followed}>
    ${sample === null ? words.largestShare : html`${words.sample} ${sample} <button class="short" aria-label=${words.followLargest} onClick=${() => ask({ sample: null })}>×</button>`}
  </span>`;
}
