/** The network of the present frame, what its lines show, and what one points at in it. */

import { computed, signal } from "../vendor/signals.js";
import { glass } from "../glass.js";
import { frame, state } from "../run.js";
import { words } from "../words.js";
import { DIFFERS, KINK, ofUnits, signOf, verdicts } from "./glass/verdicts.js";
import { parts, shapes } from "./shapes.js";

/** What the lines show: "weight", "gradient" or "change". */
export const edges = signal("weight");

/** What the phase that is shown lights up, layer by layer; null while none is. */
export const lights = computed(() => /** @type {import("./shapes.js").Light[] | null} */ (glass.value.phases?.lights ?? null));

/** What the lines show now: in a phase what it is about. */
export const lines = computed(() => /** @type {string} */ (glass.value.phases?.lines ?? edges.value));

/** Lines up to which each carries its mark; of more only those do at which there is something to see. */
const MOST_SIGNS = 60;

/** The marks on the lines, while they show the gradients of this frame; null where there are none. */
export const signs = computed(() => {
  const now = verdicts.value;
  if (!now || lines.value !== "gradient" || glass.value.phases?.edges) return null;
  const { layers } = state.value;
  const { edges: shown } = layout.value;
  return shown.map(({ layer, unit, input }) => {
    const verdict = Number(now.verdicts[layers[layer].start + unit * layers[layer].row + input]);
    return shown.length <= MOST_SIGNS || verdict === KINK || verdict === DIFFERS ? signOf(verdict) : "";
  });
});

/** The marks on the units, while they show the δ of this frame; null where there are none. */
export const unitSigns = computed(() => (ofUnits.value ? [...ofUnits.value.verdicts].map((each) => signOf(Number(each))) : null));

/** What one points at. */
export const pointed = signal(/** @type {import("./shapes.js").Pointed | null} */ (null));

/** The room that the drawing has. */
export const box = signal({ width: 0, height: 0 });

/** @param {import("./shapes.js").Pointed | null} next */
export function point(next) {
  if (JSON.stringify(next) !== JSON.stringify(pointed.value)) pointed.value = next;
}

/** Where the network's units and lines are. */
export const layout = computed(() => shapes(box.value, state.value.inputs, state.value.layers));

/** The shapes of the present frame and how large its numbers are; null while it is of another network than the state. */
export const present = computed(() => {
  const { layers } = state.value;
  const shown = frame.value;
  if (!shown || !box.value.width) return null;
  const units = layers.reduce((/** @type {number} */ sum, /** @type {import("./shapes.js").Layer} */ each) => sum + each.units, 0);
  const last = layers.at(-1);
  const numbers = glass.value.phases?.edges ?? shown.arrays[lines.value].data;
  if (shown.arrays.units.shape[0] !== units || numbers.length < last.start + last.units * last.row) return null;
  return { ...layout.value, parts: parts(layers, numbers, shown.arrays.weight.data) };
});

/**
 * How many units of a layer are drawn as one, those of a feature map; and how many weights as one line, a kernel's.
 * @param {number} layer counted from 0
 */
export function drawnAsOne(layer) {
  const { map = [], kernel = [] } = state.value.layers[layer] ?? {};
  const [units, weights] = [map, kernel].map((sides) => sides.reduce((/** @type {number} */ all, /** @type {number} */ each) => all * each, 1));
  return { units, weights };
}

/**
 * A layer's name.
 * @param {number} layer counted from 0
 */
export function nameOf(layer) {
  return layer === state.value.layers.length - 1 ? words.output : `${words.layer} ${layer + 1}`;
}
