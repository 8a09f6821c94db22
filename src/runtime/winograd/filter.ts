/** The filter's side of Winograd's F(4x4, 3x3), see transforms.ts: done once, in double precision. */
/** Side of the filter. */
const SIDE = 3;

const G = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;

/**
 * G g Gᵀ for every pair of channels.
 * @param filter [3,3,channels,filters].
 * @param pairs channels times filters.
 * @returns 36 matrices [channels,filters].
 */
export function transformFilter(filter: Float32Array, pairs: number): Float32Array[] {
  const cell = (y: number, x: number) => filter.subarray((SIDE * y + x) * pairs, (SIDE * y + x + 1) * pairs);
  return G.flatMap((rowFactors) => {
    const half = [0, 1, 2].map((x) =>
      // a row of G g
      combine(new Float64Array(pairs), rowFactors, [cell(0, x), cell(1, x), cell(2, x)]),
    );
    return G.map((factors) => combine(new Float32Array(pairs), factors, half));
  });
}

/** The sum of three arrays with their factors, into another. */
function combine<T extends Float32Array | Float64Array>(
  out: T,
  [a, b, c]: readonly number[],
  [u, v, w]: readonly (Float32Array | Float64Array)[],
): T {
  for (let i = 0; i < out.length; i++) out[i] = a * u[i] + b * v[i] + c * w[i];
  return out;
}
