/** The image that is shown, in large; the answer to it, a bar for each class; and where the answer comes from. */

import { signal } from "../../vendor/signals.js";
import { html, useEffect, useRef } from "../../html.js";
import { frame, state } from "../../run.js";
import { Term } from "../../hints.js";
import { view } from "../../plane.js";
import { paintInk, paintSigns } from "../../pixels.js";
import { hints, words } from "../../words.js";
import { Choice } from "../../controls/fields.js";
import { short } from "../axes.js";
import { cell, erases, press, type } from "./pen.js";
import { showEmpty, showImage, side } from "./shown.js";

/** What is painted: the image itself, or where the answer comes from: the slopes, or these times the ink. */
const PAINTED = ["ink", "slopes", "shares"];
const painted = signal("ink");

export function ImageAnswer() {
  const now = frame.value?.head.image;
  if (!now) return null;
  const { drawing, image } = view.value;
  return html`<figure class="images">
    <div class="looked">
      <div class="picture">
        <${Picture} />
        <svg viewBox=${`0 0 ${side.value} ${side.value}`} role="application" tabindex="0" aria-label=${`${words.image}: ${words.keysToDraw}`} data-hint=${hints.image} onPointerDown=${press} onKeyDown=${type} onFocus=${() => (cell.value ??= { row: 0, column: 0 })} onBlur=${() => (cell.value = null)}>
          <${Marks} />
        </svg>
      </div>
      <${Bars} answers=${now.answers} winner=${now.winner} truth=${now.truth} />
    </div>
    <p class="said" role="status">${said(now)}</p>
    <div class="bar">
      <button data-hint=${hints.drawImage} onClick=${showEmpty}>${words.drawImage}</button>
      <button aria-pressed=${erases.value} onClick=${() => (erases.value = !erases.value)}>${words.eraser}</button>
      ${drawing !== null && html`<button data-hint=${hints.backToImages} onClick=${() => showImage(image)}>${words.backToImages}</button>`}
      <${Choice} name="painted" value=${painted.value} options=${PAINTED.map((each) => [each, words[each]])} set=${(/** @type {string} */ each) => (painted.value = each)} />
    </div>
    ${painted.value !== "ink" && html`<${Origin} largest=${now.largest?.[PAINTED.indexOf(painted.value) - 1]} winner=${now.winner} />`}
  </figure>`;
}

/**
 * Which image it is, and whether its answer is right.
 * @param {{truth: number | null, is_learnt: boolean, row: number, winner: number}} now
 */
function said({ truth, is_learnt, row, winner }) {
  if (truth === null) return words.ownDrawing.replace("{answer}", String(winner));
  const sentence = is_learnt ? words.learntImage : words.heldOutImage;
  return sentence.replace("{row}", String(row)).replace("{truth}", String(truth)).replace("{answer}", String(winner));
}

function Picture() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const shown = frame.value;
  const what = PAINTED.indexOf(painted.value) - 1;
  useEffect(() => {
    if (!canvas.current || !shown) return;
    const { image, relevance } = shown.arrays;
    const size = side.value ** 2;
    if (what < 0 || !relevance) paintInk(canvas.current, /** @type {Uint8Array} */ (image.data), side.value, state.value.ink);
    else paintSigns(canvas.current, /** @type {Uint8Array} */ (relevance.data.subarray(what * size, (what + 1) * size)), side.value);
  });
  return html`<canvas ref=${canvas} role="img" aria-label=${words[painted.value]} />`;
}

/** What a pixel of a feature map sees, and where the keyboard stands. */
function Marks() {
  const field = frame.value?.head.patch?.field;
  const at = cell.value;
  return html`
    ${field && html`<rect class="field" x=${field.column} y=${field.row} width=${field.side} height=${field.side} />`}
    ${at && html`<rect class="cell" x=${at.column} y=${at.row} width="1" height="1" />`}
  `;
}

/** @param {{answers: (number | null)[], winner: number, truth: number | null}} props */
function Bars({ answers, winner, truth }) {
  return html`<table class="bars">
    <caption><${Term} hint=${hints.answerOfImage}>${words.answer}<//></caption>
    <tbody>${answers.map((each, k) => html`<tr key=${k} class=${k === winner ? "winner" : ""}>
      <th scope="row">${k}${k === truth && html`<span class="truth" role="img" aria-label=${words.truth} title=${words.truth}>✓</span>`}</th>
      <td aria-hidden="true"><i style=${{ width: `${100 * Math.min(1, Math.max(0, each ?? 0))}%` }} /></td>
      <td>${each === null ? "–" : each.toFixed(3)}</td>
    </tr>`)}</tbody>
  </table>`;
}

/**
 * What the map of the answer's origin is.
 * @param {{largest: number | null | undefined, winner: number}} props
 */
function Origin({ largest, winner }) {
  if (largest === undefined) return html`<p class="hint">${words.noOrigin}</p>`;
  const end = largest === null ? "–" : short(largest);
  return html`<p class="hint">−${end} <i class="signs" /> ${end}: ${words[painted.value === "slopes" ? "whatSlopes" : "whatShares"].replaceAll("{digit}", String(winner))}</p>`;
}
