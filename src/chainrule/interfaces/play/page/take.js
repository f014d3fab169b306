/** What is taken along: a file, the address, the model, the history. */

import { asked } from "./glass.js";
import { notify, scene, send } from "./run.js";
import { words } from "./words.js";

const LONGEST_ADDRESS = 4000;

/** Copy the address of the scene, if it isn't too long. */
export async function copyAddress() {
  const address = addressOf(scene.value);
  if (address === null) return notify(words.addressTooLong);
  history.replaceState(null, "", address);
  await navigator.clipboard?.writeText(address).catch(() => undefined);
  notify(words.addressCopied);
}

/**
 * The page's address with a scene; null if it is too long.
 * @param {unknown} shown
 */
export function addressOf(shown) {
  const bytes = new TextEncoder().encode(JSON.stringify(shown));
  const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const address = new URL(location.href);
  address.hash = text;
  return address.href.length > LONGEST_ADDRESS ? null : address.href;
}

/** The scene in the page's address; null if there is none. */
export function sceneInAddress() {
  const text = location.hash.slice(1).replaceAll("-", "+").replaceAll("_", "/");
  if (!text) return null;
  try {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    notify(words.badAddress);
    return null;
  }
}

/** The most bytes of a table: it is sent as a whole. */
const LARGEST_TABLE = 2_500_000;

/**
 * Open a file: one that was saved, or a table to learn.
 * @param {File | undefined} file
 */
export async function open(file) {
  if (!file) return;
  if (!file.name.endsWith(".json")) return read(file);
  try {
    send({ kind: "open", file: JSON.parse(await file.text()) });
  } catch {
    notify(words.badFile);
  }
}

/** The table that was sent last, which is sent again where another of its columns is to be predicted; the run has the one named in a shell. */
let sent = /** @type {File | null} */ (null);

/** @param {string} target the column to predict */
export function predict(target) {
  if (sent === null) send({ kind: "predict", target });
  else read(sent, target);
}

/**
 * Send a table to be learnt.
 * @param {File} file
 * @param {string | null} target the column to predict; null: the last one
 */
async function read(file, target = null) {
  sent = file;
  if (file.size > LARGEST_TABLE) return notify(words.largeTable);
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  send({ kind: "read", name: file.name.slice(-200), base64: btoa(text), target });
}

/** Open a file that is dropped anywhere on the page. */
export function takeDrops() {
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    open(event.dataTransfer?.files[0]);
  });
}

/** Ask for a file, and open it. */
export function pick() {
  const input = document.createElement("input");
  input.type = "file";
  input.onchange = () => open(input.files?.[0]);
  input.click();
}

/** What the menu offers. */
export const SAVES = [
  [words.save, () => send({ kind: "save", what: "scene" })],
  [words.saveModel, () => send({ kind: "save", what: "model" })],
  [words.saveHistory, () => send({ kind: "save", what: "history" })],
  [words.copyAddress, copyAddress],
];

/** The forms of a file with what the glass box shows. */
export const FORMS = ["html", "latex", "json"];

/**
 * Ask for the chain that was clicked, or else an overview of the next step, as a file.
 * @param {string} format
 */
export function handOut(format) {
  const { chain, sample } = asked.value;
  send({ kind: "hand_out", format, chain, sample });
}
