/** `html`: a page's parts as templates; and the hooks that they use. */

import { h } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export const html = htm.bind(h);
export { render } from "./vendor/preact.js";
export { useEffect, useRef, useState } from "./vendor/hooks.js";
