/** Figures to take along: the network, the answer and the curves, as SVG, or as PNG in twice its size. */

import { course, download, frame, state } from "./run.js";
import { CLASSES, css, ofRange } from "./colours.js";
import { acrossOf, upOf, window } from "./plane.js";
import { words } from "./words.js";
import { range } from "./views/answer.js";
import { powers, short, ticks } from "./views/axes.js";
import { drawable } from "./views/chart.js";
import { isLogarithmic } from "./views/curves.js";
import { shortened } from "./views/names.js";
import { imagePicture, unitPicture } from "./views/network.js";
import { lineOf, widthOf } from "./views/shapes.js";
import { areImages } from "./views/images/shown.js";
import { box, present } from "./views/present.js";

/** @typedef {{width: number, height: number, parts: string[]}} Figure */

const BLUE = css(CLASSES[0]);
const ORANGE = css(CLASSES[1]);

/** @returns {Figure | null} */
function network() {
  const [now, shown] = [present.value, frame.value];
  if (!now || !shown) return null;
  const { size, at, edges, parts } = now;
  const lines = edges.map((each, k) => `<path d="${lineOf(each)}" fill="none" stroke="${parts.edges[k] < 0 ? BLUE : ORANGE}" stroke-opacity="${(0.25 + 0.75 * Math.abs(parts.edges[k])).toFixed(2)}" stroke-width="${widthOf(parts.edges[k]).toFixed(2)}"/>`);
  const units = at.slice(1).flat().map(({ x, y }, unit) => picture(unitPicture(shown, unit).toDataURL(), x - size / 2, y - size / 2, size));
  const inputs = at[0].map(({ x, y }, input) => shown.arrays.image ? picture(imagePicture(shown).toDataURL(), x - size, y - size / 2, size) : text(x - 6, y + 5, shortened(state.value.inputs[input]), "end"));
  return { ...box.value, parts: [...lines, ...units, ...inputs] };
}

/** The image that is shown, as it is painted, and the answer to it. */
function imageAnswer() {
  const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector(".picture canvas"));
  const now = frame.value?.head.image;
  if (!canvas || !now) return null;
  const bars = now.answers.flatMap((/** @type {number | null} */ each, /** @type {number} */ k) => {
    const [y, fill] = [12 + 24 * k, k === now.winner ? ORANGE : BLUE];
    return [text(276, y + 16, `${k}${k === now.truth ? " ✓" : ""}`, "start"), `<rect x="312" y="${y + 4}" width="${160 * Math.min(1, Math.max(0, each ?? 0))}" height="14" fill="${fill}"/>`, text(532, y + 16, each === null ? "–" : each.toFixed(3), "end")];
  });
  return { width: 544, height: 264, parts: [`<g style="image-rendering: pixelated">${picture(canvas.toDataURL(), 12, 12, 240)}</g>`, ...bars] };
}

/** @returns {Figure | null} */
function answer() {
  if (areImages.value) return imageAnswer();
  const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector(".plane canvas"));
  if (!canvas) return null;
  const [size, left, top] = [400, 44, 12];
  const { learnt, test, classes } = state.value;
  const [low, high] = range();
  const x = (/** @type {number} */ percent) => left + (size / 100) * percent;
  const y = (/** @type {number} */ percent) => top + (size / 100) * percent;
  const fill = (/** @type {number} */ target) => css(classes ? CLASSES[target] : ofRange((target - low) / (high - low || 1)));
  const dots = (/** @type {number[][]} */ points, /** @type {string} */ edge) => points.map(([x1, x2, target]) => `<circle cx="${x(acrossOf(x1))}" cy="${y(upOf(x2))}" r="5" fill="${fill(target)}" stroke="${edge}" stroke-width="1.5"/>`);
  const boundary = document.querySelector(".boundary path")?.getAttribute("d") ?? "";
  const { left: from, right: to, bottom, top: above } = window.value;
  const parts = [
    picture(canvas.toDataURL(), left, top, size),
    `<path d="${boundary}" transform="translate(${left} ${top}) scale(${size / 100})" fill="none" stroke="#111" stroke-width="0.5"/>`,
    ...dots(learnt, "#fff"), ...dots(test, "#111"),
    ...ticks(from, to).map((each) => text(x(acrossOf(each)), top + size + 18, short(each), "middle")),
    ...ticks(bottom, above).map((each) => text(left - 6, y(upOf(each)) + 5, short(each), "end")),
  ];
  return { width: left + size + 14, height: top + size + 28, parts };
}

/** @returns {Figure | null} */
function curves() {
  const [steps, loss, testLoss, accuracy, testAccuracy] = course.value;
  if (!steps?.length) return null;
  const { test, classes } = state.value;
  const held = test.length > 0;
  const first = panel(12, words.loss, steps, held ? [loss, testLoss] : [loss], isLogarithmic.value);
  const second = classes ? panel(232, words.accuracy, steps, held ? [accuracy, testAccuracy] : [accuracy], false) : [];
  return { width: 620, height: classes ? 440 : 220, parts: [...first, ...second] };
}

/**
 * A chart of 540 x 160 below its name.
 * @param {number} top
 * @param {string} name
 * @param {number[]} steps
 * @param {number[][]} columns
 * @param {boolean} logarithmic
 */
function panel(top, name, steps, columns, logarithmic) {
  const lines = columns.map((each) => drawable(each, logarithmic));
  const numbers = lines.flat().filter((each) => each !== null);
  if (!numbers.length) return [];
  const scale = logarithmic ? Math.log10 : (/** @type {number} */ each) => each;
  const [low, high, last] = [Math.min(...numbers), Math.max(...numbers), /** @type {number} */ (steps.at(-1)) || 1];
  const x = (/** @type {number} */ step) => 64 + (540 * step) / last;
  const y = (/** @type {number} */ value) => top + 182 - (160 * (scale(value) - scale(low))) / (scale(high) - scale(low) || 1);
  const path = (/** @type {(number | null)[]} */ line) => line.map((value, k) => (value === null ? "" : `${k === 0 || line[k - 1] === null ? "M" : "L"}${x(steps[k]).toFixed(1)} ${y(value).toFixed(1)}`)).join("");
  return [
    text(64, top + 12, `${name}: ${words.learnt}`, "start", BLUE),
    ...(lines.length > 1 ? [text(604, top + 12, words.heldOut, "end", ORANGE)] : []),
    ...(logarithmic ? powers(low, high) : ticks(low, high)).map((each) => `<path d="M64 ${y(each)}H604" stroke="#ddd"/>${text(58, y(each) + 5, short(each), "end")}`),
    ...ticks(0, last).map((each) => text(x(each), top + 200, short(each), "middle")),
    ...lines.map((line, k) => `<path d="${path(line)}" fill="none" stroke="${k ? ORANGE : BLUE}" stroke-width="1.5"${k ? ' stroke-dasharray="6 4"' : ""}/>`),
  ];
}

/**
 * @param {string} address
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
function picture(address, x, y, size) {
  return `<image href="${address}" x="${x}" y="${y}" width="${size}" height="${size}"/><rect x="${x}" y="${y}" width="${size}" height="${size}" fill="none" stroke="#555"/>`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} shown
 * @param {string} anchor
 */
function text(x, y, shown, anchor, fill = "#1b1b1b") {
  const safe = shown.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${safe}</text>`;
}

/** The figures by the names of their words. */
export const FIGURES = { network, answer, course: curves };

/**
 * Hand a figure to the reader.
 * @param {string} name
 * @param {string} kind "svg" or "png"
 */
export async function saveFigure(name, kind) {
  const figure = FIGURES[/** @type {keyof typeof FIGURES} */ (name)]();
  if (!figure) return;
  const { width, height, parts } = figure;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14"><rect width="100%" height="100%" fill="#fff"/>${parts.join("")}</svg>`;
  const file = `${name}.${kind}`;
  if (kind === "svg") return download({ name: file, text: svg });
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  download({ name: file, base64: canvas.toDataURL("image/png").split(",")[1] });
}
