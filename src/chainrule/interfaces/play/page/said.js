/** What the library says in English, in the page's language: sentence by sentence, by the lines of `words/said`. */

import { html } from "./html.js";
import { said } from "./words.js";

/** @typedef {{text: string, isKnown: boolean}} Piece sentences; those that the language has no line for are English */

/** A line of the language's file: how the library writes it, with its fields, and how the page does. */
class Line {
  /**
   * @param {string} from
   * @param {string} to
   */
  constructor(from, to) {
    this.from = from.split(FIELD);
    this.to = to.split(FIELD);
    this.pattern = this.matching();
    this.size = this.from.reduce((sum, each, k) => sum + (k % 2 ? 0 : each.length), 0);
  }

  /**
   * What matches the line, where a field is longer than that.
   * @param {number} [field]
   * @param {number} [than]
   */
  matching(field, than = 0) {
    const part = (/** @type {string} */ each, /** @type {number} */ k) => (k % 2 === 0 ? each.replace(SIGNS, "\\$&") : COUNTS.includes(each) ? NUMBER : `((?:${GOES_ON}.){${k === field ? than + 1 : 0},}?)`);
    return new RegExp(`^${this.from.map(part).join("")}${this.isPart() ? WITHIN : ""}$`, "s");
  }

  /** Whether it ends in a field that isn't said in the other language. */
  isPart() {
    return this.from.at(-1) === "" && !this.to.includes(`+${this.from.at(-2)}`);
  }

  /**
   * The text in the page's language; null where it isn't this line's.
   * @param {string} text
   */
  said(text) {
    if (!text.startsWith(this.from[0])) return null;
    let found = this.pattern.exec(text);
    for (let tries = 0; found !== null && tries < TRIES; tries++) {
      const values = found;
      const wrong = this.to.find((each, k) => k % 2 && each.startsWith("+") && phrase(values[this.group(each)]) === null);
      if (wrong === undefined) return this.to.map((each, k) => (k % 2 === 0 ? each : each.startsWith("+") ? phrase(values[this.group(each)]) : number(values[this.group(each)]))).join("");
      const group = this.group(wrong); // it may be a longer one: "At the start", not "At"
      found = this.matching(2 * group - 1, values[group].length).exec(text);
    }
    return null;
  }

  /**
   * The number of a field, as it is named in the other language.
   * @param {string} name
   */
  group(name) {
    return (this.from.findIndex((each, k) => k % 2 && each === name.replace("+", "")) + 1) / 2;
  }
}

/** How many longer texts are tried in a field of words: "With these parameters" is one. */
const TRIES = 4;

/** At the end of a line that ends in such a field: a whole sentence may say anything there. */
const WITHIN = "(?<![.?!])";

/** In front of what a field holds: it ends where a sentence does. */
const GOES_ON = "(?![.?!] )";

const FIELD = /\{([^}]*)\}/;
const COUNTS = ["n", "m", "k"];
const NUMBER = "([-\\d.,e+]+)";
const SIGNS = /[.*+?^${}()|[\]\\/]/g;

/** Where a sentence may end, and the most of such ends in one line. */
const ENDS = /(?<=[.?!]) /;
const MOST = 4;

/** The texts that were asked for last: frames ask for the same ones again and again. */
const KEPT = 500;

/** Those with the longest text of their own come first: the others may match what these say, too. */
const lines = Object.entries(said).map(([from, to]) => new Line(from, to)).sort((a, b) => b.size - a.size);
const known = /** @type {Map<string, string | null>} */ (new Map());

/**
 * A sentence, a heading or a part of a sentence in the page's language; null where it has no line.
 * @param {string} text
 * @returns {string | null}
 */
function phrase(text) {
  if (text === "") return "";
  const before = known.get(text);
  if (before !== undefined) return before;
  let found = /** @type {string | null} */ (null);
  for (const line of lines) {
    found = line.said(text);
    if (found !== null) break;
  }
  known.set(text, found);
  return found;
}

/**
 * Counts as German and other languages with a decimal comma may read them: 1,421 is 1 421, and 0.5 stays as in formulas.
 * @param {string} text
 */
function number(text) {
  const isCount = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text);
  return isCount ? text.replaceAll(",", "\u202f") : /^\d+%$/.test(text) ? text.replace("%", "\u202f%") : text;
}

/**
 * Several sentences, as few pieces as there are lines for.
 * @param {string} text
 * @returns {Piece[]}
 */
export function pieces(text) {
  if (!lines.length) return [{ text, isKnown: true }];
  if (known.size > KEPT) known.clear();
  const sentences = text.split(ENDS);
  const found = /** @type {Piece[]} */ ([]);
  for (let at = 0; at < sentences.length; ) {
    let end = Math.min(sentences.length, at + MOST);
    let said = phrase(sentences.slice(at, end).join(" "));
    while (said === null && end > at + 1) said = phrase(sentences.slice(at, --end).join(" "));
    found.push({ text: said ?? sentences[at], isKnown: said !== null });
    at = end;
  }
  return found;
}

/**
 * Sentences of the library; those without a line are marked as English, for whoever hears them read out.
 * @param {{text: string}} props
 */
export function Said({ text }) {
  return pieces(text).map((each, k) => html`${k ? " " : ""}${each.isKnown ? each.text : html`<span lang="en">${each.text}</span>`}`);
}

const TEXTS = /(<(?:p class="note[^"]*"|span class="shape note"|p|h\d|title)>)(.*?)(<\/(?:p|span|h\d|title)>)/gs;
const MATHS = /<math>.*?<\/math>/gs;
const PRODUCTS = /(<div class="product"[^>]* aria-label=")([^"]*)/g;
const WORDS = /(<mtext>(?:&nbsp;)?)(.*?)((?:&nbsp;)?<\/mtext>)/g;

/**
 * Markup of the library with its notes, headings and words in formulas in the page's language.
 * @param {string} markup
 */
export function saidIn(markup) {
  if (!lines.length) return markup;
  const notes = markup.replace(TEXTS, (_, open, inner, close) => open + note(inner, MATHS, open === "<title>" ? asItIs : marked) + close);
  const named = notes.replace(PRODUCTS, (_, open, text) => open + text.replace(/[a-z]{3,}/g, word));
  return named.replace(WORDS, (_, open, text, close) => open + word(text) + close);
}

/**
 * A word of the library's in the page's language; as it is where it has no line.
 * @param {string} text
 */
export function word(text) {
  return phrase(text) ?? text;
}

/** @param {string} text */
export const asItIs = (text) => text;

/**
 * English in markup.
 * @param {string} text
 */
const marked = (text) => `<span lang="en">${text}</span>`;

/**
 * A note with formulas, each of which is a field.
 * @param {string} text
 * @param {RegExp} formulas
 * @param {(text: string) => string} english how a sentence without a line is written
 */
export function note(text, formulas, english) {
  const found = text.match(formulas) ?? [];
  let k = 0;
  const whole = pieces(text.replace(formulas, () => `\ue000${k++}\ue001`)).map((each) => (each.isKnown ? each.text : english(each.text))).join(" ");
  return whole.replace(/\ue000(\d+)\ue001/g, (_, number) => found[Number(number)]);
}
