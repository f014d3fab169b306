/** The glass box: what is asked of the step that comes next, and what the last frame says of it. */

import { computed, effect, signal } from "./vendor/signals.js";
import { frame, send, state, status } from "./run.js";

/**
 * What is asked: see `Glass` of `messages.py`. A part that isn't asked for costs nothing.
 * @typedef {{layer: number, unit: number, source: number | "bias" | null}} Chosen counted from 1
 */
export const asked = signal({ sample: /** @type {number | null} */ (null), chain: /** @type {Chosen | null} */ (null) });

/** The parts that came with the last frame, by name. */
export const glass = computed(() => /** @type {Record<string, any>} */ (frame.value?.head.glass ?? {}));

effect(() => {
  if (status.value === "open" && state.value !== null) send({ kind: "glass", ...asked.value });
});

/**
 * Ask for these parts, beside what is asked for already; null: no more.
 * @param {Partial<typeof asked.value>} parts
 */
export function ask(parts) {
  asked.value = { ...asked.value, ...parts };
}
