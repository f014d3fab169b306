/** Play, pause, step; back and forward; how fast. */

import { html } from "../html.js";
import { frame, send, state } from "../run.js";
import { words } from "../words.js";

export function Pace() {
  const { playing, undo, redo } = state.value;
  const head = frame.value?.head;
  return html`<div class="pace" role="toolbar" aria-label=${words.play}>
    <button class="main" onClick=${() => send({ kind: playing ? "pause" : "play" })}>${playing ? words.pause : words.play}</button>
    <button onClick=${() => send({ kind: "step", unit: "step" })}>${words.step}</button>
    <button onClick=${() => send({ kind: "step", unit: "epoch" })}>${words.epoch}</button>
    <button onClick=${() => send({ kind: "reset" })}>${words.reset}</button>
    <button onClick=${() => send({ kind: "reset", start: "next" })}>${words.nextStart}</button>
    <button disabled=${!undo} onClick=${() => send({ kind: "undo" })}>${words.undo}</button>
    <button disabled=${!redo} onClick=${() => send({ kind: "redo" })}>${words.redo}</button>
    <output>${words.steps} ${head ? head.step.toLocaleString("en") : 0}</output>
  </div>`;
}
