/** The words of the page's language. */

import english, { choices as choicesInEnglish, hints as hintsInEnglish } from "./words/en.js";

/** @type {Record<string, string>} */
export const words = english;

/** @type {Record<string, string>} one line for each term */
export const hints = hintsInEnglish;

/** @type {Record<string, string>} one line for each of the library's names that can be chosen */
export const choices = choicesInEnglish;

document.documentElement.lang = words.language;
document.title = words.title;

const whole = new Intl.NumberFormat(words.language);

/**
 * A count as the language writes it.
 * @param {number} value
 */
export function count(value) {
  return whole.format(value);
}
