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
    const parts = from.split(FIELD);
    this.head = parts[0];
    this.fields = parts.filter((_, k) => k % 2);
    this.pattern = new RegExp(`^${parts.map((each, k) => (k % 2 ? "(.*?)" : each.replace(SIGNS, "\\$&"))).join("")}$`, "s");
    this.to = to.split(FIELD);
  }

  /**
   * The text in the page's language; null where it isn't this line's.
   * @param {string} text
   */
  said(text) {
    const found = text.startsWith(this.head) ? this.pattern.exec(text) : null;
    if (found === null) return null;
    const fields = new Map(this.fields.map((name, k) => [name, found[k + 1]]));
    let whole = "";
    for (const [k, part] of this.to.entries()) {
      const filled = k % 2 === 0 ? part : part.startsWith("+") ? phrase(fields.get(part.slice(1)) ?? "") : number(fields.get(part) ?? "");
      if (filled === null) return null;
      whole += filled;
    }
    return whole;
  }
}

const FIELD = /\{([^}]*)\}/;
const SIGNS = /[.*+?^${}()|[\]\\/]/g;

/** Where a sentence may end, and the most of such ends in one line. */
const ENDS = /(?<=[.?!]) (?=[^a-z])/;
const MOST = 4;

/** The texts that were asked for last: frames ask for the same ones again and again. */
const KEPT = 500;

const lines = Object.entries(said).map(([from, to]) => new Line(from, to));
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
  if (known.size > KEPT) known.clear();
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

const TEXTS = /(<(p class="note[^"]*"|p|h\d|title)>)(.*?)(<\/(?:p|h\d|title)>)/gs;
const MATHS = /<math>.*?<\/math>/gs;
const WORDS = /(<mtext>(?:&nbsp;)?)(.*?)((?:&nbsp;)?<\/mtext>)/g;

/**
 * Markup of the library with its notes, headings and words in formulas in the page's language.
 * @param {string} markup
 */
export function saidIn(markup) {
  if (!lines.length) return markup;
  const notes = markup.replace(TEXTS, (_, open, _kind, inner, close) => open + note(inner) + close);
  return notes.replace(WORDS, (_, open, word, close) => open + (phrase(word) ?? word) + close);
}

/**
 * A note with formulas, each of which is a field.
 * @param {string} markup
 */
function note(markup) {
  const formulas = markup.match(MATHS) ?? [];
  let k = 0;
  const text = markup.replace(MATHS, () => `\ue000${k++}\ue001`);
  const whole = pieces(text).map((each) => (each.isKnown ? each.text : `<span lang="en">${each.text}</span>`)).join(" ");
  return whole.replace(/\ue000(\d+)\ue001/g, (_, number) => formulas[Number(number)]);
}
