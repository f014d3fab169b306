/** The glass box: what is asked of the step that comes next, and what the last frame says of it. */

import { computed, effect, signal } from "./vendor/signals.js";
import { frame, send, state, status } from "./run.js";

/** Whether the glass box stands beside the drawing, and whether it is in sight there. */
export const isOpen = signal(false);
export const isInSight = signal(true);

/** The part that is shown: its name is that of its tab, of what is asked for it, and of its answer. */
export const part = signal("chain");

/**
 * What is asked, by the names of the parts: see `Glass` of `messages.py`. sample: a row of the learnt points, or null.
 * @typedef {{layer: number, unit: number, source: number | "bias" | null, lines?: {first: number, count: number}}} Chosen counted from 1
 */
export const asked = signal({
  sample: /** @type {number | null} */ (null),
  chain: /** @type {Chosen | null} */ (null),
  phases: { by: /** @type {"layer" | "pass"} */ ("layer"), at: /** @type {Chosen | null} */ (null) },
  hand: { h: 0.5 },
});

/** The parts that came last, by name: not every frame looks inside. */
export const glass = signal(/** @type {Record<string, any>} */ ({}));

effect(() => {
  const parts = frame.value?.head.glass;
  if (parts) glass.value = parts;
});

/** How many pictures with marks are in sight, beside the glass box: of gradients, and of units' δ. */
export const marked = signal({ marks: 0, deltas: 0 });

/** Whose δ the units show: a row of the learnt points, or null for all; undefined where what they show isn't learnt. */
export const ofDeltas = signal(/** @type {number | null | undefined} */ (null));

/** What the parts without a choice of their own take: the matrices are those around the chain's number. */
const TAKEN = /** @type {Record<string, () => unknown>} */ ({
  matrices: () => asked.value.chain ?? { layer: 1, unit: 1, source: 1 },
  proof: () => true,
  hand: () => ({ at: asked.value.chain ?? { layer: 1, unit: 1, source: 1 }, h: asked.value.hand.h }),
});

/** Only what is in sight is asked for: all else costs nothing. */
const wanted = computed(() => {
  const { sample, ...parts } = asked.value;
  const shown = TAKEN[part.value]?.() ?? /** @type {Record<string, unknown>} */ (parts)[part.value] ?? null;
  const inside = isOpen.value && isInSight.value && shown !== null ? { [part.value]: shown } : {};
  const { marks, deltas } = marked.value;
  const ofUnits = deltas && ofDeltas.value !== undefined ? { deltas: { sample: ofDeltas.value } } : {};
  return JSON.stringify({ kind: "glass", sample, ...(marks ? { marks: true } : {}), ...ofUnits, ...inside });
});

const isThere = computed(() => status.value === "open" && state.value !== null);

effect(() => {
  if (isThere.value) send(JSON.parse(wanted.value));
});

/**
 * Ask for these parts, beside what is asked for already; null: no more.
 * @param {Partial<typeof asked.value>} parts
 */
export function ask(parts) {
  asked.value = { ...asked.value, ...parts };
}

/**
 * Open the glass box at a part.
 * @param {string} name
 */
export function open(name = part.value) {
  part.value = name;
  isOpen.value = true;
}

export function close() {
  isOpen.value = false;
}
