/** What is taken along and opened, the keys, the look. */

import { html } from "../html.js";
import { FIGURES, saveFigure } from "../figures.js";
import { KEYS, MOVES } from "../keyboard.js";
import { LOOKS, isLarge, look } from "../look.js";
import { FORMS, SAVES, handOut, open } from "../take.js";
import { choose } from "./tabs.js";
import { hints, keepLanguage, language, languages, words } from "../words.js";

export function Menu() {
  const pick = (/** @type {any} */ event) => {
    open(event.currentTarget.files[0]);
    event.currentTarget.value = "";
  };
  return html`<div class="menu">
    <details>
      <summary>${words.take}</summary>
      <div class="popup">
        <button data-hint=${hints.code} onClick=${showCode}>${words.showCode}</button>
        ${SAVES.map(([name, save]) => html`<button key=${name} onClick=${save}>${name}</button>`)}
        <div class="forms" role="group" aria-label=${words.explanation} data-hint=${hints.explanation}>
          <span>${words.explanation}</span>
          ${FORMS.map((form) => html`<button key=${form} aria-label=${`${words.explanation}, ${words[form]}`} onClick=${() => handOut(form)}>${words[form]}</button>`)}
        </div>
        <div class="figures" role="group" aria-label=${words.figures}>
          ${Object.keys(FIGURES).map((name) => html`<span key=${name}>${words[name]}</span>
            ${["svg", "png"].map((kind) => html`<button key=${name + kind} aria-label=${`${words[name]}, .${kind}`} onClick=${() => saveFigure(name, kind)}>.${kind}</button>`)}`)}
        </div>
        <label class="file">${words.open}<input type="file" accept=".json" onChange=${pick} /></label>
      </div>
    </details>
    <details>
      <summary>${words.keys}</summary>
      <dl class="popup keys">${[...KEYS, ...MOVES].map(([keys, does]) => html`<div key=${keys}><dt>${(keys === " " ? ["␣"] : keys.split(" ")).map((key) => html`<kbd key=${key}>${key}</kbd> `)}</dt><dd>${does}</dd></div>`)}</dl>
    </details>
    <details>
      <summary>◐ ${words.appearance}</summary>
      <div class="popup">
        <select name="look" aria-label=${words.appearance} data-hint=${hints.appearance} onChange=${(/** @type {any} */ event) => (look.value = event.currentTarget.value)}>
          ${LOOKS.map((each) => html`<option key=${each} value=${each} selected=${look.value === each}>${words[each]}</option>`)}
        </select>
        <button aria-pressed=${isLarge.value} data-hint=${hints.large} onClick=${() => (isLarge.value = !isLarge.value)}>${words.large}</button>
        ${Object.keys(languages).length > 1 && html`<select name="language" aria-label=${words.language} data-hint=${hints.language} onChange=${(/** @type {any} */ event) => (keepLanguage(event.currentTarget.value), location.reload())}>
          ${Object.entries(languages).map(([tag, ownName]) => html`<option key=${tag} value=${tag} selected=${language === tag}>${ownName}</option>`)}
        </select>`}
      </div>
    </details>
  </div>`;
}

/** Show the tab with the code, wherever it stands. */
function showCode() {
  choose("code");
  closeOthers(null);
  const tab = document.getElementById("tab-code");
  tab?.focus();
  tab?.scrollIntoView({ block: "center" });
}

/**
 * One popup at a time: what is elsewhere closes.
 * @param {EventTarget | null} target
 */
function closeOthers(target) {
  for (const each of document.querySelectorAll(".menu details[open], .hidden details[open]")) {
    if (!(target instanceof Node && each.contains(target))) each.removeAttribute("open");
  }
}

addEventListener("pointerdown", ({ target }) => closeOthers(target));
addEventListener("focusin", ({ target }) => closeOthers(target));
addEventListener("keydown", ({ key, target }) => {
  if (key !== "Escape") return;
  const open = target instanceof Element ? target.closest("details[open]") : null;
  closeOthers(null);
  open?.querySelector("summary")?.focus();
});
