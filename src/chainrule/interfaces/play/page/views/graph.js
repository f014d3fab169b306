/** The network live: each unit its map over the plane, each weight a line; what one points at is told in full. */

import { signal } from "../vendor/signals.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { frame, scene, state } from "../run.js";
import { view } from "../plane.js";
import { ask, asked, isOpen, open, part } from "../glass.js";
import { look } from "../look.js";
import { count, words } from "../words.js";
import { Convolutions, FilterLayer } from "../controls/filters.js";
import { Depth, HiddenLayer } from "../controls/layers.js";
import { Choice } from "../controls/fields.js";
import { Card } from "./card.js";
import { showPixel } from "./images/kernel.js";
import { areImages } from "./images/shown.js";
import { choose } from "../controls/tabs.js";
import { AGREES, DIFFERS, KINK, ofUnits, said, under, useVerdicts, verdicts } from "./glass/verdicts.js";
import { way } from "./glass/way.js";
import { draw } from "./network.js";
import { box, edges, layout, lights, lines, drawnAsOne, nameOf, point, pointed, present, signs, unitSigns } from "./present.js";
import { biasAt, edgeAt } from "./shapes.js";

/** Layers from which their buttons stand closer. */
const CROWDED = 5;

/** The unit that the Tab key comes to; the arrows go on from it. */
const stop = signal({ layer: 0, unit: 0 });

export function Graph() {
  const { layers } = state.value;
  const { filters, hidden, is_given } = scene.value;
  return html`
    <div class="bar">
      ${areImages.value && html`<${Convolutions} />`}<${Depth} />
      <${Choice} name="units" value=${view.value.units} options=${[["a", words.unitsA], ["z", words.unitsZ], ["delta", words.unitsDelta]]} set=${(/** @type {string} */ units) => (view.value = { ...view.value, units })} />
      <${Choice} name="edges" value=${lines.value} options=${["weight", "gradient", "change"].map((each) => [each, words[each]])} set=${(/** @type {string} */ name) => (edges.value = name)} />
    </div>
    <${Counted} /><${Picture} />
    ${!is_given && html`<div class=${layers.length > CROWDED ? "columns crowded" : "columns"} style=${{ gridTemplateColumns: `repeat(${layers.length + 1}, 1fr)` }}>
      <div>${areImages.value ? words.image : words.inputs}<br /><small>−<i class="signs" />+</small></div>
      ${areImages.value && filters.map((/** @type {unknown} */ _, /** @type {number} */ k) => html`<${FilterLayer} key=${k} number=${k} />`)}
      ${hidden.map((/** @type {unknown} */ _, /** @type {number} */ k) => html`<${HiddenLayer} key=${k} number=${k} />`)}
      <div>${words.output}</div>
    </div>`}
  `;
}

/** How many gradients and how many units' δ agree with their differences; it has them compared while it is in sight. */
function Counted() {
  const place = useRef(/** @type {HTMLParagraphElement | null} */ (null));
  const [isSeen, see] = useState(false);
  const [hasLines, hasUnits] = [isOpen.value && lines.value === "gradient", isOpen.value && view.value.units === "delta"];
  const isWanted = hasLines || hasUnits;
  useVerdicts("marks", hasLines && isSeen);
  useVerdicts("deltas", hasUnits && isSeen);
  useEffect(() => {
    if (!place.current) return;
    const watch = new IntersectionObserver((entries) => see(entries.at(-1)?.isIntersecting ?? false));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [isWanted]);
  const done = under.value;
  const counts = [...(hasLines ? counted(verdicts.value) : []), ...(hasUnits ? counted(ofUnits.value).map((each) => `δ ${each}`) : [])];
  return isWanted && html`<p ref=${place} class="verdict">${counts.join(" · ") || (!state.value.playing && done < 1 ? html`<progress value=${done} aria-label=${words.proofUnderWay} />` : "\u00a0")}</p>`;
}

/**
 * How many there are of each verdict, in words.
 * @param {import("./glass/verdicts.js").Verdicts | null} now
 */
function counted(now) {
  const counts = /** @type {[number, number][]} */ (now ? [[AGREES, now.agree], [KINK, now.kinks], [DIFFERS, now.differ]] : []);
  return counts.filter(([, many]) => many > 0).map(([verdict, many]) => `${said(verdict)}: ${count(many)}`);
}

/** The drawing, over which each unit is a button. */
function Picture() {
  const { layers, inputs } = state.value;
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLDivElement} */ (place.current);
    const watch = new ResizeObserver(() => (box.value = { width: element.clientWidth, height: element.clientHeight }));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const move = (/** @type {any} */ event) => {
    const now = present.value;
    const filter = event.target.tagName === "BUTTON" ? pixelAt(event) : null;
    if (filter) showPixel(filter);
    if (now && event.target.tagName === "CANVAS") point(edgeAt(now, placeOf(event)));
  };
  const click = (/** @type {any} */ event) => {
    const now = present.value;
    const place = placeOf(event);
    const bias = now && event.detail ? biasAt(now, place) : null; // a key presses a unit, and never its bias
    const unit = event.target.closest("button")?.id.match(/^unit-(\d+)-(\d+)$/);
    const edge = now && !unit ? edgeAt(now, place) : null;
    const filter = unit && pixelAt(event);
    if (filter && !isOpen.value) (showPixel(filter), choose("kernel"));
    else if (bias) inspect(bias.layer, bias.unit, "bias");
    else if (unit) inspect(Number(unit[1]), Number(unit[2]), null, filter);
    else if (edge?.kind === "edge") inspect(edge.layer, edge.unit, edge.input * drawnAsOne(edge.layer).weights + 1);
  };
  const name = `${words.network}: ${[inputs.length, ...layers.map((/** @type {import("./shapes.js").Layer} */ each) => each.units)].join("-")}`;
  return html`<div ref=${place} class="network" role="group" aria-label=${name} onPointerMove=${move} onPointerDown=${move} onPointerLeave=${() => point(null)} onClick=${click} onKeyDown=${walk}>
    <${Canvas} /><${Units} /><${Card} />
  </div>`;
}

/**
 * Where the pointer is in the drawing, which may be large.
 * @param {any} event
 */
function placeOf({ currentTarget, clientX, clientY }) {
  const { left, top, width } = currentTarget.getBoundingClientRect();
  const scale = box.peek().width / width;
  return { x: (clientX - left) * scale, y: (clientY - top) * scale };
}

function Canvas() {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const now = present.value;
  const [shown, at, inputs, lit] = [frame.value, pointed.value, state.value.inputs, { way: way.value, lights: lights.value, signs: signs.value, unitSigns: unitSigns.value }, look.value];
  useEffect(() => {
    if (canvas.current && now && shown) draw(canvas.current, now, now.parts, shown, inputs, at, lit);
  });
  return html`<canvas ref=${canvas} aria-hidden="true" />`;
}

function Units() {
  const { layers } = state.value;
  const { width, height } = box.value;
  const { size, at } = layout.value;
  const { layer: l, unit: u } = within(stop.value);
  return html`<div class="units">
    ${layers.map((/** @type {import("./shapes.js").Layer} */ each, /** @type {number} */ layer) => Array.from({ length: each.units }, (_, unit) => {
      const { x, y } = at[layer + 1][unit];
      const here = () => point({ kind: "unit", layer, unit });
      return html`<button key=${`${layer} ${unit}`} id=${`unit-${layer}-${unit}`} tabindex=${layer === l && unit === u ? 0 : -1}
        aria-label=${`${nameOf(layer)}, ${words.unit} ${unit + 1}`} aria-describedby="card"
        style=${{ left: `${(100 * x) / (width || 1)}%`, top: `${(100 * y) / (height || 1)}%`, width: `${size}px`, height: `${size}px` }}
        onPointerEnter=${here} onFocus=${() => ((stop.value = { layer, unit }), here())} onBlur=${() => point(null)} />`;
    }))}
  </div>`;
}

/**
 * The number of a feature map at which one points; null where there is none. A key is at the one that it was at last.
 * @param {any} event
 */
function pixelAt({ target, clientX, clientY, detail, type }) {
  const [, layer, unit] = target.closest("button")?.id.match(/^unit-(\d+)-(\d+)$/)?.map(Number) ?? [];
  const map = state.value.layers[layer]?.map;
  if (!map?.length) return null;
  if (type === "click" && !detail) return { layer, unit };
  const { left, top, width, height } = target.getBoundingClientRect();
  const part = (/** @type {number} */ along, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, Math.floor(along * count)));
  return { layer, unit, row: part((clientY - top) / height, map[0]), column: part((clientX - left) / width, map[1]) };
}

/**
 * Open the glass box at the chain of a weight, or of a unit.
 * @param {number} layer counted from 0, as the unit
 * @param {number} unit
 * @param {number | "bias" | null} source
 * @param {{row?: number, column?: number} | null} [pixel] of a feature map
 */
function inspect(layer, unit, source, pixel) {
  const { row = 0, column = 0 } = pixel ?? {};
  const place = row * (state.value.layers[layer].map?.[1] ?? 1) + column;
  const chosen = { layer: layer + 1, unit: unit * drawnAsOne(layer).units + place + 1, source };
  ask({ chain: chosen, phases: { ...asked.value.phases, at: chosen } });
  open(["phases", "hand"].includes(part.value) ? part.value : "chain");
  point(null); // what one points at would cover the drawing
}

/**
 * The unit, or the one nearest to it that there is.
 * @param {{layer: number, unit: number}} wanted
 */
function within({ layer, unit }) {
  const { layers } = state.value;
  const l = Math.min(Math.max(layer, 0), layers.length - 1);
  return { layer: l, unit: Math.min(Math.max(unit, 0), layers[l].units - 1) };
}

/**
 * The arrow keys go from unit to unit.
 * @param {KeyboardEvent} event
 */
function walk(event) {
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!by) return;
  const { layer, unit } = within({ layer: stop.value.layer + by[0], unit: stop.value.unit + by[1] });
  document.getElementById(`unit-${layer}-${unit}`)?.focus();
  event.preventDefault();
}
