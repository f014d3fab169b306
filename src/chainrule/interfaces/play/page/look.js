/** The page's look: light, dark, of high contrast, or as the system has it; and large, for a projector. */

import { effect, signal } from "./vendor/signals.js";

export const LOOKS = ["system", "light", "dark", "contrast"];

const KEPT = "chainrule look", KEPT_SIZE = "chainrule size";

export const look = signal(localStorage.getItem(KEPT) ?? "system");

/** Whether all is large enough to be read from the last row of a room. */
export const isLarge = signal(localStorage.getItem(KEPT_SIZE) === "large");

effect(() => {
  document.documentElement.dataset.look = look.value;
  localStorage.setItem(KEPT, look.value);
});

effect(() => {
  const size = isLarge.value ? "large" : "usual";
  document.documentElement.dataset.size = size;
  localStorage.setItem(KEPT_SIZE, size);
});
