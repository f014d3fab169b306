/** The page's look: light, dark, of high contrast, or as the system has it. */

import { effect, signal } from "./vendor/signals.js";

export const LOOKS = ["system", "light", "dark", "contrast"];

const KEPT = "chainrule look";

export const look = signal(localStorage.getItem(KEPT) ?? "system");

effect(() => {
  document.documentElement.dataset.look = look.value;
  localStorage.setItem(KEPT, look.value);
});
