/** The losses and accuracies over time. */

import { signal } from "../vendor/signals.js";
import { html } from "../html.js";
import { Term } from "../hints.js";
import { course, state } from "../run.js";
import { hints, words } from "../words.js";
import { Chart, drawable } from "./chart.js";
import { Switch } from "../controls/fields.js";

/** From 0 to 1, with room for a line at 1.
 * @type {[number, number]} */
const SHARES = [0, 1.04];

export const isLogarithmic = signal(true);

export function Curves() {
  const columns = course.value;
  if (!columns.length) return null;
  const [steps, loss, testLoss, accuracy, testAccuracy] = columns;
  const { test, classes } = state.value;
  const held = test.length > 0;
  const lines = [{ label: words.learnt, stroke: "--blue" }, ...(held ? [{ label: words.heldOut, stroke: "--orange", dash: [6, 4] }] : [])];
  const log = isLogarithmic.value;
  return html`
    <div class="bar"><h2><${Term} hint=${hints.loss}>${words.loss}<//></h2><${Switch} name="logarithmic" value=${log} set=${(/** @type {boolean} */ on) => (isLogarithmic.value = on)} /></div>
    <${Chart} label=${words.loss} lines=${lines} logarithmic=${log} height=${130} columns=${[steps, drawable(loss, log), ...(held ? [drawable(testLoss, log)] : [])]} />
    ${classes > 0 && html`
      <h2><${Term} hint=${hints.accuracy}>${words.accuracy}<//></h2>
      <${Chart} label=${words.accuracy} lines=${lines} range=${SHARES} height=${110} columns=${[steps, drawable(accuracy), ...(held ? [drawable(testAccuracy)] : [])]} />
    `}
  `;
}
