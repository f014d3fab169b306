/** Play, pause, step; back and forward; how fast. */

import { html } from "../html.js";
import { frame, send, state } from "../run.js";
import { count, hints, words } from "../words.js";

const SPEEDS = [1, 5, 30, 200, 1000, 10_000];

export function Pace() {
  const { playing, undo, redo, ended, steps_per_second } = state.value;
  return html`<div class="pace" role="group" aria-label=${words.pace}>
    <button class="main" data-hint=${hints.play} disabled=${ended !== null} onClick=${() => send({ kind: playing ? "pause" : "play" })}>${playing ? `❚❚ ${words.pause}` : `▶ ${words.play}`}</button>
    <button data-hint=${hints.step} disabled=${ended !== null} onClick=${() => send({ kind: "step", unit: "step" })}>${words.step}</button>
    <button data-hint=${hints.epoch} disabled=${ended !== null} onClick=${() => send({ kind: "step", unit: "epoch" })}>${words.epoch}</button>
    <select name="speed" aria-label=${words.speed} data-hint=${hints.speed} onChange=${(/** @type {any} */ event) => send({ kind: "pace", steps_per_second: Number(event.currentTarget.value) || null })}>
      <option value="0" selected=${steps_per_second === null}>${words.fullSpeed}</option>
      ${SPEEDS.map((each) => html`<option key=${each} value=${each} selected=${steps_per_second === each}>${count(each)} ${words.perSecond}</option>`)}
    </select>
    <button data-hint=${hints.reset} onClick=${() => send({ kind: "reset" })}>${words.reset}</button>
    <button data-hint=${hints.nextStart} onClick=${() => send({ kind: "reset", start: "next" })}>${words.nextStart}</button>
    <span class="pair">
      <button class="short" aria-label=${words.undo} data-hint=${hints.undo} disabled=${!undo} onClick=${() => send({ kind: "undo" })}>↶</button>
      <button class="short" aria-label=${words.redo} data-hint=${hints.redo} disabled=${!redo} onClick=${() => send({ kind: "redo" })}>↷</button>
    </span>
    <${Count} />
  </div>`;
}

/** How far the run has come. It changes with each frame, so it is drawn by itself, and isn't read out. */
function Count() {
  const { step = 0, epoch = 0, speed = 0 } = frame.value?.head ?? {};
  return html`<output class="count" aria-live="off" data-hint=${hints.steps}>
    <span>${words.steps} ${count(step)}</span> <span>${words.epochs} ${count(epoch)}</span>
    ${speed > 0 && html` <small>${count(Math.round(speed))} ${words.perSecond}</small>`}
  </output>`;
}
