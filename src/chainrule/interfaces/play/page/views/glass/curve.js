/** The loss along a weight, with the tangent that its gradient is and the secant that checks it; the point can be dragged. */

import { signal } from "../../vendor/signals.js";
import { html, useEffect, useRef } from "../../html.js";
import { ask, asked } from "../../glass.js";
import { grip } from "../../edits.js";
import { words } from "../../words.js";
import { Choice } from "../../controls/fields.js";
import { labels, short, ticks } from "../axes.js";

const HEIGHT = 230;
const [LEFT, RIGHT, TOP, BOTTOM] = [66, 14, 10, 36];

/** Digits of a value that is dragged to, and of one that keys lead to. */
const [PRECISION, PRECISION_OF_KEYS] = [4, 12];

/** Milliseconds in which the answer to a key may come. */
const LATE = 400;

/** Strides at once, with the Page keys. */
const PAGE = 10;

/** The steps h of the secant that can be chosen; the last is that of the check. */
const REACHES = ["1", "0.5", "0.1", "0.01", "0.00001"];

/** Pixels that there are for the chart's width. */
const width = signal(560);

/** @typedef {[number, number]} Point a value of the weight, and the loss there */

/**
 * @param {{name: string, at: number, low: number, high: number, bottom: number, top: number, stride: number, points: Point[], kinks: number[], here: Point[], tangent: Point[], secant: Point[], ends: Point[], edit: (to: number, hold: number) => void}} props
 */
export function Curve({ name, at, low, high, bottom, top, stride, points, kinks, here, tangent, secant, ends, edit }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const hold = useRef({ grip: 0, wanted: 0, until: 0 });
  useEffect(() => {
    const box = /** @type {HTMLDivElement} */ (place.current);
    const watch = new ResizeObserver(() => (width.value = Math.max(240, box.clientWidth)));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const [right, floor] = [width.value - RIGHT, HEIGHT - BOTTOM];
  const x = (/** @type {number} */ value) => LEFT + ((value - low) / (high - low)) * (right - LEFT);
  const y = (/** @type {number} */ loss) => floor - ((loss - bottom) / (top - bottom)) * (floor - TOP);
  const path = (/** @type {Point[]} */ all) => all.map(([value, loss], k) => `${k ? "L" : "M"}${x(value).toFixed(1)} ${y(loss).toFixed(1)}`).join("");
  const [across, upwards] = [ticks(low, high), ticks(bottom, top)];
  const [below, beside] = [labels(across), labels(upwards)];
  const press = (/** @type {PointerEvent} */ event) => {
    if (event.button > 0) return;
    const svg = /** @type {SVGSVGElement} */ (event.currentTarget);
    const box = svg.getBoundingClientRect();
    const held = grip(); // the axis may grow on the way: what counts is the one at the press
    const follow = (/** @type {PointerEvent} */ { clientX }) => {
      const value = low + ((clientX - box.left - LEFT) / (right - LEFT)) * (high - low);
      edit(Number(value.toPrecision(PRECISION)), held);
    };
    const end = () => {
      svg.removeEventListener("pointermove", follow);
      svg.removeEventListener("pointerup", end);
      svg.removeEventListener("pointercancel", end);
    };
    svg.setPointerCapture(event.pointerId);
    svg.addEventListener("pointermove", follow);
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
    follow(event);
  };
  const walk = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: PAGE, PageDown: -PAGE }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const now = performance.now();
    const from = now < hold.current.until ? hold.current.wanted : at; // keys that come before the answer add up
    hold.current = { ...hold.current, wanted: Number((from + by * stride).toPrecision(PRECISION_OF_KEYS)), until: now + LATE };
    edit(hold.current.wanted, hold.current.grip);
  };
  const take = () => (hold.current = { grip: grip(), wanted: at, until: 0 });
  return html`<div class="curve">
    <div ref=${place}>
      <svg width="100%" height=${HEIGHT} viewBox=${`0 0 ${width.value} ${HEIGHT}`} role="group" aria-label=${`${words.lossAlong} ${name}`} onPointerDown=${press}>
        <clipPath id="of-curve"><rect x=${LEFT} y=${TOP} width=${right - LEFT} height=${floor - TOP} /></clipPath>
        <g class="axes" aria-hidden="true">
          ${across.map((each, k) => html`<path key=${`x${each}`} d=${`M${x(each)} ${TOP}V${floor}`} /><text x=${x(each)} y=${floor + 15} text-anchor="middle">${below[k]}</text>`)}
          ${upwards.map((each, k) => html`<path key=${`y${each}`} d=${`M${LEFT} ${y(each)}H${right}`} /><text x=${LEFT - 6} y=${y(each) + 4} text-anchor="end">${beside[k]}</text>`)}
          <text x=${(LEFT + right) / 2} y=${HEIGHT - 4} text-anchor="middle">${name}</text>
        </g>
        <g clip-path="url(#of-curve)" aria-hidden="true">
          <path class="kinks" d=${kinks.map((each) => `M${x(each)} ${floor}v-9`).join("")} />
          <path class="along" d=${path(points)} />
          <path class="secant" d=${path(secant)} />
          <path class="tangent" d=${path(tangent)} />
          ${ends.map(([value, loss], k) => html`<circle key=${k} class="end" cx=${x(value)} cy=${y(loss)} r="4" />`)}
        </g>
        ${here.map(([value, loss]) => html`<g key="here" class="here" role="slider" tabindex="0" aria-label=${name} aria-valuemin=${low} aria-valuemax=${high} aria-valuenow=${value} aria-valuetext=${`${short(value)}, ${words.loss} ${short(loss)}`} onKeyDown=${walk} onFocus=${take}>
          <path d=${`M${x(value)} ${y(loss)}V${floor}`} /><circle cx=${x(value)} cy=${y(loss)} r="7" />
        </g>`)}
      </svg>
    </div>
    <div class="key">
      <span><i class="along" />${words.loss}</span><span><i class="tangent" />${words.tangent}</span><span><i class="secant" />${words.secantLine}</span>
      ${kinks.length > 0 && html`<span><i class="kinks" />${words.kinks}</span>`}
      <${Choice} name="reach" label="h" value=${String(asked.value.hand.h === 1e-5 ? "0.00001" : asked.value.hand.h)} options=${REACHES.map((each) => [each, each])} set=${(/** @type {string} */ h) => ask({ hand: { h: Number(h) } })} />
    </div>
  </div>`;
}
