/** The proof of a step: every layer's largest error, and whether back-propagation and the differences agree. */

import { html } from "../../html.js";
import { glass } from "../../glass.js";
import { Said } from "../../said.js";
import { count, words } from "../../words.js";
import { short } from "../axes.js";
import { AGREES, DIFFERS, KINK, said } from "./verdicts.js";

export function Proof() {
  const { proof } = glass.value;
  if (!proof) return null;
  if (proof.sentence) return html`<p class="hint"><${Said} text=${proof.sentence} /></p>`;
  const { last, done, now } = proof;
  if (!last) return html`<p>${words.proofUnderWay}</p><progress value=${done} aria-label=${words.proofUnderWay} />`;
  return html`<div class="proven">
    <h3>${words.proofOf} ${count(last.step)}</h3>
    <p>${last.layers.every((/** @type {{right: boolean}} */ each) => each.right) ? words.proofRight : words.proofWrong}</p>
    <table>
      <thead><tr>${[words.proofLayer, words.proofCount, words.proofError, words.proofKinks, words.proofVerdict].map((each) => html`<th key=${each} scope="col">${each}</th>`)}</tr></thead>
      <tbody>${last.layers.map((/** @type {any} */ each) => html`<tr key=${each.number}>
        <th scope="row">${each.number}: ${each.name}</th>
        <td>${count(each.parameters)}</td>
        <td>${each.error === null ? "–" : short(each.error)}</td>
        <td>${each.kinks}</td>
        <td>${said(each.right ? (each.kinks ? KINK : AGREES) : DIFFERS)}</td>
      </tr>`)}</tbody>
    </table>
    <p class="hint">${words.proofScale}</p>
    <p class="hint">${now ? "" : words.proofNotNow}</p>
  </div>`;
}
