/** The code of the run: the scripts that repeat it, to read, to copy and to keep. */

import { signal } from "../vendor/signals.js";
import { html, useEffect } from "../html.js";
import { code, download, notify, send } from "../run.js";
import { Said } from "../said.js";
import { count, hints, words } from "../words.js";

const KINDS = ["library", "numpy"];

const kind = signal("library");

/** Ask for the code of the run as it is now. */
function write() {
  send({ kind: "code" });
}

/** @param {string} text */
async function copy(text) {
  await navigator.clipboard?.writeText(text).then(() => notify(words.codeCopied), () => notify(words.codeNotCopied));
}

export function Code() {
  useEffect(write, []);
  if (code.value === null) return null;
  const { file, text, sentence } = code.value[kind.value];
  return html`<div class="code">
    <div class="bar">
      <span role="group" aria-label=${words.code}>
        ${KINDS.map((each) => html`<button key=${each} aria-pressed=${kind.value === each} data-hint=${hints[each]} onClick=${() => (kind.value = each)}>${words[each]}</button> `)}
      </span>
      <span>
        <span class="hint">${words.steps} ${count(code.value.step)}</span>
        ${" "}<button data-hint=${hints.writeAnew} onClick=${write}>${words.writeAnew}</button>
        ${" "}<button disabled=${!text} onClick=${() => copy(text)}>${words.copy}</button>
        ${" "}<button disabled=${!text} onClick=${() => download({ name: file, text })}>${words.download}</button>
      </span>
    </div>
    <div aria-live="polite">${sentence && html`<p><${Said} text=${sentence} /></p>`}</div>
    ${text && html`<pre tabindex="0" aria-label=${words[kind.value]}>${text}</pre>`}
  </div>`;
}
