/** A chart over the steps: a plot of uPlot that lives as long as its place, and takes new numbers. */

import uPlot from "../vendor/uplot.js";
import { html, useEffect, useRef } from "../html.js";
import { look } from "../look.js";
import { count, words } from "../words.js";
import { short } from "./axes.js";

/**
 * stroke: the name of a colour of the page.
 * @typedef {{label: string, stroke: string, alpha?: number, dash?: number[], width?: number}} Line
 * @param {{lines: Line[], columns: (number | null)[][], logarithmic?: boolean, range?: [number, number], height: number, label: string, bands?: [number, number][]}} props
 */
export function Chart({ lines, columns, logarithmic = false, range, height, label, bands }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const plot = useRef(/** @type {any} */ (null));
  const kind = JSON.stringify([lines, logarithmic, height, look.value]);
  const drawn = useRef("");
  useEffect(() => {
    const box = place.current;
    if (!box || columns.length !== lines.length + 1) return;
    if (drawn.current !== kind) {
      plot.current?.destroy();
      plot.current = new uPlot(options(box, lines, logarithmic, range, height, bands), columns, box);
      drawn.current = kind;
    } else {
      plot.current.setData(columns);
    }
    const latest = columns[0].findLastIndex((_, row) => columns.slice(1).some((each) => each[row] != null)); // not every step is measured
    queueMicrotask(() => {
      if (plot.current?.cursor.idx == null && latest >= 0) plot.current?.setLegend({ idx: latest }); // once it is drawn
    });
  });
  useEffect(() => {
    const box = /** @type {HTMLDivElement} */ (place.current);
    const watch = new ResizeObserver(() => plot.current?.setSize(sizeOf(box, height)));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
      drawn.current = "";
    };
  }, []);
  return html`<div class="chart" ref=${place} role="group" aria-label=${label} tabindex="0" onKeyDown=${(/** @type {KeyboardEvent} */ event) => walk(plot.current, event)} onBlur=${() => plot.current?.setCursor(AWAY)} />`;
}

/**
 * A chart is as wide as its place, and up to a quarter taller in a high window.
 * @param {HTMLElement} box
 * @param {number} height
 */
function sizeOf(box, height) {
  return { width: box.clientWidth, height: Math.round(height * Math.min(1.25, Math.max(1, innerHeight / 800))) };
}

const AWAY = { left: -10, top: -10 };

/**
 * The arrow keys move the cursor, a fiftieth of the course at once.
 * @param {any} plot
 * @param {KeyboardEvent} event
 */
function walk(plot, event) {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!plot || by === undefined) return;
  const steps = plot.data[0];
  const from = plot.cursor.idx ?? steps.length - 1;
  const next = Math.min(steps.length - 1, Math.max(0, from + by * Math.ceil(steps.length / 50)));
  plot.setCursor({ left: plot.valToPos(steps[next], "x"), top: 10 });
  event.preventDefault();
}

/**
 * A colour of the page by its name, as it looks now.
 * @param {CSSStyleDeclaration} style
 * @param {string} name
 * @param {number} alpha
 */
export function colour(style, name, alpha = 1) {
  return `rgb(${style.getPropertyValue(name)} / ${alpha})`;
}

/**
 * @param {HTMLElement} box
 * @param {Line[]} lines
 * @param {boolean} logarithmic
 * @param {[number, number] | undefined} range of the upright axis; without one, that of the numbers
 * @param {number} height
 * @param {[number, number][] | undefined} bands
 */
function options(box, lines, logarithmic, range, height, bands) {
  const style = getComputedStyle(box);
  const axis = { stroke: style.color, grid: { stroke: style.getPropertyValue("--grid"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const shown = (/** @type {any} */ _, /** @type {number | null} */ value) => (value == null ? "–" : short(value));
  return {
    ...sizeOf(box, height),
    padding: [6, 14, 0, 0],
    legend: { markers: { width: 2 } },
    bands: bands?.map((series) => ({ series, fill: colour(style, lines[0].stroke, 0.15) })),
    scales: { x: { time: false, range: reach }, y: { ...(logarithmic && { distr: 3 }), ...(range && { range }) } },
    axes: [
      { ...axis, size: 24, space: 64, incrs: WHOLE, values: (/** @type {any} */ _, /** @type {number[]} */ values) => stepped(values) },
      { ...axis, size: 50, space: 22, grid: { ...axis.grid, filter: whole }, filter: whole, values: (/** @type {any} */ _, /** @type {number[]} */ values) => values.map((each) => (each == null ? "" : short(each))) },
    ],
    series: [{ label: words.steps, value: (/** @type {any} */ _, /** @type {number | null} */ value) => (value == null ? "" : count(value)) }, ...lines.map((each) => ({ width: 1.5, points: { show: isAlone }, spanGaps: true, value: shown, ...each, stroke: colour(style, each.stroke, each.alpha) }))],
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

/** What lies between two lines of the steps' axis: whole steps. */
const WHOLE = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((each) => each * 10 ** power)).flat();

/**
 * The steps that are shown: ten at least.
 * @param {any} plot
 * @param {number} first
 * @param {number} last
 */
function reach(plot, first, last) {
  const from = isAlone(plot) ? plot.data[0][0] : first;
  return [from, isAlone(plot) ? from + 10 : Math.max(last, from + 10)];
}

/**
 * Whether there is one step alone: no line, but a point.
 * @param {any} plot
 */
function isAlone(plot) {
  return plot.data[0].length === 1;
}

/**
 * Steps in few characters, such as 20K, where these tell them apart; else as they are.
 * @param {number[]} steps
 */
function stepped(steps) {
  const written = [0, 1, 2].map((digits) => steps.map((each) => new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: digits }).format(each)));
  return written.find((all) => new Set(all).size === steps.length) ?? steps.map(count);
}

/**
 * Numbers as uPlot draws them: what isn't known, and on a logarithmic axis what is 0, is a gap.
 * @param {number[]} column
 * @param {boolean} logarithmic
 */
export function drawable(column, logarithmic = false) {
  return column.map((each) => (Number.isFinite(each) && (!logarithmic || each > 0) ? each : null));
}
