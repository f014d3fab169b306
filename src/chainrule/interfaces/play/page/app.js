/** The page: its parts, and where they stand. */

import { signal } from "./vendor/signals.js";
import { html, render } from "./html.js";
import { catalogue, connect, dismiss, notices, send, state, status, whenReady } from "./run.js";
import { words } from "./words.js";
import { LOOKS, look } from "./look.js";
import { view } from "./plane.js";
import { SAVES, open, sceneInAddress, takeDrops } from "./take.js";
import { KEYS } from "./keyboard.js";
import { Data, Inputs } from "./controls/data.js";
import { Pace } from "./controls/pace.js";
import { Training } from "./controls/training.js";
import { Graph } from "./views/graph.js";
import { Answer } from "./views/answer.js";
import { Curves } from "./views/curves.js";
import { Layers } from "./views/layers.js";
import { Doctor } from "./views/doctor.js";
import { Confusion, Samples } from "./views/tables.js";

const FIRST_VISIT = "chainrule has been here";

const tab = signal("doctor");
const isFirstVisit = signal(localStorage.getItem(FIRST_VISIT) === null);

/** @type {Record<string, () => any>} */
const TABS = { doctor: Doctor, layers: Layers, confusion: Confusion, samples: Samples };

function App() {
  if (state.value === null || catalogue.value === null) return html`<p class="waiting" role="status">${words[status.value]}</p>`;
  return html`
    <header>
      <h1>${words.title}</h1>
      <${Pace} />
      <${Menu} />
    </header>
    <main>
      <aside class="settings"><${Data} /><${Inputs} /><${Training} /></aside>
      <section class="graph" aria-label=${words.network}><${Graph} /></section>
      <section class="answer" aria-label=${words.answer}><${Answer} /><${Curves} /></section>
      <section class="below"><${Tabs} /></section>
    </main>
    ${isFirstVisit.value && html`<${FirstVisit} />`}
    <${Notices} />
  `;
}

function Tabs() {
  const Shown = TABS[tab.value];
  const choose = (/** @type {string} */ name) => {
    tab.value = name;
    view.value = { ...view.value, samples: name === "samples" || name === "confusion" };
  };
  return html`
    <div role="tablist" aria-label=${words.layers}>
      ${Object.keys(TABS).map((name) => html`<button key=${name} role="tab" id=${`tab-${name}`} aria-controls="panel" aria-selected=${tab.value === name} onClick=${() => choose(name)}>${words[name]}</button>`)}
    </div>
    <div role="tabpanel" id="panel" tabindex="0" aria-labelledby=${`tab-${tab.value}`}><${Shown} /></div>
  `;
}

function Menu() {
  const pick = (/** @type {any} */ event) => {
    open(event.currentTarget.files[0]);
    event.currentTarget.value = "";
  };
  return html`<div class="menu">
    <details>
      <summary>${words.take}</summary>
      <div class="popup">
        ${SAVES.map(([name, save]) => html`<button key=${name} onClick=${save}>${name}</button>`)}
        <label class="file">${words.open}<input type="file" accept=".json" onChange=${pick} /></label>
      </div>
    </details>
    <details>
      <summary>${words.keys}</summary>
      <dl class="popup">${KEYS.map(([key, does]) => html`<div key=${key}><dt><kbd>${key === " " ? "␣" : key}</kbd></dt><dd>${does}</dd></div>`)}</dl>
    </details>
    <label>${words.appearance}
      <select name="look" onChange=${(/** @type {any} */ event) => (look.value = event.currentTarget.value)}>
        ${LOOKS.map((each) => html`<option key=${each} value=${each} selected=${look.value === each}>${words[each]}</option>`)}
      </select>
    </label>
  </div>`;
}

function FirstVisit() {
  const leave = () => {
    isFirstVisit.value = false;
    localStorage.setItem(FIRST_VISIT, "yes");
  };
  return html`<aside class="first" aria-label=${words.tryFirst}>
    <h2>${words.tryFirst}</h2>
    <ol><li>${words.tryRate}</li><li>${words.trySpiral}</li><li>${words.tryDraw}</li></ol>
    <button onClick=${leave}>${words.close}</button>
  </aside>`;
}

function Notices() {
  return html`<div class="notices" role="status">
    ${status.value !== "open" && html`<p>${words[status.value]}</p>`}
    ${notices.value.map(({ id, sentence }) => html`<p key=${id}>${sentence} <button aria-label=${words.close} onClick=${() => dismiss(id)}>×</button></p>`)}
  </div>`;
}

whenReady(() => {
  const wanted = sceneInAddress();
  if (wanted !== null) send({ kind: "set", scene: wanted });
  if (isFirstVisit.value) send({ kind: "play" });
});
takeDrops();
connect();
render(html`<${App} />`, document.body);
