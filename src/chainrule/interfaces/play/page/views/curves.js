/** The losses and accuracies over time. */

import { signal } from "../vendor/signals.js";
import { html } from "../html.js";
import { course, state } from "../run.js";
import { words } from "../words.js";
import { Chart, drawable } from "./chart.js";
import { Switch } from "../controls/fields.js";

const isLogarithmic = signal(true);

const BLUE = "rgb(0 114 178)";
const ORANGE = "rgb(213 94 0)";

export function Curves() {
  const columns = course.value;
  if (!columns.length) return null;
  const [steps, loss, testLoss, accuracy, testAccuracy] = columns;
  const { test, classes } = state.value;
  const held = test.length > 0;
  const lines = [{ label: words.learnt, stroke: BLUE }, ...(held ? [{ label: words.heldOut, stroke: ORANGE, dash: [6, 4] }] : [])];
  const log = isLogarithmic.value;
  return html`
    <div class="bar"><h2>${words.loss}</h2><${Switch} name="logarithmic" value=${log} set=${(/** @type {boolean} */ on) => (isLogarithmic.value = on)} /></div>
    <${Chart} label=${words.loss} lines=${lines} logarithmic=${log} height=${130} columns=${[steps, drawable(loss, log), ...(held ? [drawable(testLoss, log)] : [])]} />
    ${classes > 0 && html`
      <h2>${words.accuracy}</h2>
      <${Chart} label=${words.accuracy} lines=${lines} height=${110} columns=${[steps, drawable(accuracy), ...(held ? [drawable(testAccuracy)] : [])]} />
    `}
  `;
}
