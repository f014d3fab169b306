/** The doctor's findings, with what to try as a button. */

import { html } from "../html.js";
import { findings, isAsked, send, state } from "../run.js";
import { Said } from "../said.js";
import { hints, words } from "../words.js";

export function ask() {
  isAsked.value = true;
  findings.value = null;
  send({ kind: "diagnose" });
}

export function Doctor() {
  const found = findings.value;
  return html`<div class="doctor">
    ${state.value.ended !== null && html`<p class="ended">${words.ended}<${Said} text=${state.value.ended} /></p>`}
    <button data-hint=${hints.doctor} onClick=${ask} disabled=${isAsked.value}>${isAsked.value ? words.asking : words.ask}</button>
    <div aria-live="polite">
      ${found === null && !isAsked.value && html`<p class="hint">${words.notAsked}</p>`}
      ${found?.length === 0 && html`<p>${words.healthy}</p>`}
      ${(found ?? []).map((each, k) => html`<article key=${k}>
        <h3><${Said} text=${each.illness} /></h3>
        <p><${Said} text=${each.sentence} /></p>
        <p><${Said} text=${each.advice} /> ${each.treatable && html`<button class="main" onClick=${() => treat(k)}>${words.try}</button>`}</p>
      </article>`)}
    </div>
  </div>`;
}

/** @param {number} finding */
function treat(finding) {
  send({ kind: "treat", finding });
  findings.value = null;
}
