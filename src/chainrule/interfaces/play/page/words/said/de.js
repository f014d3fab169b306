/**
 * What the library says, in German.
 *
 * A field in braces stands for what changes, {n}, {m} and {k} for a number; {+field} in the German means that what
 * stands there is said in German, too: it has a line of its own. Of several lines that fit, the one with the longest
 * text of its own counts. What has no line stays English.
 */

import doctor from "./de/doctor.js";
import explain from "./de/explain.js";
import play from "./de/play.js";
import refused from "./de/refused.js";
import tables from "./de/tables.js";

export default {
  ...doctor,
  ...explain,
  ...play,
  ...refused,
  ...tables,
  "{first}; {rest}": "{+first}; {+rest}",
  "{first}, {rest}": "{+first}, {+rest}",
};
