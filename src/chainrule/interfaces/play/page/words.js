/** The words of the page's language. */

import english from "./words/en.js";

/** @type {Record<string, string>} */
export const words = english;
