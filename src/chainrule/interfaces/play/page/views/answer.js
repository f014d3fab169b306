/** The answer over the plane with its boundary and its axes, and the points; those of one's own are drawn here. */

import { html, useEffect, useRef } from "../html.js";
import { frame, scene, state } from "../run.js";
import { Term } from "../hints.js";
import { acrossOf, upOf, window } from "../plane.js";
import { paintClasses, paintRange } from "../pixels.js";
import { CLASSES, css, ofRange } from "../colours.js";
import { hints, words } from "../words.js";
import { short, ticks } from "./axes.js";
import { boundary } from "./boundary.js";
import { Followed, pick } from "./glass/followed.js";
import { axisNames, className } from "./names.js";
import { brush, press, spot, type } from "./points.js";
import { Reading, Ring, away, hover } from "./reading.js";

export function Answer() {
  const isOwn = scene.value.data.name === "own";
  const name = isOwn ? `${words.ownPoints}: ${words.keysInPlane}` : `${words.answer}: ${words.keysToRead}`;
  return html`<figure>
    <div class=${isOwn ? "plane own" : "plane"}>
      <${Map} />
      <svg viewBox="0 0 100 100" role="application" tabindex="0" aria-label=${name} onPointerDown=${isOwn ? press : hover} onPointerMove=${hover} onPointerLeave=${away} onClick=${isOwn ? null : pick} onKeyDown=${type} onBlur=${() => (spot.value = null)}>
        <${Points} /><${Followed} /><${Ring} /><${Spot} />
      </svg>
      <${Axes} /><${Reading} />
    </div>
    <figcaption><${Legend} /></figcaption>
  </figure>`;
}

/** The picture, and the boundary over it: they change with each frame. */
function Map() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const line = useRef(/** @type {SVGPathElement | null} */ (null));
  const shown = frame.value;
  const { classes } = state.value;
  useEffect(() => {
    if (!canvas.current || !shown) return;
    const { answer, leads } = shown.arrays;
    if (!answer) return; // the last frame was of images
    (classes ? paintClasses : paintRange)(canvas.current, /** @type {Uint8Array} */ (answer.data), answer.shape);
    line.current?.setAttribute("d", leads ? boundary(leads) : "");
  });
  return html`
    <canvas ref=${canvas} role="img" aria-label=${words.answer} />
    <svg viewBox="0 0 100 100" class="boundary" aria-hidden="true"><path ref=${line} /></svg>
  `;
}

function Points() {
  const { learnt, test, classes } = state.value;
  const [low, high] = range();
  const dot = (/** @type {number[]} */ [x1, x2, y], /** @type {string} */ kind) => html`<circle
    class=${kind} cx=${acrossOf(x1)} cy=${upOf(x2)} r="1.4" fill=${classes ? css(CLASSES[y]) : css(ofRange((y - low) / (high - low || 1)))}
  />`;
  return html`<g>
    ${learnt.map((/** @type {number[]} */ each) => dot(each, "learnt"))}
    ${test.map((/** @type {number[]} */ each) => dot(each, "test"))}
  </g>`;
}

/** Where the keyboard stands, or a point that is moved. */
function Spot() {
  const at = spot.value;
  if (at === null) return null;
  const colour = brush.value !== null && scene.value.data.target === "class" ? css(CLASSES[brush.value]) : "none";
  return html`<g class="spot"><circle cx=${at.across} cy=${at.up} r="2" fill=${colour} /><path d=${`M${at.across - 4} ${at.up}h8m-4 -4v8`} /></g>`;
}

/** The least and the greatest target of the training points. */
export function range() {
  const targets = state.value.learnt.map((/** @type {number[]} */ [, , y]) => y);
  return [Math.min(...targets), Math.max(...targets)];
}

function Axes() {
  const { left, right, bottom, top } = window.value;
  const [across, up] = axisNames();
  return html`<div class="axes" aria-hidden="true">
    ${ticks(left, right).map((each) => html`<span key=${each} class="across" style=${{ left: `${acrossOf(each)}%` }}>${short(each)}</span>`)}
    ${ticks(bottom, top).map((each) => html`<span key=${each} class="up" style=${{ top: `${upOf(each)}%` }}>${short(each)}</span>`)}
    <i class="across">${across}</i><i class="up">${up}</i>
  </div>`;
}

function Legend() {
  const { test, classes } = state.value;
  const [low, high] = range();
  return html`
    ${classes ? Array.from({ length: classes }, (_, k) => html`<span key=${k}><i style=${{ background: css(CLASSES[k]) }} />${className(k)}</span>`) : html`<span>${short(low)} <i class="range" /> ${short(high)}</span>`}
    ${test.length > 0 && html`<span><i class="ring" /><${Term} hint=${hints.heldOut}>${words.heldOut}<//></span>`}
    ${classes > 0 && html`<span><i class="line" /><${Term} hint=${hints.boundary}>${words.boundary}<//></span>`}
  `;
}
