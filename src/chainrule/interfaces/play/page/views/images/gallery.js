/** All images in a table, those that are misread marked; one of them is chosen by the pointer or by the keyboard. */

import { computed } from "../../vendor/signals.js";
import { html, useEffect, useRef } from "../../html.js";
import { calmFrame, state } from "../../run.js";
import { view } from "../../plane.js";
import { paintTable } from "../../pixels.js";
import { hints, words } from "../../words.js";
import { Term } from "../../hints.js";
import { images, showImage, side } from "./shown.js";

/** Whether the answer to each image is wrong, the learnt ones first. */
const isMisread = computed(() => {
  const answered = calmFrame.value?.arrays.answered?.data ?? [];
  /** @type {number[][]} */
  const all = [...state.value.learnt, ...state.value.test];
  return all.map(([, , truth], k) => answered[k] !== undefined && answered[k] !== truth);
});

export function Gallery() {
  const { learnt, test } = state.value;
  /** @type {number[][]} */
  const places = [...learnt, ...test];
  const [columns, rows] = [0, 1].map((axis) => Math.max(...places.map((each) => each[axis])) + 1);
  const at = (/** @type {number} */ column, /** @type {number} */ row) => places.findIndex(([x, y]) => x === column && y === row);
  const click = (/** @type {MouseEvent} */ { currentTarget, clientX, clientY }) => {
    const { left, top, width, height } = /** @type {Element} */ (currentTarget).getBoundingClientRect();
    const found = at(Math.floor(((clientX - left) / width) * columns), Math.floor(((clientY - top) / height) * rows));
    if (found >= 0) showImage(found);
  };
  const walk = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (by === undefined) return;
    const [column, row] = places[Math.min(view.value.image, places.length - 1)];
    const found = Math.abs(by) === 1 ? view.value.image + by : at(column, row + Math.sign(by));
    if (found >= 0 && found < places.length) showImage(found);
    event.preventDefault();
  };
  return html`<div class="gallery">
    <p><${Term} hint=${hints.images}>${words.images}<//>: ${learnt.length} ${words.learnt}, ${test.length} ${words.heldOut} <span><i class="missed" />${words.misread}: ${missed(0, learnt.length)} + ${missed(learnt.length, places.length)}</span></p>
    <div class="table" style=${{ aspectRatio: `${columns} / ${rows}` }}>
      <${Table} places=${places} columns=${columns} rows=${rows} />
      <svg viewBox=${`0 0 ${columns} ${rows}`} role="application" tabindex="0" aria-label=${`${words.images}: ${words.keysInImages}`} onClick=${click} onKeyDown=${walk}>
        <${Marks} places=${places} />
      </svg>
    </div>
  </div>`;
}

/**
 * How many images of these are misread.
 * @param {number} from
 * @param {number} to
 */
function missed(from, to) {
  return isMisread.value.slice(from, to).filter(Boolean).length;
}

/** @param {{places: number[][], columns: number, rows: number}} props */
function Table({ places, columns, rows }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const bytes = images.value;
  useEffect(() => {
    if (canvas.current) paintTable(canvas.current, bytes, side.value, state.value.ink, places, columns, rows);
  }, [bytes]);
  return html`<canvas ref=${canvas} aria-hidden="true" />`;
}

/** @param {{places: number[][]}} props */
function Marks({ places }) {
  const chosen = view.value.drawing === null ? places[view.value.image] : undefined;
  const missed = places.filter((_, k) => isMisread.value[k]);
  return html`
    <path class="missed" d=${missed.map(([x, y]) => `M${x + 0.06} ${y + 0.06}h.88v.88h-.88z`).join("")} />
    <path class="corner" d=${missed.map(([x, y]) => `M${x} ${y}h.45l-.45 .45z`).join("")} />
    ${chosen && html`<rect class="chosen" x=${chosen[0]} y=${chosen[1]} width="1" height="1" />`}
  `;
}
