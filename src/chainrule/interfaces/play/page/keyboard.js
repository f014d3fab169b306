/** The keys: what each does, and that it is done. */

import { close, isOpen, open } from "./glass.js";
import { walk } from "./views/glass/phases.js";
import { choose } from "./controls/tabs.js";
import { ask } from "./views/doctor.js";
import { isLarge } from "./look.js";
import { send, state } from "./run.js";
import { words } from "./words.js";

/** @type {[string, string, () => void][]} key, words, what it does */
export const KEYS = [
  [" ", `${words.play} / ${words.pause}`, () => send({ kind: state.value.playing ? "pause" : "play" })],
  ["s", words.step, () => send({ kind: "step", unit: "step" })],
  ["e", words.epoch, () => send({ kind: "step", unit: "epoch" })],
  ["r", words.reset, () => send({ kind: "reset" })],
  ["n", words.nextStart, () => send({ kind: "reset", start: "next" })],
  ["z", words.undo, () => send({ kind: "undo" })],
  ["y", words.redo, () => send({ kind: "redo" })],
  ["i", words.inside, () => (isOpen.value ? close() : open())],
  [".", words.nextPhase, () => walk("next")],
  [",", words.backPhase, () => walk("back")],
  ["c", words.code, () => choose("code")],
  ["l", words.large, () => (isLarge.value = !isLarge.value)],
  ["d", words.ask, () => (choose("doctor"), ask())],
];

/** @type {[string, string][]} keys and words of what each part of the page does with them itself */
export const MOVES = [
  [words.keyTab, words.keysOfHints],
  ["← → ↑ ↓", words.keysInNetwork],
  ["← →", words.keysInTabs],
  ["← → ↑ ↓", words.keysInHand],
  [`← → ↑ ↓ ${words.keyEnter} ${words.keyDelete}`, words.keysInPlane],
  [words.keyEscape, words.keysClose],
];

/** What takes letters for itself; and what is pressed by the space bar. */
const WRITES = "input[type=number], select, textarea";
const IS_PRESSED = "button, summary, input";

addEventListener("keydown", (event) => {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || event.defaultPrevented || state.value === null) return;
  if (target instanceof Element && (target.matches(WRITES) || (key === " " && target.matches(IS_PRESSED)))) return;
  const found = KEYS.find(([each]) => each === key.toLowerCase());
  if (!found) return;
  event.preventDefault();
  found[2]();
});
