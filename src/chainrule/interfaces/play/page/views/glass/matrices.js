/** A layer's whole step in matrices: what one points at lights what meets in it, what one clicks is followed. */

import { html, useEffect, useRef } from "../../html.js";
import { ask, asked, glass } from "../../glass.js";
import { Said } from "../../said.js";
import { words } from "../../words.js";
import { drawnAsOne } from "../present.js";
import { Formula } from "./formula.js";

/** @typedef {{equation: number, row: number, column: number}} Entry of the matrix that an equation makes, from 0 */

export function Matrices() {
  const { matrices } = glass.value;
  if (!matrices) return null;
  if (matrices.sentence) return html`<p class="hint"><${Said} text=${matrices.sentence} /></p>`;
  return html`<h3><${Said} text=${matrices.title} /></h3><p class="hint">${words.clickEntry}</p><${Equations} ...${matrices} />`;
}

/**
 * The equations as the library writes them.
 * @param {{html: string, of: import("../../glass.js").Chosen, samples: number[]}} props
 */
function Equations({ html: text, of, samples }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const pointed = useRef(/** @type {Entry | null} */ (null));
  useEffect(() => light(/** @type {HTMLDivElement} */ (place.current), pointed.current), [text]);
  const point = (/** @type {PointerEvent} */ event) => {
    pointed.current = entryAt(event);
    light(/** @type {HTMLElement} */ (event.currentTarget), pointed.current);
  };
  const leave = (/** @type {PointerEvent} */ event) => {
    pointed.current = null;
    light(/** @type {HTMLElement} */ (event.currentTarget), null);
  };
  const pick = (/** @type {MouseEvent} */ event) => {
    const entry = entryAt(event);
    if (entry) follow(/** @type {HTMLElement} */ (event.currentTarget), entry, of, samples);
  };
  const walk = (/** @type {KeyboardEvent} */ event) => {
    const entry = walked(event);
    if (entry) follow(/** @type {HTMLElement} */ (event.currentTarget), entry, of, samples);
  };
  return html`<div ref=${place} class="derivation matrices" onPointerOver=${point} onPointerLeave=${leave} onClick=${pick} onKeyDown=${walk}><${Formula} text=${text} /></div>`;
}

/**
 * The entry of a result that an event is at.
 * @param {Event} event
 * @returns {Entry | null}
 */
function entryAt(event) {
  const cell = /** @type {Element} */ (event.target).closest('[data-lights="result"] [data-row]');
  const equation = cell?.closest(".of-matrices");
  if (!cell || !equation) return null;
  const all = [.../** @type {Element} */ (event.currentTarget).querySelectorAll(".of-matrices")];
  return { equation: all.indexOf(equation), ...placeOf(cell) };
}

/** @param {Element} cell */
function placeOf(cell) {
  return { row: Number(cell.getAttribute("data-row")), column: Number(cell.getAttribute("data-column")) };
}

/**
 * Light what meets in an entry: a row here, a column there.
 * @param {HTMLElement} whole
 * @param {Entry | null} entry
 */
function light(whole, entry) {
  for (const each of whole.querySelectorAll(".pointed")) each.classList.remove("pointed");
  if (entry === null) return;
  const equation = whole.querySelectorAll(".of-matrices")[entry.equation];
  const { row, column } = entry;
  const which = /** @type {Record<string, string>} */ ({ row: `[data-row="${row}"]`, column: `[data-column="${column}"]` });
  for (const each of equation?.querySelectorAll(".matrix") ?? []) {
    const lit = which[each.getAttribute("data-lights") ?? ""] ?? which.row + which.column;
    for (const cell of each.querySelectorAll(`mtd${lit}`)) cell.classList.add("pointed");
  }
}

/**
 * Follow the weight, or the unit's sample, that an entry is of; of feature maps columns are all samples of one place, then
 * of the next.
 * @param {HTMLElement} whole
 * @param {Entry} entry
 * @param {import("../../glass.js").Chosen} of
 * @param {number[]} samples
 */
function follow(whole, { equation, row, column }, of, samples) {
  const picks = whole.querySelectorAll(".of-matrices")[equation].getAttribute("data-picks");
  const source = picks === "weight" ? column + 1 : of.source;
  const place = picks === "sample" ? Math.floor(column / samples.length) : 0;
  const unit = row * drawnAsOne(of.layer - 1).units + place + 1;
  ask({ chain: { layer: of.layer, unit, source }, sample: picks === "sample" ? samples[column % samples.length] : asked.value.sample });
}

/**
 * The entry beside the one that is followed, in the direction of an arrow key.
 * @param {KeyboardEvent} event
 * @returns {Entry | null}
 */
function walked(event) {
  const by = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] })[event.key];
  const product = /** @type {Element} */ (event.target).closest(".product");
  const equation = product?.closest(".of-matrices");
  if (!by || !product || !equation) return null;
  event.preventDefault();
  const cells = [...product.querySelectorAll('[data-lights="result"] [data-row]')].map(placeOf);
  const lit = product.querySelector('[data-lights="result"] .lit');
  if (!lit || !cells.length) return null;
  const from = placeOf(lit);
  const next = (/** @type {"row" | "column"} */ axis, /** @type {number} */ step) => {
    const places = [...new Set(cells.map((each) => each[axis]))];
    return places[Math.max(0, Math.min(places.length - 1, places.indexOf(from[axis]) + step))];
  };
  const all = [.../** @type {Element} */ (event.currentTarget).querySelectorAll(".of-matrices")];
  return { equation: all.indexOf(equation), row: next("row", by[0]), column: next("column", by[1]) };
}
