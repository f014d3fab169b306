/** The languages of the page, by their tags. Another one is another file with the same keys, and a line here. */

import * as en from "./en.js";

export const LANGUAGES = { en };
