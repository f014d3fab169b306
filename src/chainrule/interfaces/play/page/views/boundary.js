/** Where the answer changes from class to class, as lines through the answer's map. */

/**
 * The boundary as an SVG path over a square of 100 x 100. Source: Lorensen and Cline, "Marching cubes" (1987), in two
 * dimensions.
 * @param {import("../frame.js").Numbers} leads (maps, side, side): by how much a class leads the others
 */
export function boundary({ data, shape: [count, side] }) {
  const size = side * side;
  return Array.from({ length: count }, (_, k) => zeroOf(data.subarray(k * size, (k + 1) * size), side)).join("");
}

/**
 * The lines where numbers on a grid are 0: a piece in each cell whose corners have different signs.
 * @param {ArrayLike<number>} numbers
 * @param {number} side
 */
function zeroOf(numbers, side) {
  let path = "";
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      const [a, b, c, d] = [numbers[at], numbers[at + 1], numbers[at + side + 1], numbers[at + side]];
      const above = Number(a >= 0) + Number(b >= 0) + Number(c >= 0) + Number(d >= 0);
      if (above === 0 || above === 4) continue;
      const ends = [];
      if (a >= 0 !== b >= 0) ends.push([column + a / (a - b), row]);
      if (b >= 0 !== c >= 0) ends.push([column + 1, row + b / (b - c)]);
      if (d >= 0 !== c >= 0) ends.push([column + d / (d - c), row + 1]);
      if (a >= 0 !== d >= 0) ends.push([column, row + a / (a - d)]);
      const place = (/** @type {number[]} */ end) => end.map((each) => ((100 * (each + 0.5)) / side).toFixed(2)).join(" ");
      for (let k = 0; k < ends.length; k += 2) path += `M${place(ends[k])}L${place(ends[k + 1])}`;
    }
  }
  return path;
}
