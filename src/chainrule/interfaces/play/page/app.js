/** The page: its parts, and where they stand. */

import { html, render } from "./html.js";
import { catalogue, connect, dismiss, notices, send, state, status, whenReady } from "./run.js";
import { Said } from "./said.js";
import { words } from "./words.js";
import { isOpen } from "./glass.js";
import { sceneInAddress, takeDrops } from "./take.js";
import "./look.js";
import { GlassBox } from "./controls/inside.js";
import { Data, Inputs } from "./controls/data.js";
import { Menu } from "./controls/menu.js";
import { Pace } from "./controls/pace.js";
import { Tabs } from "./controls/tabs.js";
import { Training } from "./controls/training.js";
import { Graph } from "./views/graph.js";
import { Answer } from "./views/answer.js";
import { ImageAnswer } from "./views/images/answer.js";
import { areImages } from "./views/images/shown.js";
import { Curves } from "./views/curves.js";
import { FirstVisit, isFirstVisit } from "./views/first.js";

function App() {
  if (state.value === null || catalogue.value === null) return html`<p class="waiting" role="status">${words[status.value]}</p>`;
  return html`
    <header>
      <h1>${words.name}</h1>
      <${Pace} />
      <${Menu} />
    </header>
    <main class=${isOpen.value ? "inside" : ""}>
      <div class="settings"><${Data} /><${Inputs} /><${Training} /></div>
      <section class="graph" aria-label=${words.network}><${Graph} /></section>
      <section class="answer" aria-label=${words.answer}><${areImages.value ? ImageAnswer : Answer} /><${Curves} /></section>
      ${isOpen.value && html`<${GlassBox} />`}
      <section class="below" aria-label=${words.views}>${isFirstVisit.value && html`<${FirstVisit} />`}<${Tabs} /></section>
      <${Notices} />
    </main>
  `;
}

function Notices() {
  return html`<div class="notices" role="status">
    ${status.value !== "open" && html`<p>${words[status.value]}</p>`}
    ${notices.value.map(({ id, sentence }) => html`<p key=${id}><${Said} text=${sentence} /> <button aria-label=${words.close} onClick=${() => dismiss(id)}>×</button></p>`)}
  </div>`;
}

whenReady(() => {
  const wanted = sceneInAddress();
  if (wanted !== null) send({ kind: "set", scene: wanted });
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isFirstVisit.value && !isStill) send({ kind: "play" });
});
takeDrops();
connect();
render(html`<${App} />`, document.body);
