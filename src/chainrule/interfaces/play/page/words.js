/** The words of the page's language. */

import english, { hints as ofEnglish } from "./words/en.js";

/** @type {Record<string, string>} */
export const words = english;

/** @type {Record<string, string>} */
export const hints = ofEnglish;
