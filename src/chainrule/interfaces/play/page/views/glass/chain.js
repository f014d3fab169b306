/** The chain of a weight or of a unit, line by line, as it follows the run. Only the lines in sight are asked for. */

import { html, useEffect, useRef } from "../../html.js";
import { ask, asked, glass } from "../../glass.js";
import { state } from "../../run.js";
import { Said } from "../../said.js";
import { words } from "../../words.js";
import { Choice } from "../../controls/fields.js";
import { sourceOf } from "../names.js";
import { nameOf } from "../present.js";
import { Formula } from "./formula.js";
import { Mark, said } from "./verdicts.js";

/** How far outside of what is seen lines are asked for, and the most of them at once. */
const AROUND = "120px";
const MOST = 60;

/** @typedef {{title: string, note: string | null, first: number, end: number, lines: Record<string, string>, marks: Record<string, number>}} Section */

export function Chain() {
  const { chain } = glass.value;
  const chosen = asked.value.chain;
  if (chosen === null) return html`<p class="hint">${words.clickForChain}</p><${Chooser} />`;
  if (!chain) return null;
  if (chain.sentence) return html`<${Chooser} /><p class="hint"><${Said} text=${chain.sentence} /></p>`;
  return html`<${Chooser} /><div class="derivation chain" key=${JSON.stringify(chain.of)}>
    <h3><${Said} text=${chain.title} /></h3>
    <div class="proof">
      <${Formula} text=${chain.answer} />
      <${Proof} ...${chain} />
      ${chain.update.length > 0 && html`<${Update} rows=${chain.update} />`}
    </div>
    <${Sections} sections=${chain.sections} />
    <p class="hint"><${Said} text=${chain.lead} /></p>
  </div>`;
}

/**
 * What the chain is of, for the keyboard: a unit, its bias, or its weight from a unit before it.
 * @param {{of?: import("../../glass.js").Chosen | null}} props
 */
export function Chooser({ of: chosen = asked.value.chain }) {
  const { layers } = state.value;
  const { layer, unit, source } = chosen ?? { layer: 1, unit: 1, source: null };
  const [of, at] = [layers[Math.min(layer, layers.length) - 1], layer - 1];
  const choose = (/** @type {Partial<import("../../glass.js").Chosen>} */ parts) => ask({ chain: { layer, unit, source, ...parts } });
  const sources = [["", words.unitItself], ...(of.row > of.inputs ? [["bias", words.oneBias]] : []), ...counted(of.inputs, of.kernel, (input) => sourceOf(at, input))];
  return html`<div class="chooser" role="group" aria-label=${words.chainOf}>
    <${Choice} name="chainLayer" value=${String(layer)} options=${layers.map((/** @type {unknown} */ _, /** @type {number} */ k) => [String(k + 1), nameOf(k)])} set=${(/** @type {string} */ to) => choose({ layer: Number(to), unit: 1, source: null })} />
    <${Choice} name="chainUnit" value=${String(unit)} options=${counted(of.units, of.map, (k) => String(k + 1))} set=${(/** @type {string} */ to) => choose({ unit: Number(to) })} />
    <${Choice} name="chainSource" value=${String(source ?? "")} options=${sources} set=${(/** @type {string} */ from) => choose({ source: from === "" ? null : from === "bias" ? from : Number(from) })} />
  </div>`;
}

/**
 * Options for so many units, or for each place in so many maps, counted from 1.
 * @param {number} count
 * @param {number[] | undefined} sides of a map
 * @param {(k: number) => string} named
 * @returns {[string, string][]}
 */
function counted(count, sides, named) {
  const [rows, columns] = sides?.length ? sides : [1, 1];
  const size = rows * columns;
  return Array.from({ length: count * size }, (_, k) => {
    const name = named(Math.floor(k / size));
    return [String(k + 1), size === 1 ? name : `${name} (${Math.floor((k % size) / columns) + 1}, ${(k % columns) + 1})`];
  });
}

/**
 * The number, and by a difference of the loss; and what the sample has in it.
 * @param {{value: string | null, difference: string | null, error: string | null, share: string | null, sample: number, verdict: number}} props
 */
function Proof({ value, difference, error, share, sample, verdict }) {
  const rows = [[words.byChain, value], [words.byDifference, difference], [words.apart, error], ...(share === null ? [] : [[`${words.shareOf} ${sample}`, share]])];
  return html`<dl class="digits">${rows.map(([name, number], k) => html`<div key=${k}><dt>${name}</dt><dd><${Digits} number=${number} /></dd></div>`)}</dl><p class="verdict">${said(verdict)}</p>`;
}

/**
 * What the optimizer makes of it: the weight and what is kept, before the step and after it.
 * @param {{rows: {name: string, before: string, after: string}[]}} props
 */
function Update({ rows }) {
  return html`<table class="digits">
    <thead><tr><td /><th scope="col">${words.beforeStep}</th><th scope="col">${words.afterStep}</th></tr></thead>
    <tbody>${rows.map(({ name, before, after }, k) => html`<tr key=${k}><th scope="row"><${Formula} text=${name} /></th><td><${Digits} number=${before} /></td><td><${Digits} number=${after} /></td></tr>`)}</tbody>
  </table>`;
}

/**
 * A number with all its digits.
 * @param {{number: string | null}} props
 */
export function Digits({ number }) {
  return html`<${Formula} text=${number === null ? "–" : `<span>${number.replace("-", "−").replace("e−", "e-")}</span>`} />`;
}

/** @param {{sections: Section[]}} props */
function Sections({ sections }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const count = sections.at(-1)?.end ?? 0;
  useEffect(() => {
    const seen = /** @type {Set<number>} */ (new Set());
    const root = /** @type {HTMLElement} */ (place.current);
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](Number(/** @type {HTMLElement} */ (target).dataset.line));
      if (seen.size) look(Math.min(...seen), Math.max(...seen));
    }, { root: root.closest("[role=tabpanel]"), rootMargin: AROUND });
    for (const each of root.querySelectorAll("[data-line]")) watch.observe(each);
    return () => watch.disconnect();
  }, [count]);
  return html`<div ref=${place}>${sections.map(({ title, note, first, end, lines, marks }) => html`<div key=${title}>
    <h4><${Said} text=${title} /></h4>
    <${Formula} text=${note} />
    ${Array.from({ length: end - first }, (_, k) => html`<div key=${k} data-line=${first + k} class="line"><${Mark} verdict=${marks[first + k]} /><${Formula} text=${lines[first + k] ?? null} /></div>`)}
  </div>`)}</div>`;
}

/**
 * Ask for the lines from one to another.
 * @param {number} first
 * @param {number} last
 */
function look(first, last) {
  const { chain } = asked.peek();
  const lines = { first, count: Math.min(last - first + 1, MOST) };
  if (chain !== null && JSON.stringify(chain.lines) !== JSON.stringify(lines)) ask({ chain: { ...chain, lines } });
}
