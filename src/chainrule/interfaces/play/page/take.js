/** What is taken along: a file, the address, the model, the history, a picture. */

import { download, notify, scene, send } from "./run.js";
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

/**
 * Open a file that was saved.
 * @param {File | undefined} file
 */
export async function open(file) {
  if (!file) return;
  try {
    send({ kind: "open", file: JSON.parse(await file.text()) });
  } catch {
    notify(words.badFile);
  }
}

/** Save the network's picture. */
export function savePicture() {
  const canvas = /** @type {HTMLCanvasElement | null} */ (document.querySelector("canvas.network"));
  if (canvas) download({ name: "network.png", base64: canvas.toDataURL("image/png").split(",")[1] });
}

/** What the menu offers. */
export const SAVES = [
  [words.save, () => send({ kind: "save", what: "scene" })],
  [words.saveModel, () => send({ kind: "save", what: "model" })],
  [words.saveHistory, () => send({ kind: "save", what: "history" })],
  [words.savePicture, savePicture],
  [words.copyAddress, copyAddress],
];
