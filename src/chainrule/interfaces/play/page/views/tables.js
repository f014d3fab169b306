/** Tables: which classes are taken for which, and the samples, worst first. */

import { html } from "../html.js";
import { frame, state } from "../run.js";
import { words } from "../words.js";
import { short } from "./chart.js";

const MOST = 100;

export function Confusion() {
  const table = /** @type {number[][] | undefined} */ (frame.value?.head.confusion);
  if (!table) return null;
  const most = Math.max(...table.flat(), 1);
  return html`<table class="confusion">
    <caption>${words.confusion} (${words.learnt})</caption>
    <thead><tr><th scope="col">${words.trueClass} \\ ${words.answered}</th>${table.map((_, k) => html`<th scope="col" key=${k}>${k}</th>`)}</tr></thead>
    <tbody>${table.map((row, k) => html`<tr key=${k}><th scope="row">${k}</th>${row.map((count, j) => html`<td key=${j} style=${{ background: shade(count / most, j === k) }}>${count}</td>`)}</tr>`)}</tbody>
  </table>`;
}

/**
 * @param {number} part
 * @param {boolean} isRight
 */
function shade(part, isRight) {
  return `rgb(${isRight ? "0 114 178" : "213 94 0"} / ${0.45 * part})`;
}

export function Samples() {
  const { arrays } = frame.value ?? { arrays: /** @type {Record<string, any>} */ ({}) };
  const { learnt } = state.value;
  if (!arrays.losses || arrays.losses.shape[0] !== learnt.length) return null;
  const losses = arrays.losses.data;
  const [, outputs] = arrays.answers.shape;
  const order = Array.from(losses, (_, k) => k).sort((a, b) => losses[b] - losses[a]).slice(0, MOST);
  return html`<table class="samples">
    <caption>${words.samples}, ${words.worst}</caption>
    <thead><tr>${["x1", "x2", words.truth, words.answered, words.sampleLoss].map((each) => html`<th scope="col" key=${each}>${each}</th>`)}</tr></thead>
    <tbody>${order.map((k) => html`<tr key=${k}>
      <td>${short(learnt[k][0])}</td><td>${short(learnt[k][1])}</td><td>${short(learnt[k][2])}</td>
      <td>${Array.from(arrays.answers.data.subarray(k * outputs, (k + 1) * outputs), (each) => Number(each).toFixed(3)).join("  ")}</td>
      <td>${short(losses[k])}</td>
    </tr>`)}</tbody>
  </table>`;
}
