/** The first visit: three things to try, each done by its button, and undone like any other change. */

import { signal } from "../vendor/signals.js";
import { html } from "../html.js";
import { change, scene, send, state } from "../run.js";
import { choose, OWN } from "../controls/data.js";
import { choose as chooseTab } from "../controls/tabs.js";
import { hints, words } from "../words.js";

const KEPT = "chainrule has been here";

export const isFirstVisit = signal(localStorage.getItem(KEPT) === null);

const FAILS = 100;

/** The learning rate that there was before it was raised. */
let usualRate = 0.03;

/** @type {[string, string, () => void][]} the words, what to do then, what the button does */
const TRIES = [
  ["tryRate", "tryRateThen", () => (fail(), chooseTab("doctor"))],
  ["trySpiral", "trySpiralThen", () => choose("spiral", learning())],
  ["tryDraw", "tryDrawThen", () => choose(OWN, learning())],
];

/** Begin anew at a rate that fails: a network that has learnt already would stand it. */
function fail() {
  const { optimizer } = scene.value;
  if (optimizer.learning_rate !== FAILS) usualRate = optimizer.learning_rate;
  send({ kind: "reset" });
  change({ optimizer: { ...optimizer, learning_rate: FAILS } });
}

/** The optimizer, at the rate from before the first of these tries. */
function learning() {
  const { optimizer } = scene.value;
  return optimizer.learning_rate === FAILS ? { optimizer: { ...optimizer, learning_rate: usualRate } } : {};
}

export function FirstVisit() {
  const leave = () => {
    isFirstVisit.value = false;
    localStorage.setItem(KEPT, "yes");
  };
  const begin = (/** @type {() => void} */ action) => {
    action();
    if (!state.value.playing) send({ kind: "play" });
  };
  return html`<div class="first">
    <h2>${words.tryFirst}</h2>
    <ol>${TRIES.map(([name, then, action]) => html`<li key=${name}><button data-hint=${hints[name]} onClick=${() => begin(action)}>${words[name]}</button> ${words[then]}</li>`)}</ol>
    <button class="close" onClick=${leave}>${words.close}</button>
  </div>`;
}
