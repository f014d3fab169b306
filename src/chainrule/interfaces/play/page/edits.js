/** Edits by hand on their way to the run: the newest wins, one at a time; those of one grip are undone at once. */

import { effect } from "./vendor/signals.js";
import { frame, send } from "./run.js";

/** Milliseconds after which an edit counts as lost. */
const LOST = 500;

let waiting = /** @type {Record<string, unknown> | null} */ (null);
let sent = -LOST;

/** A grip: from taking hold of something to letting it go. */
export function grip() {
  return Date.now();
}

/**
 * Edit, as soon as the edit before has been shown; of those that wait the newest is taken.
 * @param {Record<string, unknown>} command
 */
export function edit(command) {
  waiting = command;
  if (performance.now() - sent > LOST) go();
}

/** Send what waits. */
function go() {
  if (waiting === null) {
    sent = -LOST;
    return;
  }
  send(waiting);
  [waiting, sent] = [null, performance.now()];
}

effect(() => {
  if (frame.value) go();
});
