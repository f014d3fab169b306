/** The numbers at an axis. */

/**
 * Round numbers from low to high, about five of them.
 * @param {number} low
 * @param {number} high
 */
export function ticks(low, high) {
  const rough = (high - low) / 5 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (/** @type {number} */ ([1, 2, 5, 10].find((each) => each * power >= rough)));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => Number(((first + k) * step).toPrecision(6)));
}

/**
 * The powers of ten from low to high, at most six of them.
 * @param {number} low
 * @param {number} high
 */
export function powers(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const apart = Math.max(1, Math.ceil((last - first) / 5));
  return Array.from({ length: Math.max(0, Math.floor((last - first) / apart) + 1) }, (_, k) => 10 ** (first + k * apart));
}

/**
 * Round numbers as text, each with the digits that tell it from the next.
 * @param {number[]} all
 */
export function labels(all) {
  const written = (/** @type {number} */ digits) => all.map((each) => String(Number(each.toPrecision(digits))).replace("-", "−"));
  const digits = [3, 4, 5, 6].find((each) => new Set(written(each)).size === all.length);
  return digits === 3 || digits === undefined ? all.map(short) : written(digits);
}

/**
 * A number in few characters.
 * @param {number} value
 */
export function short(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  const text = size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(size < 1 && size >= 1e-9 ? 1 : 0);
  return text.replace(/^-/, "−").replace(".0e", "e").replace("e+", "e");
}
