/** The way in the drawing: from the weight or the unit that the chain is about to the loss, as the server says it. */

import { computed } from "../../vendor/signals.js";
import { drawnAsOne } from "../present.js";
import { glass, isOpen, part } from "../../glass.js";

/**
 * units: those on the way, from 0, for each layer that is drawn.
 * @typedef {{of: import("../../glass.js").Chosen, units: number[][]}} Way
 */

/** The way of the chain that is shown, or the weight in one's hand; null where there is none. */
export const way = computed(() => {
  const { chain, hand } = glass.value;
  if (!isOpen.value) return null;
  if (part.value === "hand" && hand?.of) return /** @type {Way} */ ({ of: hand.of, units: [] });
  return part.value === "chain" && chain?.way ? /** @type {Way} */ ({ of: chain.of, units: chain.way }) : null;
});

/**
 * Whether a line is on the way: the weight itself, or between two of its units.
 * @param {Way} way
 * @param {{layer: number, unit: number, input: number}} edge
 */
export function isOnWay({ of, units }, { layer, unit, input }) {
  const one = drawnAsOne(layer);
  const isTo = of.layer === layer + 1 && Math.ceil(of.unit / one.units) === unit + 1;
  const isWeight = isTo && typeof of.source === "number" && Math.ceil(of.source / one.weights) === input + 1;
  return isWeight || (of.layer < layer + 1 && Boolean(units[layer]?.includes(unit) && units[layer - 1]?.includes(input)));
}
