/** Play, pause, step; back and forward; how fast. */

import { html } from "../html.js";
import { frame, send, state } from "../run.js";
import { hints, words } from "../words.js";

const SPEEDS = [1, 5, 30, 200, 1000, 10_000];

export function Pace() {
  const { playing, undo, redo, ended, steps_per_second } = state.value;
  const head = frame.value?.head;
  return html`<div class="pace" role="toolbar" aria-label=${words.pace}>
    <button class="main" aria-keyshortcuts="Space" onClick=${() => send({ kind: playing ? "pause" : "play" })} disabled=${ended !== null}>${playing ? `❚❚ ${words.pause}` : `▶ ${words.play}`}</button>
    <button onClick=${() => send({ kind: "step", unit: "step" })} disabled=${ended !== null}>${words.step}</button>
    <button title=${hints.epoch} onClick=${() => send({ kind: "step", unit: "epoch" })} disabled=${ended !== null}>${words.epoch}</button>
    <label>${words.speed}
      <select name="speed" onChange=${(/** @type {any} */ event) => send({ kind: "pace", steps_per_second: Number(event.currentTarget.value) || null })}>
        <option value="0" selected=${steps_per_second === null}>${words.fullSpeed}</option>
        ${SPEEDS.map((each) => html`<option key=${each} value=${each} selected=${steps_per_second === each}>${each.toLocaleString("en")} ${words.perSecond}</option>`)}
      </select>
    </label>
    <button onClick=${() => send({ kind: "reset" })}>${words.reset}</button>
    <button title=${hints.nextStart} onClick=${() => send({ kind: "reset", start: "next" })}>${words.nextStart}</button>
    <button disabled=${!undo} onClick=${() => send({ kind: "undo" })}>↶ ${words.undo}</button>
    <button disabled=${!redo} onClick=${() => send({ kind: "redo" })}>↷ ${words.redo}</button>
    <output class="count">${words.steps} ${(head?.step ?? 0).toLocaleString("en")}, ${words.epochs} ${(head?.epoch ?? 0).toLocaleString("en")}${head?.speed ? html` <small>${Math.round(head.speed).toLocaleString("en")} ${words.perSecond}</small>` : ""}</output>
  </div>`;
}
