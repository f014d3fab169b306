/** Fields: a name, a control, a line that explains. What makes a run begin anew says so. */

import { html, useEffect, useRef, useState } from "../html.js";
import { hear } from "../run.js";
import { Said } from "../said.js";
import { choices, hints, words } from "../words.js";

/**
 * choice: the value of it that has an explanation of its own, and how that is shown. isLong: its control has a row to itself.
 * @typedef {{name: string, label?: string, anew?: boolean, choice?: [string, string], hint?: string, isLong?: boolean, children?: any}} FieldProps
 * @param {FieldProps} props
 */
export function Field({ name, label, anew, choice, hint, isLong, children }) {
  const said = [hint ?? hints[name], anew && `${words.anewMark} ${words.anew}.`, choice && choices[choice[0]] && `${choice[1]}: ${choices[choice[0]]}`];
  return html`<label class=${isLong ? "long field" : "field"} data-hint=${said.filter(Boolean).join(" ") || null}>
    <span class="term">${label ?? words[name] ?? name}${anew && html`<i aria-hidden="true" class="anew">${words.anewMark}</i>`}</span>
    ${children}
  </label>`;
}

/**
 * The library's name of a choice, as it is read.
 * @param {string} name
 */
export function named(name) {
  return name.replaceAll("_", " ");
}

/**
 * @param {{name: string, label?: string, anew?: boolean, value: string, options: [string, string][], set: (value: string) => void}} props
 */
export function Choice({ name, label, anew, value, options, set }) {
  return html`<${Field} name=${name} label=${label} anew=${anew} choice=${options.find(([each]) => each === value)}>
    <select name=${name} value=${value} onChange=${(/** @type {any} */ event) => set(event.currentTarget.value)}>
      ${options.map(([each, shown]) => html`<option key=${each} value=${each} selected=${each === value}>${shown}</option>`)}
    </select>
  <//>`;
}

/** The most characters of a number beside its name. */
const BESIDE = 9;

/**
 * A number, set when it is whole: on Enter, or when the field is left. An empty one is null, where that may be. One that
 * isn't taken, here or by the run, gives way to the number that there is, and a sentence says why.
 * @param {{name: string, label?: string, anew?: boolean, value: number | null, set: (value: number | null) => void, min?: number, max?: number, whole?: boolean, empty?: string, usual?: number[]}} props
 */
export function Quantity({ name, label, anew, value, set, min, max, whole, empty, usual }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [fault, setFault] = useState(/** @type {any} */ (null));
  const list = usual && `usual-${name}`;
  const shown = value === null ? "" : String(value);
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = shown;
  }, [value]);
  const refuse = (/** @type {any} */ sentence) => {
    if (input.current) input.current.value = shown;
    setFault(sentence);
  };
  const commit = (/** @type {any} */ { currentTarget: { value: text, validity } }) => {
    const isEmpty = text === "" && !validity.badInput;
    if (isEmpty ? empty === undefined : !validity.valid) return refuse(expected({ text, isEmpty, min, max, whole }));
    setFault(null);
    hear((sentence) => refuse(html`<${Said} text=${sentence} />`));
    set(isEmpty ? null : Number(text));
  };
  return html`<${Field} name=${name} label=${label} anew=${anew} isLong=${shown.length > BESIDE}>
    <input
      ref=${input} name=${name} type="number" step=${whole ? 1 : "any"} min=${min} max=${max} list=${list}
      placeholder=${empty} defaultValue=${shown} onChange=${commit} onInput=${() => setFault(null)}
    />
    ${usual && html`<datalist id=${list}>${usual.map((each) => html`<option key=${each} value=${each} />`)}</datalist>`}
  <//>${fault && html`<${Fault}>${fault} ${words.stays.replace("{value}", shown || (empty ?? ""))}<//>`}`;
}

/**
 * What was expected of a number, and what came.
 * @param {{text: string, isEmpty?: boolean, min?: number, max?: number, whole?: boolean}} typed
 */
export function expected({ text, isEmpty, min, max, whole }) {
  const bounds = max !== undefined ? words.fromTo : min !== undefined ? words.fromOn : "";
  const range = bounds.replace("{low}", String(min)).replace("{high}", String(max));
  const got = text !== "" ? text : isEmpty ? words.nothing : words.noNumber;
  return words.expected.replace("{number}", (whole ? words.aWhole : words.aNumber) + range).replace("{got}", got);
}

/**
 * Why a number wasn't taken, below its field.
 * @param {{children?: any}} props
 */
export function Fault({ children }) {
  return html`<p class="fault" role="alert">${children}</p>`;
}

/**
 * A number by a slider; it is set when the slider is let go.
 * @param {{name: string, label?: string, anew?: boolean, value: number, set: (value: number) => void, min: number, max: number, step: number, shown?: string}} props
 */
export function Slider({ name, label, anew, value, set, min, max, step, shown }) {
  return html`<${Field} name=${name} label=${label} anew=${anew}>
    <span class="slider">
      <input
        type="range" name=${name} min=${min} max=${max} step=${step} value=${value}
        onChange=${(/** @type {any} */ event) => set(Number(event.currentTarget.value))}
      />
      <output>${shown ?? value}</output>
    </span>
  <//>`;
}

/**
 * @param {{name: string, label?: string, anew?: boolean, value: boolean, set: (value: boolean) => void}} props
 */
export function Switch({ name, label, anew, value, set }) {
  return html`<${Field} name=${name} label=${label} anew=${anew}>
    <input type="checkbox" name=${name} checked=${value} onChange=${(/** @type {any} */ event) => set(event.currentTarget.checked)} />
  <//>`;
}
