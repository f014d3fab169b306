/**
 * What the library says, in German.
 *
 * A field in braces stands for what changes, {n} and {m} for a number; {+field} in the German means that what stands
 * there is said in German, too: it has a line of its own. What has no line stays English.
 */

import doctor from "./de/doctor.js";
import explain from "./de/explain.js";
import play from "./de/play.js";
import tables from "./de/tables.js";

export default {
  "{first}; {rest}": "{+first}; {+rest}",
  ...doctor,
  ...explain,
  ...play,
  ...tables,
  "{first}, {rest}": "{+first}, {+rest}",
};
