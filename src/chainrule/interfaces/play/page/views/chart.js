/** A chart over the steps: a plot of uPlot that lives as long as its place, and takes new numbers. */

import uPlot from "../vendor/uplot.js";
import { html, useEffect, useRef } from "../html.js";
import { look } from "../look.js";
import { words } from "../words.js";

/**
 * @typedef {{label: string, stroke?: string, fill?: string, dash?: number[], width?: number}} Line
 * @param {{lines: Line[], columns: (number | null)[][], logarithmic?: boolean, height: number, label: string, bands?: any[]}} props
 */
export function Chart({ lines, columns, logarithmic = false, height, label, bands }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const kind = JSON.stringify([lines, logarithmic, height, look.value]);
  const drawn = useRef("");
  useEffect(() => {
    const box = place.current;
    if (!box || columns.length !== lines.length + 1) return;
    if (drawn.current !== kind) {
      plot.current?.destroy();
      plot.current = new uPlot(options(box, lines, logarithmic, height, bands), columns, box);
      drawn.current = kind;
    } else {
      plot.current.setData(columns);
    }
    const latest = columns[0].length - 1;
    if (plot.current.cursor.idx == null && latest >= 0) plot.current.setLegend({ idx: latest });
  });
  useEffect(() => {
    const box = /** @type {HTMLDivElement} */ (place.current);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
      drawn.current = "";
    };
  }, []);
  return html`<div class="chart" ref=${place} role="img" aria-label=${label} />`;
}

/**
 * @param {HTMLElement} box
 * @param {Line[]} lines
 * @param {boolean} logarithmic
 * @param {number} height
 * @param {any[] | undefined} bands
 */
function options(box, lines, logarithmic, height, bands) {
  const style = getComputedStyle(box);
  const axis = { stroke: style.color, grid: { stroke: style.getPropertyValue("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const shown = (/** @type {any} */ _, /** @type {number | null} */ value) => (value == null ? "–" : short(value));
  return {
    width: box.clientWidth,
    height,
    bands,
    scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
    axes: [
      { ...axis, values: (/** @type {any} */ _, /** @type {number[]} */ values) => values.map((each) => (each == null ? "" : compact.format(each))) },
      { ...axis, size: 52, space: 26, grid: { ...axis.grid, filter: whole }, filter: whole, values: (/** @type {any} */ _, /** @type {number[]} */ values) => values.map((each) => (each == null ? "" : short(each))) },
    ],
    series: [{ label: words.steps, value: (/** @type {any} */ _, /** @type {number | null} */ value) => (value == null ? "" : value.toLocaleString("en")) }, ...lines.map((each) => ({ width: 1.5, points: { show: false }, spanGaps: true, value: shown, ...each }))],
  };
}

/**
 * Of a logarithmic axis the powers of ten alone, as many as there is room for; of another all lines.
 * @param {any} plot
 * @param {number[]} lines
 */
function whole(plot, lines) {
  if (plot.scales.y.distr !== 3) return lines;
  const powers = lines.filter((each) => Math.abs(Math.log10(each) - Math.round(Math.log10(each))) < 1e-9);
  const apart = Math.ceil(powers.length / 5);
  return lines.map((each) => (powers.includes(each) && Math.round(Math.log10(each)) % apart === 0 ? each : null));
}

const compact = new Intl.NumberFormat("en", { notation: "compact" });

/** @param {number} value */
export function short(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(size < 1 && size >= 1e-9 ? 1 : 0);
}

/**
 * Numbers as uPlot draws them: what isn't known, and on a logarithmic axis what is 0, is a gap.
 * @param {number[]} column
 * @param {boolean} logarithmic
 */
export function drawable(column, logarithmic = false) {
  return column.map((each) => (Number.isFinite(each) && (!logarithmic || each > 0) ? each : null));
}
