/** Each layer over time: how its activations and its gradients are spread, and which units learn nothing. */

import { html } from "../html.js";
import { course, state } from "../run.js";
import { hints, words } from "../words.js";
import { Term } from "../hints.js";
import { Chart, drawable } from "./chart.js";
import { nameOf } from "./present.js";

const FIRST = 5;
const QUANTILES = 5;
const PER_LAYER = 2 * QUANTILES + 2;

/** Lines at 5, 25, 50, 75 and 95 %, with bands between. */
const LINES = ["5 %", "25 %", "50 %", "75 %", "95 %"].map((label, k) => ({ label, stroke: "--blue", alpha: k === 2 ? 1 : 0.35, width: k === 2 ? 2 : 1 }));
/** @type {[number, number][]} */
const BANDS = [[2, 1], [3, 2], [4, 3], [5, 4]];

export function Layers() {
  const columns = course.value;
  const { layers } = state.value;
  if (columns.length !== FIRST + PER_LAYER * layers.length) return null;
  return html`<div class="layers">
    ${layers.map((/** @type {unknown} */ _, /** @type {number} */ k) => {
      const own = columns.slice(FIRST + PER_LAYER * k, FIRST + PER_LAYER * (k + 1));
      const [flat, dead] = own.slice(-2).map((each) => each.at(-1) ?? 0);
      const name = nameOf(k);
      return html`<section key=${k} aria-label=${name}>
        <h3>${name}
          ${flat > dead && html`<mark><${Term} hint=${hints.saturated}>${percent(flat - dead)} ${words.saturated}<//></mark>`}
          ${dead > 0 && html`<mark><${Term} hint=${hints.dead}>${percent(dead)} ${words.dead}<//></mark>`}
        </h3>
        <p><${Term} hint=${hints.activations}>${words.activations}<//></p>
        <${Chart} label=${`${name}: ${words.activations}`} lines=${LINES} bands=${BANDS} height=${110} columns=${[columns[0], ...own.slice(0, QUANTILES).map((each) => drawable(each))]} />
        <p><${Term} hint=${hints.gradients}>${words.gradients}<//></p>
        <${Chart} label=${`${name}: ${words.gradients}`} lines=${LINES} bands=${BANDS} logarithmic height=${110} columns=${[columns[0], ...own.slice(QUANTILES, 2 * QUANTILES).map((each) => drawable(each, true))]} />
      </section>`;
    })}
  </div>`;
}

/** @param {number} part */
function percent(part) {
  return `${Math.round(100 * part)} %`;
}
