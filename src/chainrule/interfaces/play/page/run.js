/** The run as the page knows it: what came last of everything, as signals; and the way to send it commands. */

import { computed, signal } from "./vendor/signals.js";
import { Connection } from "./connection.js";
import { parse } from "./frame.js";
import { saidInFile } from "./said_in_files.js";

/** The last state: the scene, its points, its layers, what can be done. */
export const state = signal(/** @type {any} */ (null));

/** What can be chosen: data sets, layers, losses, optimizers. */
export const catalogue = signal(/** @type {any} */ (null));

/** The last frame. */
export const frame = signal(/** @type {import("./frame.js").Frame | null} */ (null));

/** The course of the run: an array for each column, the step first. */
export const course = signal(/** @type {number[][]} */ ([]));

/** The last frame, as the course a few times a second: for charts and tables, which take longer to draw than to read. */
export const calmFrame = signal(/** @type {import("./frame.js").Frame | null} */ (null));

const CALM = 100;

/**
 * The last table that was sent: its columns, and whether it could be learnt.
 * @type {import("./vendor/signals.js").Signal<{file: string, columns: string[], is_learnt: boolean} | null>}
 */
export const table = signal(/** @type {any} */ (null));

/** The scripts that repeat the run, as it was when they were asked for. */
export const code = signal(/** @type {any} */ (null));

/**
 * What came with the file that was opened: the image that was drawn, or null.
 * @type {import("./vendor/signals.js").Signal<{drawing: number[] | null} | null>}
 */
export const opened = signal(/** @type {any} */ (null));

/** What the doctor found. */
export const findings = signal(/** @type {any[] | null} */ (null));

/** Whether the doctor has been asked and hasn't answered. */
export const isAsked = signal(false);

/** Sentences for the reader: what was refused, what was lost. */
export const notices = signal(/** @type {{id: number, sentence: string}[]} */ ([]));

/** "connecting"; "open" from the server's welcome on; "lost", "refused", or "full". */
export const status = signal("connecting");

/** The scene. */
export const scene = computed(() => state.value?.scene ?? null);

/** What the run is made of, kept in case that it is lost. */
let kept = /** @type {any} */ (null);

/** What is done when the page has a new run. */
let begin = () => {};

let isNew = false;

let courseNumber = -1;
let columns = /** @type {number[][]} */ ([]);
let isCalming = false;
let isDrawing = false;
let nextNotice = 0;

/** The scene with the changes that were sent, until the run has answered them, or should have. */
let wanted = /** @type {any} */ (null);

const ANSWERED = 1000;

let forgetting = 0;

/** Who hears a refusal of what was sent last. */
let heard = /** @type {((sentence: string) => void) | null} */ (null);

/** The commands by which the run changes its scene itself. */
const ANEW = ["undo", "redo", "reset", "amend", "treat", "open", "read", "predict"];

const connection = new Connection(receive, (now) => {
  status.value = now;
});

/**
 * Send a command.
 * @param {Record<string, unknown>} command
 */
export function send(command) {
  if (ANEW.includes(String(command.kind))) wanted = null;
  if (status.value === "open") connection.send(JSON.stringify(command));
}

/** The scene with all changes that were sent: what the next one starts from, however fast it comes. */
export function coming() {
  return wanted ?? scene.value;
}

/**
 * Have the run's refusal of what is sent next said in another place than among the notices.
 * @param {(sentence: string) => void} listener
 */
export function hear(listener) {
  heard = listener;
}

/**
 * Send the scene with these parts in place of its own.
 * @param {Record<string, unknown>} parts
 */
export function change(parts) {
  wanted = { ...coming(), ...parts };
  send({ kind: "set", scene: wanted });
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (wanted = null), ANSWERED);
}

/**
 * Do something once the page, just opened, has a new run.
 * @param {() => void} action
 */
export function whenReady(action) {
  begin = action;
}

/** Begin to listen. */
export function connect() {
  connection.open();
}

/**
 * Show a sentence; it goes by itself after a while.
 * @param {string} sentence
 */
export function notify(sentence) {
  const id = nextNotice++;
  const others = notices.value.filter((each) => each.sentence !== sentence);
  notices.value = [...others.slice(-2), { id, sentence }];
  setTimeout(() => dismiss(id), 12_000);
}

/** @param {number} id */
export function dismiss(id) {
  notices.value = notices.value.filter((each) => each.id !== id);
}

/** @param {string | ArrayBuffer} message */
function receive(message) {
  if (typeof message !== "string") {
    show(parse(message));
    return;
  }
  const said = JSON.parse(message);
  if (said.kind === "state") {
    const isFirst = state.value === null;
    state.value = said;
    heard = null;
    if (isFirst && isNew) begin();
  }
  else if (said.kind === "catalogue") catalogue.value = said;
  else if (said.kind === "welcome") {
    isNew = said.new;
    isAsked.value = false;
    if (isNew) greet();
    status.value = "open"; // from here on, views tell the run what they show
  } else if (said.kind === "findings") {
    findings.value = said.findings;
    isAsked.value = false;
  }
  else if (said.kind === "kept") kept = said.file;
  else if (said.kind === "table") table.value = said;
  else if (said.kind === "code") code.value = said;
  else if (said.kind === "drawing") opened.value = said;
  else if (said.kind === "file") download(said.base64 ? said : { ...said, text: saidInFile(said.name, said.text) });
  else if (said.kind === "full") status.value = "full";
  else {
    wanted = null; // perhaps it is the change that was refused
    isAsked.value = false; // perhaps it is the doctor who can't, or who was lost
    const say = said.kind === "refused" && heard !== null ? heard : notify;
    heard = null;
    state.value = { ...state.value }; // controls show again what there is
    say(said.sentence);
  }
}

/** The first words to a new run: what is kept of the one before, so that no other is shown. */
function greet() {
  if (kept !== null) connection.send(JSON.stringify({ kind: "open", file: kept }));
  connection.send(JSON.stringify({ kind: "hello" }));
}

/**
 * Show a frame; when it is drawn, the run hears of it.
 * @param {import("./frame.js").Frame} next
 */
function show(next) {
  const { head, arrays } = next;
  extend(head, arrays.course);
  frame.value = next;
  if (!isCalming) {
    isCalming = true;
    setTimeout(showCalmly, calmFrame.value === null ? 0 : CALM);
  }
  if (!isDrawing) requestAnimationFrame(answer);
  isDrawing = true;
}

/** Say which frame is drawn: the newest of those that came since the last time. */
function answer() {
  isDrawing = false;
  send({ kind: "seen", frame: frame.value?.head.frame, history: courseNumber, rows: columns[0].length });
}

/** Show the course, and the last frame where it may be late. */
function showCalmly() {
  isCalming = false;
  course.value = [...columns];
  calmFrame.value = frame.value;
}

/**
 * Add the rows of a frame to the course.
 * @param {Record<string, any>} head
 * @param {import("./frame.js").Numbers} rows
 */
function extend(head, rows) {
  const [count, width] = rows.shape;
  const begins = head.course !== courseNumber || head.from === 0;
  if (head.course !== courseNumber) findings.value = null; // they are of the course before
  if (begins) columns = Array.from({ length: width }, () => []);
  courseNumber = head.course;
  const known = columns[0].length - head.from; // rows that the frame before brought as well
  if (columns.length !== width || known < 0) return;
  for (let row = known; row < count; row++) {
    for (let column = 0; column < width; column++) columns[column].push(rows.data[row * width + column]);
  }
}

/**
 * Hand a file to the reader.
 * @param {{name: string, text?: string, base64?: string}} file
 */
export function download(file) {
  const data = file.text ?? Uint8Array.from(atob(file.base64 ?? ""), (each) => each.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data]));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
