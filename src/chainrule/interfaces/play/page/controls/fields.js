/** Fields: a name, a control, a line that explains. What makes a run begin anew says so. */

import { html, useEffect, useRef } from "../html.js";
import { choices, hints, words } from "../words.js";

/**
 * choice: the value of it that has an explanation of its own, and how that is shown.
 * @typedef {{name: string, label?: string, anew?: boolean, choice?: [string, string], hint?: string, children?: any}} FieldProps
 * @param {FieldProps} props
 */
export function Field({ name, label, anew, choice, hint, children }) {
  const said = [hint ?? hints[name], anew && `${words.anewMark} ${words.anew}.`, choice && choices[choice[0]] && `${choice[1]}: ${choices[choice[0]]}`];
  return html`<label class="field" data-hint=${said.filter(Boolean).join(" ") || null}>
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

/**
 * A number, set when it is whole: on Enter, or when the field is left. An empty one is null, where that may be.
 * @param {{name: string, label?: string, anew?: boolean, value: number | null, set: (value: number | null) => void, min?: number, max?: number, whole?: boolean, empty?: string, usual?: number[]}} props
 */
export function Quantity({ name, label, anew, value, set, min, max, whole, empty, usual }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const list = usual && `usual-${name}`;
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = value === null ? "" : String(value);
  }, [value]);
  const commit = (/** @type {any} */ event) => {
    const { value: text, validity } = event.currentTarget;
    if (text === "" && empty !== undefined) set(null);
    else if (text !== "" && validity.valid) set(Number(text));
    else event.currentTarget.value = value === null ? "" : String(value);
  };
  return html`<${Field} name=${name} label=${label} anew=${anew}>
    <input
      ref=${input} name=${name} type="number" step=${whole ? 1 : "any"} min=${min} max=${max} list=${list}
      placeholder=${empty} defaultValue=${value === null ? "" : String(value)} onChange=${commit}
    />
    ${usual && html`<datalist id=${list}>${usual.map((each) => html`<option key=${each} value=${each} />`)}</datalist>`}
  <//>`;
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
