/** Tables: which classes are taken for which, and the samples, worst first. */

import { html, useEffect, useRef } from "../html.js";
import { calmFrame, state } from "../run.js";
import { view } from "../plane.js";
import { hints, words } from "../words.js";
import { Term } from "../hints.js";
import { CLASSES, css } from "../colours.js";
import { short } from "./axes.js";
import { axisNames, className } from "./names.js";
import { areImages, showImage } from "./images/shown.js";
import { Thumbnail } from "./images/thumbnail.js";
import { follow } from "./glass/followed.js";
import { pointAt } from "./reading.js";

const MOST = 100;

export function Confusion() {
  const table = /** @type {number[][] | undefined} */ (calmFrame.value?.head.confusion);
  if (state.value.classes === 0) return html`<p class="hint">${words.noClasses}</p>`;
  if (!table || table.length !== state.value.classes) return null;
  const most = Math.max(...table.flat(), 1);
  return html`<table class="confusion">
    <caption>${words.confusionTitle}</caption>
    <thead><tr><th scope="col">${words.truth} \\ ${words.answered}</th>${table.map((_, k) => html`<th scope="col" key=${k}>${named(k)}</th>`)}</tr></thead>
    <tbody>${table.map((row, k) => html`<tr key=${k}><th scope="row">${named(k)}</th>${row.map((count, j) => html`<td key=${j} style=${{ background: shade(count / most, j === k) }}>${count}</td>`)}</tr>`)}</tbody>
  </table>`;
}

/**
 * A class with its colour.
 * @param {number} k
 */
function named(k) {
  return areImages.value ? k : html`<i class="class" style=${{ background: css(CLASSES[k]) }} />${className(k)}`;
}

/**
 * @param {number} part
 * @param {boolean} isRight
 */
function shade(part, isRight) {
  return `rgb(var(${isRight ? "--blue" : "--orange"}) / ${0.35 * part})`;
}

export function Samples() {
  const body = useRef(/** @type {HTMLElement | null} */ (null));
  const { arrays } = calmFrame.value ?? { arrays: /** @type {Record<string, any>} */ ({}) };
  const { learnt, classes } = state.value;
  const { sample } = view.value;
  useEffect(() => {
    const row = body.current?.querySelector(".pointed");
    if (row && !body.current?.matches(":hover, :focus-within")) row.scrollIntoView({ block: "nearest" });
  }, [sample]);
  if (!arrays.losses || arrays.losses.shape[0] !== learnt.length) return null;
  const losses = arrays.losses.data;
  const [, outputs] = arrays.answers.shape;
  const order = Array.from(losses, (_, k) => k).sort((a, b) => losses[b] - losses[a]).filter((k, place) => place < MOST || k === sample);
  return html`<table class="samples">
    <caption><${Term} hint=${hints.samples}>${words.samplesTitle}<//></caption>
    <thead><tr>${(areImages.value ? [words.image] : axisNames()).map((each, k) => html`<th scope="col" key=${k}>${each}</th>`)}${["truth", "answered", "sampleLoss"].map((each) => html`<th scope="col" key=${each}><${Term} hint=${hints[each]}>${words[each]}<//></th>`)}</tr></thead>
    <tbody ref=${body} onKeyDown=${walk} onPointerLeave=${() => pointAt(null)}>${order.map((k, place) => html`<tr key=${k} class=${k === sample ? "pointed" : ""} tabindex=${place === 0 ? 0 : -1} onPointerEnter=${() => pointAt(k)} onPointerDown=${() => pointAt(k)} onFocus=${() => pointAt(k)} onBlur=${() => pointAt(null)} onClick=${() => (areImages.value ? showImage(k) : follow(k))}>
      ${areImages.value ? html`<td><${Thumbnail} sample=${k} /></td>` : html`<td>${short(learnt[k][0])}</td><td>${short(learnt[k][1])}</td>`}<td>${classes ? named(learnt[k][2]) : short(learnt[k][2])}</td>
      <td>${areImages.value ? `${arrays.answered?.data[k]}: ${Number(arrays.answers.data[k * outputs + Number(arrays.answered?.data[k])]).toFixed(3)}` : Array.from(arrays.answers.data.subarray(k * outputs, (k + 1) * outputs), (each) => Number(each).toFixed(3)).join("  ")}</td>
      <td>${short(losses[k])}</td>
    </tr>`)}</tbody>
  </table>`;
}

/**
 * The arrow keys go from row to row.
 * @param {KeyboardEvent} event
 */
function walk(event) {
  const row = document.activeElement?.closest("tr");
  if (event.key === "Enter") row?.click();
  const next = { ArrowUp: row?.previousElementSibling, ArrowDown: row?.nextElementSibling }[event.key];
  if (!(next instanceof HTMLElement)) return;
  next.focus();
  event.preventDefault();
}
