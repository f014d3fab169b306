/** The chain of a weight or of a unit, line by line, as it follows the run. */

import { html, useEffect, useRef } from "../../html.js";
import { asked, glass } from "../../glass.js";
import { words } from "../../words.js";

export function Chain() {
  const { chain } = glass.value;
  if (asked.value.chain === null) return html`<p class="hint">${words.clickForChain}</p>`;
  if (!chain) return null;
  if (chain.sentence) return html`<p class="hint">${chain.sentence}</p>`;
  return html`<h3>${chain.title}</h3><p class="hint">${chain.lead}</p><${Lines} text=${chain.html} />`;
}

/**
 * Equations as the library writes them.
 * @param {{text: string}} props
 */
function Lines({ text }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    if (place.current) place.current.innerHTML = text;
  });
  return html`<div ref=${place} class="derivation" />`;
}
