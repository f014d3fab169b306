/** A frame of the run, read without copying: see `frames.py`. */

/**
 * @typedef {{name: string, type: "u1" | "f4", shape: number[], start: number}} Place
 * @typedef {{data: Float32Array | Uint8Array, shape: number[]}} Numbers
 * @typedef {{head: Record<string, any>, arrays: Record<string, Numbers>}} Frame
 */

/**
 * The numbers and the arrays of a frame.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function parse(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  /** @type {Record<string, Numbers>} */
  const arrays = {};
  for (const { name, type, shape, start } of /** @type {Place[]} */ (head.arrays)) {
    const count = shape.reduce((product, each) => product * each, 1);
    const Kind = type === "u1" ? Uint8Array : Float32Array;
    arrays[name] = { data: new Kind(buffer, 4 + length + start, count), shape };
  }
  return { head, arrays };
}
