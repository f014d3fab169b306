/** The losses and accuracies over time. */

import uPlot from "../vendor/uplot.js";
import { html, useEffect, useRef } from "../html.js";
import { course } from "../run.js";

export function Curves() {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const columns = course.value;
  useEffect(() => {
    if (!place.current) return;
    plot.current ??= new uPlot(options(place.current.clientWidth), [[], [], []], place.current);
    if (columns.length) plot.current.setData([columns[0], columns[1], columns[2]]);
  });
  return html`<div class="curve" ref=${place} />`;
}

/** @param {number} width */
function options(width) {
  return {
    width,
    height: 200,
    scales: { x: { time: false }, y: { distr: 3 } },
    series: [{ label: "step" }, { label: "loss", stroke: "rgb(0 114 178)" }, { label: "test", stroke: "rgb(213 94 0)", dash: [6, 4] }],
  };
}
