/** Verdicts on gradients: whether back-propagation and the differences agree, as marks beside the numbers. */

import { html, useEffect } from "../../html.js";
import { computed, effect } from "../../vendor/signals.js";
import { frame, state } from "../../run.js";
import { marked, ofDeltas } from "../../glass.js";
import { view } from "../../plane.js";
import { words } from "../../words.js";

/** The verdicts, as the server numbers them; 0 is none. */
export const AGREES = 1, KINK = 2, DIFFERS = 3;

/**
 * A verdict in words, behind its sign; empty where there is none.
 * @param {number} verdict
 */
export function said(verdict) {
  return { [AGREES]: words.agrees, [KINK]: words.agreesBeside, [DIFFERS]: words.differs }[verdict] ?? "";
}

/**
 * The sign of a verdict: the first letter of its words.
 * @param {number} verdict
 */
export function signOf(verdict) {
  return said(verdict).slice(0, 1);
}

/**
 * The mark beside a gradient, within markup of the library.
 * @param {number | undefined} verdict
 */
export function markOf(verdict) {
  return verdict ? `<span class="mark verdict-${verdict}" role="img" aria-label="${said(verdict)}" title="${said(verdict)}">${signOf(verdict)}</span>` : "";
}

/**
 * The mark beside a gradient; nothing where it has no verdict.
 * @param {{verdict: number | undefined}} props
 */
export function Mark({ verdict = 0 }) {
  return verdict ? html`<span class=${`mark verdict-${verdict}`} role="img" aria-label=${said(verdict)} title=${said(verdict)}>${signOf(verdict)}</span>` : null;
}

/**
 * A digit for each, and how many there are of each kind; sample: whose δ they are of, null: of all samples.
 * @typedef {{verdicts: string, agree: number, kinks: number, differ: number, sample?: number | null}} Verdicts
 */

/**
 * The verdicts of the very frame that is shown; null where it has none.
 * @param {"marks" | "deltas"} part
 */
function now(part) {
  const found = frame.value?.head.glass?.[part];
  return found?.now ? /** @type {Verdicts} */ (found.last) : null;
}

/** How much of the verdicts under way is done, from 0 to 1. */
export const under = computed(() => {
  const { marks, deltas } = frame.value?.head.glass ?? {};
  return Math.min(marks?.done ?? 1, deltas?.done ?? 1);
});

/** The verdicts on the gradients of all lines. */
export const verdicts = computed(() => now("marks"));

/** The verdicts on the δ that the units show. */
export const ofUnits = computed(() => {
  const found = now("deltas");
  const { units, image } = frame.value?.head ?? {};
  return found && units === "delta" && found.sample === (image ? image.sample : null) ? found : null;
});

effect(() => {
  const { drawing, image } = view.value;
  const isLearnt = drawing === null && image < (state.value?.learnt.length ?? 0);
  ofDeltas.value = state.value?.images === undefined ? null : isLearnt ? image : undefined;
});

/**
 * Have the gradients of each frame, or the δ of its units, compared while this is in sight.
 * @param {"marks" | "deltas"} part
 * @param {boolean} isInSight
 */
export function useVerdicts(part, isInSight) {
  useEffect(() => {
    if (!isInSight) return;
    const add = (/** @type {number} */ by) => (marked.value = { ...marked.peek(), [part]: marked.peek()[part] + by });
    add(1);
    return () => void add(-1);
  }, [part, isInSight]);
}
