/** How it is trained: loss, optimizer with its settings and schedule, batches, penalty, clip, start. */

import { html } from "../html.js";
import { catalogue, change, scene, state } from "../run.js";
import { words } from "../words.js";
import { Choice, Quantity, Switch, named } from "./fields.js";

const RATES = [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100];

const LEAST_CLIP = 1e-9;

/** The loss of one's own, which came from Python. */
const GIVEN = "given";

/** @typedef {{name: string, kind: string, default: any, rule: string}} Setting */

export function Training() {
  const { loss, batch_size, penalty, clip, bias, initializer, seed, data } = scene.value;
  const fitting = catalogue.value.losses.filter((/** @type {string} */ each) => data.target === "class" || !each.endsWith("entropy"));
  const losses = fitting.map((/** @type {string} */ each) => [each, named(each)]);
  if (state.value.given_loss !== null) losses.push([GIVEN, state.value.given_loss]);
  return html`<fieldset>
    <legend>${words.training}</legend>
    <${Optimizer} />
    <${Choice} name="loss" anew value=${loss} set=${(/** @type {string} */ loss) => change({ loss })} options=${losses} />
    <${Quantity} name="batchSize" anew whole min=${1} max=${1000} empty=${words.all} value=${batch_size} set=${(/** @type {number | null} */ batch_size) => change({ batch_size })} />
    <${Quantity} name="penalty" min=${0} max=${1000} value=${penalty} usual=${[0, 0.0001, 0.001, 0.01, 0.1]} set=${(/** @type {number} */ penalty) => change({ penalty })} />
    <${Quantity} name="clip" min=${LEAST_CLIP} max=${1e9} empty=${words.none} value=${clip} set=${(/** @type {number | null} */ clip) => change({ clip })} />
    <${Choice} name="initializer" anew value=${initializer?.type ?? ""} set=${(/** @type {string} */ type) => change({ initializer: type ? { type } : null })} options=${[["", words.byActivation], ...catalogue.value.initializers.map((/** @type {string} */ each) => [each, each])]} />
    <${Switch} name="bias" anew value=${bias} set=${(/** @type {boolean} */ bias) => change({ bias })} />
    <${Quantity} name="seed" anew whole min=${0} max=${2147483647} value=${seed} set=${(/** @type {number} */ seed) => change({ seed })} />
    <p class="hint">${words.anewMark} ${words.anew}</p>
  </fieldset>`;
}

function Optimizer() {
  const { optimizer } = scene.value;
  const { optimizers, schedules } = catalogue.value;
  const rate = optimizer.learning_rate;
  const isScheduled = typeof rate === "object";
  const set = (/** @type {Record<string, unknown>} */ parts) => change({ optimizer: { ...optimizer, ...parts } });
  const others = optimizers[optimizer.type].filter((/** @type {Setting} */ each) => each.name !== "learning_rate");
  return html`
    <${Choice} name="optimizer" value=${optimizer.type} options=${Object.keys(optimizers).map((each) => [each, each])} set=${(/** @type {string} */ type) => change({ optimizer: { type, learning_rate: rate } })} />
    ${!isScheduled && html`<${Quantity} name="learning_rate" value=${rate} usual=${RATES} set=${(/** @type {number} */ learning_rate) => set({ learning_rate })} />`}
    <${Choice} name="schedule" value=${isScheduled ? rate.type : ""} options=${[["", words.constant], ...Object.keys(schedules).map((each) => [each, each])]} set=${(/** @type {string} */ type) => set({ learning_rate: scheduled(type, rate) })} />
    ${isScheduled && schedules[rate.type].map((/** @type {Setting} */ each) => html`<${Value} key=${each.name} setting=${each} value=${rate[each.name] ?? each.default} set=${(/** @type {unknown} */ value) => set({ learning_rate: { ...rate, [each.name]: value } })} />`)}
    ${others.length > 0 && html`<details><summary>${words.details} ${optimizer.type}</summary>${others.map((/** @type {Setting} */ each) => html`<${Value} key=${each.name} setting=${each} value=${optimizer[each.name] ?? each.default} set=${(/** @type {unknown} */ value) => set({ [each.name]: value })} />`)}</details>`}
  `;
}

/** @param {{setting: Setting, value: any, set: (value: unknown) => void}} props */
function Value({ setting: { name, kind }, value, set }) {
  const own = name === "steps" ? "stepsOfSchedule" : name;
  if (kind === "bool") return html`<${Switch} name=${own} value=${value} set=${set} />`;
  return html`<${Quantity} name=${own} whole=${kind === "int"} value=${value} set=${set} />`;
}

/**
 * A schedule that begins with the present rate; without a type, the rate alone.
 * @param {string} type
 * @param {any} rate
 */
function scheduled(type, rate) {
  const now = typeof rate === "object" ? (rate.start ?? rate.then) : rate;
  if (type === "") return now;
  if (type === "WarmUp") return { type, then: now, steps: 100 };
  return type === "Cosine" ? { type, start: now, steps: 10_000 } : { type, start: now, every: 1000, factor: 0.5 };
}
