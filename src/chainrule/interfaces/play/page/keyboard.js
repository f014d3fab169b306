/** The keys: what each does, and that it is done. */

import { ask } from "./views/doctor.js";
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
  ["d", words.ask, ask],
];

addEventListener("keydown", (event) => {
  const { target, key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || state.value === null) return;
  if (target instanceof HTMLElement && target.matches("input, select, textarea, button, summary, dialog *")) return;
  const found = KEYS.find(([each]) => each === key.toLowerCase());
  if (!found) return;
  event.preventDefault();
  found[2]();
});
