/** Verdicts on gradients: whether back-propagation and the differences agree, as marks beside the numbers. */

import { html, useEffect } from "../../html.js";
import { computed } from "../../vendor/signals.js";
import { frame } from "../../run.js";
import { marked } from "../../glass.js";
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
 * The mark beside a gradient; nothing where it has no verdict.
 * @param {{verdict: number | undefined}} props
 */
export function Mark({ verdict = 0 }) {
  return verdict ? html`<span class=${`mark verdict-${verdict}`} role="img" aria-label=${said(verdict)} title=${said(verdict)}>${signOf(verdict)}</span>` : null;
}

/**
 * The verdicts on the gradients of the very frame that is shown: a digit for each parameter, and how many there are of
 * each; null where it has none.
 */
export const verdicts = computed(() => {
  const marks = frame.value?.head.glass?.marks;
  return marks?.now ? /** @type {{verdicts: string, agree: number, kinks: number, differ: number}} */ (marks.last) : null;
});

/**
 * Have the gradients of each frame compared while this is in sight.
 * @param {boolean} isInSight
 */
export function useVerdicts(isInSight) {
  useEffect(() => {
    if (!isInSight) return;
    marked.value += 1;
    return () => {
      marked.value -= 1;
    };
  }, [isInSight]);
}
