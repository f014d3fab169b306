/**
 * The languages of the page, by their tags. Another one is another file with the same keys, one of what the library says,
 * and a line here.
 */

import * as de from "./de.js";
import * as en from "./en.js";
import germanSaid from "./said/de.js";

export const LANGUAGES = { de: { ...de, said: germanSaid }, en };
