/** The library's files, HTML, LaTeX and JSON, with their sentences in the page's language. */

import { asItIs, note, saidIn, word } from "./said.js";
import { language } from "./words.js";

/**
 * A file's text in the page's language; as it is where its form isn't known, or the language is the library's.
 * @param {string} name
 * @param {string} text
 */
export function saidInFile(name, text) {
  const form = language === "en" ? undefined : FORMS[name.slice(name.lastIndexOf("."))];
  return form ? form(text) : text;
}

/** A formula of LaTeX in running text. */
const FORMULAS = /\$.*?\$/g;

const EQUATIONS = /(\\begin\{align\*\}.*?\\end\{align\*\})/s;
const LINES = /^(\\(?:sub)?section\*\{|\\noindent |(?!\\|$))(.*?)(\}?)$/gm;
const WORDS = /(\\text\{ ?)(.*?)( ?\})/g;

/** Signs of sentences as LaTeX has them: every LaTeX reads ASCII. */
const SIGNS = [["’", "'"], ["δ", "$\\delta$"], ["β", "$\\beta$"], ["·", "$\\cdot$"], ["→", "$\\to$"], ["\u202f", "\\,"], ["ß", "\\ss{}"], ...[..."äöüÄÖÜ"].map((each) => [each, `\\"${each.normalize("NFD")[0]}`])];

/** @param {string} text of a document */
function latex(text) {
  const parts = text.split(EQUATIONS).map((each, k) => (k % 2 ? each : each.replace(LINES, (_, open, inner, close) => open + written(note(read(inner), FORMULAS, asItIs)) + close)));
  return parts.join("").replace(WORDS, (_, open, inner, close) => open + written(word(read(inner))) + close);
}

/** @param {string} text */
const read = (text) => SIGNS.reduce((all, [sign, code]) => all.replaceAll(code, sign), text);

/** @param {string} text */
const written = (text) => SIGNS.reduce((all, [sign, code]) => all.replaceAll(sign, code), text);

/** The texts of a drawing, and what it is called. */
const DRAWN = /(<text[^>]*>|aria-label=")([^<"]+)/g;

/** Where there are no formulas among the words. */
const NONE = /$^/g;

/** What is said in words, in JSON; names of numbers stay, for programs. */
const PROSE = /("(?:title|lead|note|label)": )("(?:[^"\\]|\\.)*")/g;

/** @type {Record<string, (text: string) => string>} */
const FORMS = {
  ".html": (text) => saidIn(text).replace(DRAWN, (_, open, inner) => open + note(inner, NONE, asItIs)).replace('<html lang="en">', `<html lang="${language}">`),
  ".tex": latex,
  ".json": (text) => text.replace(PROSE, (_, key, value) => key + JSON.stringify(note(JSON.parse(value), NONE, asItIs))),
};
