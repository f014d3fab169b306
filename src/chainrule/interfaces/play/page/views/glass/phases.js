/** The step that comes next, phase by phase: equations and the library's lines beside each other, and what is written. */

import { html } from "../../html.js";
import { ask, asked, glass, open, part } from "../../glass.js";
import { send } from "../../run.js";
import { Said } from "../../said.js";
import { hints, words } from "../../words.js";
import { Choice } from "../../controls/fields.js";
import { Formula } from "./formula.js";
import { Mark, markOf } from "./verdicts.js";

/** @typedef {{kind: string, layers: number[]}} Phase */
/** @typedef {{title: string, file: string, law: string, sentence: string, lines: [number, string, boolean][]}} Source */
/** @typedef {{layer: number, units: number, columns: {name: string, numbers: string[], marks: number[]}[]}} Table */

/**
 * Go on, or back, by a phase; the phases come in sight.
 * @param {"next" | "back"} go
 */
export function walk(go) {
  if (part.peek() !== "phases") open("phases");
  else open();
  send({ kind: "phase", go });
}

/**
 * A kind of phase in words, and its mark.
 * @param {string} kind
 * @returns {string[]}
 */
function said(kind) {
  const all = {
    forward: [words.forward, words.forwardMark],
    loss: [words.loss, words.lossMark],
    backward: [words.backward, words.backwardMark],
    penalty: [words.penalty, words.penaltyMark],
    clip: [words.clip, words.clipMark],
    update: [words.update, words.updateMark],
  };
  return all[/** @type {keyof typeof all} */ (kind)];
}

/** @param {Phase} phase */
function titleOf({ kind, layers }) {
  const which = layers.length === 1 ? `: ${words.layer} ${layers[0]}` : "";
  return `${said(kind)[0]}${which}`;
}

export function Phases() {
  const now = glass.value.phases ?? {};
  const { by } = asked.value.phases;
  const isUnder = now.at !== undefined && now.at !== null;
  const isLast = isUnder && now.at === now.phases.length - 1;
  return html`<div class="phases">
    <div class="bar">
      <span>
        <button data-hint=${hints.backPhase} disabled=${!isUnder} onClick=${() => walk("back")}>◂ ${words.backPhase}</button>
        <button class="main" onClick=${() => walk("next")}>${isLast ? words.makeStep : isUnder ? words.nextPhase : words.firstPhase} ▸</button>
      </span>
      <${Choice} name="grain" value=${by} options=${[["layer", words.byLayer], ["pass", words.byPass]]} set=${(/** @type {"layer" | "pass"} */ grain) => ask({ phases: { ...asked.value.phases, by: grain } })} />
    </div>
    ${now.sentence ? html`<p class="hint"><${Said} text=${now.sentence} /></p>` : isUnder ? html`<${Shown} ...${now} />` : html`<p class="hint">${words.phasesHint}</p>`}
  </div>`;
}

/** @param {any} props what `glass/phases.py` describes */
function Shown({ phases, at, step, sample, names, html: equations, marks, sources, tables }) {
  return html`
    <ol class="way" aria-label=${words.phases}>
      ${phases.map((/** @type {Phase} */ each, /** @type {number} */ number) => html`<li key=${number} class=${number < at ? "done" : ""} aria-current=${number === at ? "step" : null} title=${titleOf(each)}>${mark(each)}</li>`)}
    </ol>
    <div aria-live="polite">
      <h3>${titleOf(phases[at])}</h3>
      <p class="hint">${words.steps} ${step}, ${words.sample} ${sample}${names.length ? `. ${names.join("; ")}` : ""}</p>
    </div>
    <div class="beside">
      <section aria-label=${words.equations}><h4>${words.equations}</h4><${Lines} key=${titleOf(phases[at])} text=${equations} marks=${marks} /></section>
      <section aria-label=${words.source}><h4>${words.source}</h4>${sources.map((/** @type {Source} */ each) => html`<${Code} key=${each.title} ...${each} />`)}${tables.map((/** @type {Table} */ each) => html`<${Written} key=${each.layer} ...${each} />`)}</section>
    </div>
  `;
}

/** @param {Phase} phase */
function mark({ kind, layers }) {
  return `${said(kind)[1]}${layers.length === 1 ? layers[0] : ""}`;
}

/**
 * Equations as the library writes them, each gradient with its mark; in the same phase what changes fades.
 * @param {{text: string, marks: number[]}} props
 */
function Lines({ text, marks }) {
  let k = 0;
  const marked = text.replace(/<p class="equation">/g, (start) => `${start}<span>${markOf(marks[k++])}</span>`);
  return html`<${Formula} text=${marked} class="derivation" />`;
}

/**
 * Lines of a file, with their numbers; those that run stand out from those that name what is used.
 * @param {Source} props
 */
function Code({ title, file, law, sentence, lines }) {
  if (sentence) return html`<p class="hint"><${Said} text=${sentence} /></p>`;
  const indent = Math.min(...lines.filter(([, text]) => text.trim()).map(([, text]) => text.length - text.trimStart().length));
  return html`<figure class="source">
    <figcaption><strong>${title}</strong> ${file}${law && html`<br /><span lang="en">${law}</span>`}</figcaption>
    <pre tabindex="0" aria-label=${`${title}, ${file}`}>${lines.map(([number, text, runs], k) => html`<span key=${number} class=${`${runs ? "" : "names"} ${k && number > lines[k - 1][0] + 1 ? "apart" : ""}`}><i>${number}</i>${text.slice(indent)}${"\n"}</span>`)}</pre>
  </figure>`;
}

/**
 * The numbers that a phase writes of the sample.
 * @param {Table} props
 */
function Written({ layer, units, columns }) {
  const rows = columns[0].numbers.length;
  return html`<table class="written">
    <caption>${words.written}: ${words.layer} ${layer}${rows < units ? ` (${rows} / ${units})` : ""}</caption>
    <thead><tr><th scope="col">${words.unit}</th>${columns.map(({ name }) => html`<th key=${name} scope="col">${name}</th>`)}</tr></thead>
    <tbody>${Array.from({ length: rows }, (_, unit) => html`<tr key=${unit}><th scope="row">${unit + 1}</th>${columns.map(({ name, numbers, marks }) => html`<td key=${name}>${numbers[unit]}<${Mark} verdict=${marks[unit]} /></td>`)}</tr>`)}</tbody>
  </table>`;
}
