/** The words of the page's language: the one that was chosen, else the browser's, else English. */

import { LANGUAGES } from "./words/all.js";

/** @typedef {{default: Record<string, string>, hints: Record<string, string>, choices: Record<string, string>, said?: Record<string, string>}} Language */

const known = /** @type {Record<string, Language>} */ (LANGUAGES);

const KEPT = "chainrule language";

/** The language's tag. */
export const language = [localStorage.getItem(KEPT), ...navigator.languages.map((each) => each.split("-")[0])].find((each) => each !== null && each in known) ?? "en";

/** What each language calls itself, by its tag. */
export const languages = Object.fromEntries(Object.entries(known).map(([tag, each]) => [tag, each.default.ownName]));

/** The words; one line for each term and each of the library's names that can be chosen; what the library says. */
export const { default: words, hints, choices, said = {} } = known[language];

document.documentElement.lang = language;
document.title = words.title;

/**
 * Keep another language for this and later visits; the page has it once it is loaded again.
 * @param {string} tag
 */
export function keepLanguage(tag) {
  localStorage.setItem(KEPT, tag);
}

const whole = new Intl.NumberFormat(language);

/**
 * A count as the language writes it; with a space where its sign would be read as the decimal point that formulas have.
 * @param {number} value
 */
export function count(value) {
  return whole.format(value).replaceAll(".", "\u202f");
}
