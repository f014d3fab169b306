/** The page: its parts, and where they stand. */

import { html, render } from "./html.js";
import { connect, notices, state, status, dismiss } from "./run.js";
import { words } from "./words.js";
import { Pace } from "./controls/pace.js";
import { Graph } from "./views/graph.js";
import { Answer } from "./views/answer.js";
import { Curves } from "./views/curves.js";

function App() {
  if (state.value === null) return html`<p class="waiting">${words[status.value] ?? "…"}</p>`;
  return html`
    <header><h1>${words.title}</h1><${Pace} /></header>
    <main>
      <section class="graph" aria-label=${words.network}><${Graph} /></section>
      <section class="answer" aria-label=${words.answer}><${Answer} /></section>
      <section class="curves" aria-label=${words.loss}><${Curves} /></section>
    </main>
    <${Notices} />
  `;
}

function Notices() {
  return html`<div class="notices" role="status">
    ${status.value === "lost" && html`<p>${words.lost}</p>`}
    ${notices.value.map(({ id, sentence }) => html`<p key=${id} onClick=${() => dismiss(id)}>${sentence}</p>`)}
  </div>`;
}

connect();
render(html`<${App} />`, document.body);
